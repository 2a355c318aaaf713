"""How new versions replace old ones, and what has to fit together for it."""

import pytest
from aws_cdk import Duration, Token
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from serverless_containers import (
    BuildPipeline,
    NetworkProfile,
    Rollout,
    SignIn,
    Stickiness,
    TargetOptions,
)
from tests.unit.workload.sites import NAMED, host

TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
SHIFTING = {
    "blue_green": Rollout.blue_green(bake_time=Duration.minutes(3)),
    "linear": Rollout.linear(step_percent=25),
    "canary": Rollout.canary(percent=10),
}
STRATEGIES = {"blue_green": "BLUE_GREEN", "linear": "LINEAR", "canary": "CANARY"}


def service(deployed):
    return deployed.only("AWS::ECS::Service")


def attributes(deployed, kind, key):
    (properties,) = deployed.resources(kind)
    return {pair["Key"]: pair["Value"] for pair in properties[key]}


def test_rolling_is_the_default_and_takes_one_target_group(project):
    deployed = host(project)
    configuration = service(deployed)["DeploymentConfiguration"]
    assert configuration["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    assert configuration.get("Strategy") in {None, "ROLLING"}
    deployed.template.resource_count_is(TARGET_GROUP, 1)


@pytest.mark.parametrize("props", [{}, {**NAMED, "vpc_origin": True}])
@pytest.mark.parametrize("name", SHIFTING)
def test_traffic_is_shifted_between_two_target_groups_through_the_one_rule(project, name, props):
    deployed = host(project, rollout=SHIFTING[name], **props)
    assert service(deployed)["DeploymentConfiguration"]["Strategy"] == STRATEGIES[name]
    groups = deployed.template.find_resources(TARGET_GROUP)
    assert len(groups) == 2
    (rule,) = deployed.template.find_resources(RULE)
    (balancer,) = service(deployed)["LoadBalancers"]
    advanced = balancer["AdvancedConfiguration"]
    assert advanced["ProductionListenerRule"] == {"Ref": rule}
    used = {balancer["TargetGroupArn"]["Ref"], advanced["AlternateTargetGroupArn"]["Ref"]}
    assert used == groups.keys()
    # AND the service waits for the rule, which has both target groups attached
    (made,) = deployed.template.find_resources("AWS::ECS::Service").values()
    assert rule in made["DependsOn"]
    (action,) = deployed.only(RULE)["Actions"]
    weights = action["ForwardConfig"]["TargetGroups"]
    assert {each["TargetGroupArn"]["Ref"]: each["Weight"] for each in weights} == {
        balancer["TargetGroupArn"]["Ref"]: 100,
        advanced["AlternateTargetGroupArn"]["Ref"]: 0,
    }


@pytest.mark.parametrize("name", SHIFTING)
@pytest.mark.parametrize(
    ("props", "message"),
    [
        (NAMED, "rollout and an origin secret exclude each other: .*use a VPC origin"),
        (
            {
                **NAMED,
                "vpc_origin": True,
                "sign_in": SignIn.cognito(),
                "network_profile": NetworkProfile.PRIVATE,
            },
            "rollout and sign-in exclude each other",
        ),
        (
            {"targets": TargetOptions(stickiness=Stickiness())},
            "rollout and stickiness exclude each other",
        ),
    ],
)
def test_what_would_change_the_rule_or_do_more_is_refused(project, name, props, message):
    with pytest.raises(ValueError, match=message):
        host(project, rollout=SHIFTING[name], **props)


def test_a_pipeline_rolls_out_in_the_same_way(project):
    project.write("web/Dockerfile", "FROM scratch\n")
    deployed = host(
        project,
        "services: {web: {build: web, ports: ['80']}}",
        images=BuildPipeline.managed(),
        rollout=SHIFTING["canary"],
    )
    assert service(deployed)["DeploymentConfiguration"]["Strategy"] == "CANARY"
    deployed.template.resource_count_is("AWS::CodePipeline::Pipeline", 1)


@pytest.mark.parametrize("rollout", [None, SHIFTING["blue_green"]])
def test_alarms_of_the_load_balancer_can_roll_it_back(project, rollout):
    deployed = host(project, rollout=rollout)
    alarm = cloudwatch.Alarm(
        deployed.stack,
        "Alarm",
        alarm_name="errors",
        metric=deployed.ingress.load_balancer.metrics.http_code_target(
            elbv2.HttpCodeTarget.TARGET_5XX_COUNT
        ),
        threshold=5,
        evaluation_periods=1,
    )
    deployed.ingress.roll_back_on(alarm)
    (name,) = deployed.template.find_resources("AWS::CloudWatch::Alarm")
    assert service(deployed)["DeploymentConfiguration"]["Alarms"] == {
        "AlarmNames": [{"Ref": name}],
        "Enable": True,
        "Rollback": True,
    }


class TestTimes:
    @pytest.mark.parametrize(
        ("grace", "given", "delay"),
        [("", None, "30"), ("stop_grace_period: 10s, ", None, "10"),
         ("stop_grace_period: 90s, ", None, "30"), ("stop_grace_period: 90s, ", 90, "90")],
    )  # fmt: skip
    def test_requests_are_drained_for_no_longer_than_the_container_takes_to_stop(
        self, project, grace, given, delay
    ):
        targets = TargetOptions(deregistration_delay=Duration.seconds(given)) if given else None
        deployed = host(
            project,
            f"services: {{web: {{image: nginx, {grace}ports: ['80']}}}}",
            targets=targets,
        )
        found = attributes(deployed, TARGET_GROUP, "TargetGroupAttributes")
        assert found["deregistration_delay.timeout_seconds"] == delay

    def test_a_longer_delay_is_refused(self, project):
        with pytest.raises(ValueError, match="60 seconds is longer than web may take to stop, 30"):
            host(project, targets=TargetOptions(deregistration_delay=Duration.seconds(60)))

    @pytest.mark.parametrize(
        ("times", "idle"),
        [
            ({}, "60"),
            ({"read_timeout": 55}, "60"),
            ({"read_timeout": 56}, "61"),
            ({"read_timeout": 120}, "125"),
            ({"keepalive_timeout": 100}, "105"),
            ({"read_timeout": 70, "keepalive_timeout": 100}, "105"),
        ],
    )
    def test_the_load_balancer_keeps_a_connection_longer_than_cloudfront(
        self, project, times, idle
    ):
        deployed = host(project, **{key: Duration.seconds(value) for key, value in times.items()})
        found = attributes(
            deployed, "AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerAttributes"
        )
        assert found["idle_timeout.timeout_seconds"] == idle
        (origin,) = deployed.only("AWS::CloudFront::Distribution")["DistributionConfig"]["Origins"]
        config = origin["VpcOriginConfig"]
        assert config.get("OriginReadTimeout", 30) == times.get("read_timeout", 30)
        assert config.get("OriginKeepaliveTimeout", 5) == times.get("keepalive_timeout", 5)

    @pytest.mark.parametrize("name", ["read_timeout", "keepalive_timeout"])
    @pytest.mark.parametrize(
        "value",
        [
            Duration.seconds(0),
            Duration.seconds(121),
            Duration.millis(1500),
        ],
    )
    def test_a_time_that_cloudfront_does_not_take_is_refused(self, project, name, value):
        with pytest.raises(ValueError, match=f"{name} is .* allowed are 1 to 120 whole seconds"):
            host(project, **{name: value})

    @pytest.mark.parametrize("props", [{}, NAMED])
    @pytest.mark.parametrize("name", ["read_timeout", "keepalive_timeout"])
    def test_a_time_that_is_known_only_at_deployment_passes(self, project, name, props):
        given = Duration.seconds(Token.as_number({"Ref": "Seconds"}))
        deployed = host(project, **{name: given}, **props)
        found = attributes(
            deployed, "AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerAttributes"
        )
        assert found["idle_timeout.timeout_seconds"] == "125"


@pytest.mark.parametrize("name", SHIFTING)
def test_what_has_no_circuit_breaker_has_an_alarm(project, name):
    deployed = host(project, rollout=SHIFTING[name])
    configuration = service(deployed)["DeploymentConfiguration"]
    alarms = deployed.template.find_resources("AWS::CloudWatch::Alarm")
    if name == "blue_green":
        assert alarms == {}
        assert "DeploymentCircuitBreaker" in configuration
        return
    assert len(alarms) == 3
    assert configuration["Alarms"] == {
        "AlarmNames": [{"Ref": alarm} for alarm in alarms], "Enable": True, "Rollback": True,
    }  # fmt: skip
    assert configuration["BakeTimeInMinutes"] == 5
    assert "DeploymentCircuitBreaker" not in configuration


def test_alarms_of_a_rolling_deployment_have_their_bake_time_written(project):
    deployed = host(project)
    assert "BakeTimeInMinutes" not in service(deployed)["DeploymentConfiguration"]
    deployed = host(project)
    alarm = cloudwatch.Alarm(
        deployed.stack, "Alarm", evaluation_periods=1, threshold=1,
        metric=deployed.ingress.load_balancer.metrics.target_response_time(),
    )  # fmt: skip
    deployed.ingress.roll_back_on(alarm)
    assert service(deployed)["DeploymentConfiguration"]["BakeTimeInMinutes"] == 5


BUILT = "services: {web: {build: ., ports: ['80']}}"


@pytest.mark.parametrize(
    ("rollout", "minutes"),
    [
        (Rollout.rolling(), 30),
        (Rollout.blue_green(bake_time=Duration.minutes(20)), 50),
        (Rollout.blue_green(bake_time=Duration.minutes(Token.as_number({"Ref": "Time"}))), 60),
    ],
)
def test_the_pipeline_waits_as_long_as_a_rollout_takes(project, rollout, minutes):
    project.write("Dockerfile", "FROM scratch\n")
    deployed = host(project, BUILT, rollout=rollout, images=BuildPipeline.managed())
    stages = deployed.only("AWS::CodePipeline::Pipeline")["Stages"]
    assert stages[2]["Actions"][0]["Configuration"]["DeploymentTimeout"] == minutes


def test_a_rollout_that_the_pipeline_cannot_wait_for_is_refused(project):
    project.write("Dockerfile", "FROM scratch\n")
    with pytest.raises(ValueError, match="takes 59 minutes besides the 30 in which tasks start"):
        host(project, BUILT, rollout=Rollout.linear(), images=BuildPipeline.managed())
