import json

import pytest
from aws_cdk import Duration, Token
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from serverless_containers.ingress.load_balancer.rollout import Rollout
from serverless_containers.ingress.load_balancer.sign_in import SignIn
from serverless_containers.ingress.load_balancer.targets import Stickiness, TargetOptions
from tests.unit.ingress.load_balancer.load_balanced import (
    LISTENER_RULE,
    NAT,
    PUBLIC,
    TARGET_GROUP,
    Site,
    private,
)

SERVICE = "AWS::ECS::Service"
BREAKER = {"Enable": True, "Rollback": True}
NUMBER = Token.as_number({"Ref": "Number"})
SHIFTING = {
    "blue_green": Rollout.blue_green(),
    "linear": Rollout.linear(),
    "canary": Rollout.canary(),
}


def deployment(site):
    return site.only(SERVICE)["DeploymentConfiguration"]


def alarm(stack, name="Errors"):
    return cloudwatch.Alarm(
        stack,
        name,
        metric=cloudwatch.Metric(namespace="Shop", metric_name=name),
        threshold=1,
        evaluation_periods=1,
    )


def test_rolling_is_the_default_and_changes_nothing(project):
    site = Site(project)
    assert deployment(site) == {
        "DeploymentCircuitBreaker": BREAKER,
        "MaximumPercent": 200,
        "MinimumHealthyPercent": 100,
        "Alarms": {"AlarmNames": [], "Enable": False, "Rollback": False},
    }
    assert len(site.resources(TARGET_GROUP)) == 1
    assert Site(project, rollout=Rollout.rolling()).template == site.template


def test_blue_green(project):
    config = deployment(private(project, rollout=Rollout.blue_green()))
    assert config["Strategy"] == "BLUE_GREEN"
    assert config["BakeTimeInMinutes"] == 5
    assert config["DeploymentCircuitBreaker"] == BREAKER
    assert not [key for key in config if key.endswith("Configuration")]


def test_linear_without_the_circuit_breaker_that_it_does_not_have(project):
    rollout = Rollout.linear(
        step_percent=25, step_bake_time=Duration.minutes(2), bake_time=Duration.hours(1)
    )
    config = deployment(private(project, rollout=rollout))
    assert config["Strategy"] == "LINEAR"
    assert config["BakeTimeInMinutes"] == 60
    assert config["LinearConfiguration"] == {"StepPercent": 25, "StepBakeTimeInMinutes": 2}
    assert not config.keys() & {"CanaryConfiguration", "DeploymentCircuitBreaker"}


def test_canary_without_the_circuit_breaker_that_it_does_not_have(project):
    rollout = Rollout.canary(percent=0.5, step_bake_time=Duration.minutes(3))
    config = deployment(private(project, rollout=rollout))
    assert config["Strategy"] == "CANARY"
    assert config["BakeTimeInMinutes"] == 5
    assert config["CanaryConfiguration"] == {"CanaryPercent": 0.5, "CanaryBakeTimeInMinutes": 3}
    assert not config.keys() & {"LinearConfiguration", "DeploymentCircuitBreaker"}


def test_the_defaults_of_the_steps_are_those_of_ecs():
    linear, canary = Rollout.linear(), Rollout.canary()
    assert (linear.step_percent, linear.step_bake_time.to_minutes()) == (10, 6)
    assert (canary.step_percent, canary.step_bake_time.to_minutes()) == (5, 10)


@pytest.mark.parametrize("rollout", SHIFTING.values(), ids=SHIFTING)
def test_traffic_shifts_between_two_target_groups_in_the_only_rule(project, rollout):
    site = private(project, rollout=rollout)
    (first, second) = site.resources(TARGET_GROUP)
    ((rule, properties),) = site.resources(LISTENER_RULE).items()
    (action,) = properties["Actions"]
    assert action["ForwardConfig"]["TargetGroups"] == [
        {"TargetGroupArn": {"Ref": first}, "Weight": 100},
        {"TargetGroupArn": {"Ref": second}, "Weight": 0},
    ]
    (role,) = (name for name in site.resources("AWS::IAM::Role") if "ShiftRole" in name)
    assert site.only(SERVICE)["LoadBalancers"] == [
        {
            "ContainerName": "web",
            "ContainerPort": 80,
            "TargetGroupArn": {"Ref": first},
            "AdvancedConfiguration": {
                "AlternateTargetGroupArn": {"Ref": second},
                "ProductionListenerRule": {"Ref": rule},
                "RoleArn": {"Fn::GetAtt": [role, "Arn"]},
            },
        }
    ]
    (service,) = (each for each in site.template["Resources"].values() if each["Type"] == SERVICE)
    assert rule in service["DependsOn"]


def test_both_target_groups_are_alike(project):
    options = TargetOptions(slow_start=Duration.seconds(60))
    site = private(project, rollout=Rollout.blue_green(), target=options)
    first, second = site.resources(TARGET_GROUP).values()
    assert first == second


def test_the_role_is_for_ecs_alone_and_has_the_policy_of_aws_alone(project):
    site = private(project, rollout=Rollout.blue_green())
    (role,) = (
        role for name, role in site.resources("AWS::IAM::Role").items() if "ShiftRole" in name
    )
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "ecs.amazonaws.com"}
    (policy,) = role["ManagedPolicyArns"]
    assert policy["Fn::Join"][1][-1] == (
        ":iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
    )
    assert "Policies" not in role


@pytest.mark.parametrize(
    "make", [Rollout.rolling, Rollout.blue_green, Rollout.linear, Rollout.canary]
)
def test_alarms_roll_back_any_deployment(project, make):
    site = private(project, rollout=lambda stack: make(alarms=[alarm(stack)]))
    ((name, _),) = site.resources("AWS::CloudWatch::Alarm").items()
    assert deployment(site)["Alarms"] == {
        "AlarmNames": [{"Ref": name}],
        "Enable": True,
        "Rollback": True,
    }


@pytest.mark.parametrize(
    ("rollout", "unanswered"),
    [
        (Rollout.linear(), 5),
        (Rollout.canary(), 2.5),
        (Rollout.canary(percent=0.5), 0.25),
    ],
)
def test_without_one_each_version_is_watched_for_itself(project, rollout, unanswered):
    site = private(project, rollout=rollout)
    alarms = site.resources("AWS::CloudWatch::Alarm")
    thresholds = {each["Metrics"][0]["Label"]: each["Threshold"] for each in alarms.values()}
    assert thresholds == {
        "Percent of a version's answers that are errors": 5,
        "Percent of the requests that no target answered": unanswered,
        "Targets that are unhealthy": 1,
    }
    assert len(deployment(site)["Alarms"]["AlarmNames"]) == 3
    # THEN what a version answers is not thinned by what the other one does
    for each in alarms.values():
        (expression, *metrics) = each["Metrics"]
        by_group = {
            json.dumps(dimension["Value"])
            for metric in metrics
            for dimension in metric["MetricStat"]["Metric"]["Dimensions"]
            if dimension["Name"] == "TargetGroup"
        }
        whole = "does not answer" in each["AlarmDescription"]
        assert len(by_group) == (0 if whole else 2), expression


@pytest.mark.parametrize("rollout", [Rollout.rolling(), Rollout.blue_green()])
def test_where_the_circuit_breaker_ends_it_there_is_none(project, rollout):
    assert private(project, rollout=rollout).resources("AWS::CloudWatch::Alarm") == {}


def test_an_alarm_may_watch_the_load_balancer_itself(project):
    site = private(project, rollout=lambda stack: Rollout.blue_green(alarms=[alarm(stack)]))
    errors = cloudwatch.Alarm(
        site.stack,
        "ServerErrors",
        metric=site.ingress.load_balancer.metrics.http_code_target(
            elbv2.HttpCodeTarget.TARGET_5XX_COUNT
        ),
        threshold=10,
        evaluation_periods=1,
    )
    site.ingress.roll_back_on(errors)
    assert deployment(site)["Alarms"] == {
        "AlarmNames": [{"Ref": name} for name in site.resources("AWS::CloudWatch::Alarm")],
        "Enable": True,
        "Rollback": True,
    }
    assert len(site.resources("AWS::CloudWatch::Alarm")) == 2


@pytest.mark.parametrize(
    ("make", "given", "message"),
    [
        (Rollout.blue_green, {"bake_time": Duration.minutes(1441)}, "0 to 1440 minutes, got 1441"),
        (Rollout.blue_green, {"bake_time": Duration.seconds(90)}, "whole minutes, got 1.5"),
        (Rollout.linear, {"step_percent": 2.9}, "step_percent: expected 3 to 100 percent, got 2.9"),
        (Rollout.linear, {"step_percent": float("nan")}, "expected 3 to 100 percent, got nan"),
        (Rollout.linear, {"step_percent": 101}, "step_percent: expected 3 to 100 percent, got 101"),
        (
            Rollout.linear,
            {"step_bake_time": Duration.minutes(1441)},
            "step_bake_time: expected 0 to 1440 minutes, got 1441",
        ),
        (Rollout.linear, {"step_bake_time": Duration.hours(4)}, "take 2165 minutes"),
        (
            Rollout.linear,
            # After 30, 60 and 90 percent.
            {"step_percent": 30, "step_bake_time": Duration.minutes(660)},
            "take 1985 minutes; CloudFormation takes no more than 33 hours, 1980 minutes",
        ),
        (Rollout.canary, {"percent": 0.25}, "percent is 0.25; ECS takes tenths of a percent"),
        (Rollout.linear, {"step_percent": 33.33}, "step_percent is 33.33; ECS takes tenths"),
        (Rollout.canary, {"percent": 0.05}, "percent: expected 0.1 to 100 percent, got 0.05"),
        (Rollout.canary, {"percent": 100.1}, "percent: expected 0.1 to 100 percent, got 100.1"),
        (Rollout.canary, {"bake_time": Duration.days(2)}, "0 to 1440 minutes, got 2880"),
        (
            Rollout.canary,
            {"step_bake_time": Duration.hours(20), "bake_time": Duration.hours(20)},
            "take 2400 minutes",
        ),
    ],
)
def test_what_ecs_or_cloudformation_would_refuse(make, given, message):
    with pytest.raises(ValueError, match=message):
        make(**given)


@pytest.mark.parametrize(
    ("make", "given"),
    [
        (Rollout.blue_green, {"bake_time": Duration.minutes(0)}),
        (Rollout.blue_green, {"bake_time": Duration.days(1)}),
        (Rollout.linear, {"step_percent": 3}),
        (Rollout.linear, {"step_percent": 100, "step_bake_time": Duration.days(1)}),
        (Rollout.canary, {"percent": 0.1}),
        (Rollout.canary, {"percent": 100}),
    ],
)
def test_the_ends_of_a_range_are_in_it(make, given):
    make(**given)


@pytest.mark.parametrize("rollout", SHIFTING.values(), ids=SHIFTING)
def test_a_secret_in_the_rule_that_ecs_rewrites_is_refused(project, rollout):
    with pytest.raises(ValueError, match="rollout and an origin secret exclude each other") as why:
        Site(project, rollout=rollout)
    assert "use a VPC origin" in str(why.value)


@pytest.mark.parametrize("rollout", SHIFTING.values(), ids=SHIFTING)
def test_sign_in_in_the_rule_that_ecs_rewrites_is_refused(project, rollout):
    with pytest.raises(ValueError, match="rollout and sign-in exclude each other"):
        private(
            project,
            certificate=True,
            kinds=(PUBLIC, NAT),
            rollout=rollout,
            sign_in=SignIn.cognito(),
            site_names=["app.example.com"],
        )


@pytest.mark.parametrize("rollout", SHIFTING.values(), ids=SHIFTING)
def test_stickiness_between_two_target_groups_is_refused(project, rollout):
    with pytest.raises(ValueError, match="rollout and stickiness exclude each other"):
        private(project, rollout=rollout, target=TargetOptions(stickiness=Stickiness()))


def test_rolling_goes_with_all_of_them(project):
    Site(
        project,
        rollout=Rollout.rolling(),
        sign_in=SignIn.cognito(),
        site_names=["app.example.com"],
        target=TargetOptions(stickiness=Stickiness()),
    )


def test_times_and_percents_may_be_known_only_at_deployment(project):
    minutes = Duration.minutes(NUMBER)
    for rollout, key, percent in (
        (
            Rollout.linear(step_percent=NUMBER, step_bake_time=minutes, bake_time=minutes),
            "LinearConfiguration",
            "StepPercent",
        ),
        (
            Rollout.canary(percent=NUMBER, step_bake_time=minutes, bake_time=minutes),
            "CanaryConfiguration",
            "CanaryPercent",
        ),
    ):
        config = deployment(private(project, rollout=rollout))
        assert config["BakeTimeInMinutes"] == {"Ref": "Number"}
        assert config[key][percent] == {"Ref": "Number"}


@pytest.mark.parametrize(
    ("rollout", "minutes"),
    [
        (Rollout.rolling(), 0),
        (Rollout.blue_green(bake_time=Duration.minutes(7)), 7),
        (Rollout.canary(), 15),
        # 25, 50, 75: the last step of all begins the bake time.
        (Rollout.linear(step_percent=25), 23),
        (Rollout.linear(step_percent=30), 23),
        (Rollout.linear(step_percent=100), 5),
    ],
)
def test_how_long_it_takes_besides_starting_tasks(rollout, minutes):
    assert rollout.minutes == minutes


def test_how_long_it_takes_may_be_known_at_deployment_only():
    unknown = Duration.minutes(Token.as_number({"Ref": "Minutes"}))
    assert Rollout.blue_green(bake_time=unknown).minutes is None
