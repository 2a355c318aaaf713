"""What is made of a service's monitoring, and what is not."""

import json
import re

import pytest
from aws_cdk import App, Duration, Environment, NestedStack, Stack
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Annotations, Match, Template

from serverless_containers import (
    ContainerHosting,
    ContainerService,
    Monitoring,
    Rollout,
    ScheduledCapacity,
    TaskScaling,
)
from serverless_containers.monitoring.alarm import name_of_alarm
from serverless_containers.monitoring.kinds import MEANINGS, AlarmKind
from tests.unit.monitoring.conftest import IRELAND, watched, zone
from tests.unit.workload.deployed import NGINX

ALARM, COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
WITH_STORE = """
services:
  web: {image: nginx, ports: ["80"], volumes: ["data:/data"]}
  db: {image: "postgres:17", volumes: ["data:/var/lib/postgresql/data"]}
volumes: {data: {}}
"""


NIGHT = ScheduledCapacity(
    schedule=appscaling.Schedule.cron(hour="22", minute="0"), min_capacity=0, max_capacity=0
)
MORNING = ScheduledCapacity(
    schedule=appscaling.Schedule.cron(hour="6", minute="0"), min_capacity=1, max_capacity=2
)


def alarms(deployed):
    return {
        **deployed.template.find_resources(ALARM),
        **deployed.template.find_resources(COMPOSITE),
    }


def of_kind(deployed, kind):
    return {name: each for name, each in alarms(deployed).items() if kind in name}


def notifying(deployed):
    return {
        re.search(r"Monitoring(\w+?)[0-9A-F]{8}$", name)[1]
        for name, each in alarms(deployed).items()
        if "AlarmActions" in each["Properties"]
    }


LET_IN = {
    "Sid": "AlarmsOfThisAccount",
    "Effect": "Allow",
    "Principal": {"Service": "cloudwatch.amazonaws.com"},
    "Action": "sns:Publish",
}


class TestTopic:
    def statements(self, deployed):
        policies = deployed.resources("AWS::SNS::TopicPolicy")
        return [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]

    def test_alarms_may_publish_where_a_policy_took_the_default_away(self, deploy):
        deployed = deploy(
            monitoring=lambda stack: Monitoring(topic=sns.Topic(stack, "OnCall", enforce_ssl=True))
        )
        (let_in,) = [each for each in self.statements(deployed) if each["Effect"] == "Allow"]
        assert LET_IN.items() <= let_in.items()
        account = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
        assert let_in["Condition"] == account

    def test_a_topic_without_a_policy_keeps_the_default(self, deploy):
        assert self.statements(deploy()) == []

    def test_the_key_of_sns_lets_no_alarm_publish(self, deploy):
        def with_managed_key(stack):
            key = kms.Alias.from_alias_name(stack, "Key", "alias/aws/sns")
            return Monitoring(topic=sns.Topic(stack, "OnCall", master_key=key))

        with pytest.raises(ValueError, match="alias/aws/sns, which lets no alarm publish"):
            deploy(monitoring=with_managed_key)


def test_the_absence_of_tasks_is_told_of_once_the_service_was_made(deploy):
    deployed = deploy()
    (alarm,) = of_kind(deployed, "NoHealthyTask").values()
    services = deployed.template.find_resources("AWS::ECS::Service")
    assert set(services) <= set(alarm["DependsOn"])


def test_the_period_of_an_expression_is_no_warning(deploy):
    deployed = deploy()
    warnings = Annotations.from_stack(deployed.stack).find_warning(
        "*", Match.string_like_regexp("Periods")
    )
    assert warnings == []


def test_nothing_is_watched_unless_it_was_asked_for(deploy):
    deployed = deploy(monitoring=lambda _: None)
    assert alarms(deployed) == {}
    assert deployed.resources("AWS::Events::Rule") == []
    assert deployed.ingress.monitoring is None
    deployment = deployed.only("AWS::ECS::Service")["DeploymentConfiguration"]
    assert deployment["Alarms"]["Enable"] is False


@pytest.mark.parametrize("kind", ["api", "site", "worker"])
def test_two_alarms_notify_and_when_all_is_well_again(deploy, kind):
    deployed = deploy(kind)
    assert notifying(deployed) == {"Failures", "Warnings"}
    for each in alarms(deployed).values():
        properties = each["Properties"]
        assert properties.get("AlarmActions") == properties.get("OKActions")


def test_a_certificate_notifies_by_itself(with_everything):
    assert notifying(with_everything("api")) == {"Failures", "Warnings", "CertificateExpiry"}


def test_nobody_is_notified_without_a_topic(deploy):
    assert notifying(deploy(monitoring=lambda _: Monitoring())) == set()


def test_warnings_are_silent_while_something_fails(deploy):
    deployed = deploy()
    ((failures, _),) = of_kind(deployed, "Failures").items()
    ((_, warnings),) = of_kind(deployed, "Warnings").items()
    assert warnings["Properties"]["ActionsSuppressor"] == {"Fn::GetAtt": [failures, "Arn"]}
    assert warnings["Properties"]["ActionsSuppressorWaitPeriod"] == 120
    assert warnings["Properties"]["ActionsSuppressorExtensionPeriod"] == 120


@pytest.mark.parametrize("kind", ["api", "site", "worker"])
def test_every_alarm_is_told_of_by_one_that_notifies(with_everything, kind):
    deployed = with_everything(kind)
    made = alarms(deployed)
    rules = {
        name: json.dumps(each["Properties"].get("AlarmRule", "")) for name, each in made.items()
    }
    told = {name for name in made if "AlarmActions" in made[name]["Properties"]}
    for _ in range(2):
        told |= {name for name in made for each in told if f'"{name}"' in rules[each]}
    assert told == set(made)


@pytest.mark.parametrize("kind", ["api", "site"])
def test_every_alarm_says_what_it_means_and_where_help_is(with_everything, kind):
    deployed = with_everything(kind, monitoring=watched(runbooks="https://example.com/runbooks/"))
    pages = set()
    for name, each in alarms(deployed).items():
        text = each["Properties"]["AlarmDescription"]
        assert len(text) <= 1024
        if "Failures" in name or "Warnings" in name:
            continue
        (page,) = re.findall(r"Runbook: https://example\.com/runbooks/([\w-]+)\.md$", text)
        assert MEANINGS[AlarmKind(page)] in text
        pages.add(page)
    missing = set() if kind == "site" else {"unhealthy-targets"}
    assert pages == {str(each) for each in AlarmKind} - missing


def test_names_begin_with_what_an_alarm_is_of_as_tiles_cut_them_off(with_everything):
    deployed = with_everything("site")
    names = [each["Properties"].get("AlarmName", name) for name, each in alarms(deployed).items()]
    assert len(names) == len(set(names)) >= 15
    kinds = {kind.construct_id for kind in AlarmKind} | {"Failures", "Warnings"}
    for name in names:
        assert re.fullmatch(rf"({'|'.join(kinds)})\w*/Test/[\w/]+/Monitoring(/\w+)?", name), name


def test_a_name_that_is_not_known_or_too_long_is_left_to_cloudformation():
    stack = Stack(App(), "Test")
    assert name_of_alarm(stack, "x" * 250) == f"{'x' * 250}/Test"
    assert name_of_alarm(stack, "x" * 251) is None
    assert name_of_alarm(NestedStack(stack, "Nested"), "CpuHigh") is None


def test_runbooks_are_the_librarys_by_default(deploy):
    (alarm,) = of_kind(deploy(), "CpuHigh").values()
    assert alarm["Properties"]["AlarmDescription"].endswith(
        "Runbook: docs/runbooks/cpu-high.md of serverless-containers"
    )


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"availability": None}, "Availability"),
        ({"latency": None}, "LatencyBurnRate"),
        ({"cpu_percent": None}, "CpuHigh"),
        ({"memory_percent": None}, "MemoryHigh"),
        ({"anomaly_detection": False}, "Anomaly"),
    ],
)
def test_alarms_can_be_left_out(deploy, options, kind):
    assert of_kind(deploy(), kind)
    assert of_kind(deploy(monitoring=watched(**options)), kind) == {}


def test_without_any_warning_there_is_no_alarm_of_warnings(deploy):
    monitoring = watched(cpu_percent=None, memory_percent=None, anomaly_detection=False)
    deployed = deploy(monitoring=monitoring)
    assert notifying(deployed) == {"Failures"}
    assert deployed.ingress.monitoring.warning is None


@pytest.mark.parametrize(
    ("options", "part", "properties"),
    [
        ({"availability": 99}, "AvailabilityBurnRateFastLong", {"Threshold": 14.4}),
        ({"availability": 99.5}, "AvailabilityBurnRateSlowShort", {"Threshold": 3}),
        ({"cpu_percent": 70}, "CpuHigh", {"Threshold": 70}),
        ({"memory_percent": 95}, "MemoryHigh", {"Threshold": 95}),
        ({"restarts": 5}, "ContainersRestarting", {"Threshold": 5}),
    ],
)
def test_thresholds_are_the_options(deploy, options, part, properties):
    (alarm,) = of_kind(deploy(monitoring=watched(**options)), part).values()
    assert alarm["Properties"] | properties == alarm["Properties"]


def test_days_of_a_certificate_are_an_option(with_everything):
    deployed = with_everything("api", monitoring=watched(certificate_days=10))
    (alarm,) = of_kind(deployed, "CertificateExpiry").values()
    assert alarm["Properties"]["Threshold"] == 10


def test_the_least_requests_are_an_option(deploy):
    deployed = deploy(monitoring=watched(requests_per_hour=1200))
    (alarm,) = of_kind(deployed, "LatencyBurnRateFastShort").values()
    expression = alarm["Properties"]["Metrics"][0]["Expression"]
    assert expression == "IF(FILL(requests, 0) >= 100, 100 - quick, 0)"


@pytest.mark.parametrize(("kind", "statistic"), [("api", "PR(:250)"), ("site", "PR(:0.25)")])
def test_latency_is_in_the_unit_of_the_metric(deploy, kind, statistic):
    deployed = deploy(kind, monitoring=watched(latency=Duration.millis(250)))
    (alarm,) = of_kind(deployed, "LatencyBurnRateSlowLong").values()
    assert statistic in json.dumps(alarm)


def test_a_load_balancer_counts_503_beside_the_requests_that_it_passed_on(deploy):
    (alarm,) = of_kind(deploy("site"), "AvailabilityBurnRateFastLong").values()
    queries = {each["Id"]: each for each in alarm["Properties"]["Metrics"]}
    assert queries["requests"]["Expression"] == "FILL(answered, 0) + FILL(rejected, 0)"
    names = {
        name: queries[name]["MetricStat"]["Metric"]["MetricName"]
        for name in ("answered", "rejected", "target5xx", "own5xx")
    }
    assert names == {
        "answered": "RequestCount",
        "rejected": "HTTPCode_ELB_503_Count",
        "target5xx": "HTTPCode_Target_5XX_Count",
        "own5xx": "HTTPCode_ELB_5XX_Count",
    }


@pytest.mark.parametrize(
    ("props", "text"),
    [
        ({"desired_count": 0}, NGINX),
        ({"scaling": TaskScaling(min_capacity=0, max_capacity=2, schedules=[MORNING])}, NGINX),
        ({"scaling": TaskScaling(max_capacity=2, schedules=[NIGHT, MORNING])}, NGINX),
        ({}, NGINX.replace("web: {", "web: {deploy: {replicas: 0}, ")),
    ],
)
def test_a_service_that_may_be_empty_is_not_missed(deploy, props, text):
    assert of_kind(deploy(text=text, **props), "NoHealthyTask") == {}
    assert of_kind(deploy(desired_count=1), "NoHealthyTask")


class TestRollingBack:
    def deployment(self, deployed):
        return deployed.only("AWS::ECS::Service")["DeploymentConfiguration"]

    @pytest.mark.parametrize("kind", ["api", "site"])
    def test_errors_roll_a_deployment_back(self, deploy, kind):
        deployed = deploy(kind)
        configured = self.deployment(deployed)
        names = [
            *of_kind(deployed, "TargetErrors"),
            *of_kind(deployed, "AvailabilityBurnRateFastLong"),
        ]
        assert configured["Alarms"] == {
            "AlarmNames": [{"Ref": name} for name in names],
            "Enable": True,
            "Rollback": True,
        }
        assert configured["BakeTimeInMinutes"] == 5

    @pytest.mark.parametrize(
        ("kind", "props"),
        [
            ("api", {"monitoring": watched(roll_back=False)}),
            ("api", {"text": WITH_STORE}),
            ("worker", {}),
        ],
    )
    def test_nothing_rolls_back_where_it_would_do_harm(self, deploy, kind, props):
        deployed = deploy(kind, **props)
        assert self.deployment(deployed)["Alarms"]["Enable"] is False
        assert "BakeTimeInMinutes" not in self.deployment(deployed)

    def test_a_shift_step_by_step_keeps_its_own_alarms(self, deploy):
        plain = deploy("site", rollout=Rollout.canary(), monitoring=lambda _: None)
        watching = deploy("site", rollout=Rollout.canary())
        assert self.deployment(watching)["Alarms"] == self.deployment(plain)["Alarms"]

    def test_a_shift_at_once_takes_them(self, deploy):
        deployed = deploy("site", rollout=Rollout.blue_green())
        assert len(self.deployment(deployed)["Alarms"]["AlarmNames"]) == 2
        (alarm,) = of_kind(deployed, "NoHealthyTask").values()
        queries = alarm["Properties"]["Metrics"]
        assert queries[0]["Expression"] == "FILL(group0, 0) + FILL(group1, 0)"

    def test_an_api_takes_alarms_of_the_callers(self, deploy):
        deployed = deploy()
        own = cloudwatch.Alarm(
            deployed.ingress,
            "Own",
            metric=cloudwatch.Metric(namespace="Shop", metric_name="Refused"),
            threshold=1,
            evaluation_periods=1,
        )
        deployed.ingress.roll_back_on(own)
        names = json.dumps(self.deployment(deployed)["Alarms"]["AlarmNames"])
        assert len(self.deployment(deployed)["Alarms"]["AlarmNames"]) == 3
        assert deployed.ingress.node.id in names

    @pytest.mark.parametrize(("props", "minutes"), [({}, 35), ({"monitoring": lambda _: None}, 30)])
    def test_a_pipeline_waits_while_alarms_are_watched(self, with_everything, props, minutes):
        (pipeline,) = with_everything("api", **props).resources("AWS::CodePipeline::Pipeline")
        deploy_action = next(
            action
            for stage in pipeline["Stages"]
            for action in stage["Actions"]
            if stage["Name"] == "Deploy"
        )
        assert deploy_action["Configuration"]["DeploymentTimeout"] == minutes


class TestCertificateOfCloudFront:
    """In us-east-1, where the alarm has to be as well."""

    def site(self, project, region, **props):
        project.compose(NGINX)
        app = App()
        stack = Stack(app, "Test", env=Environment(account="123456789012", region=region))
        topic = sns.Topic.from_topic_arn(
            stack, "Edge", "arn:aws:sns:us-east-1:123456789012:on-call"
        )
        ContainerHosting(
            stack,
            "Site",
            source=project.path,
            domain_names="www.example.com",
            hosted_zone=zone(stack),
            monitoring=Monitoring(edge_topic=topic),
            **{key: value(stack) for key, value in props.items()},
        )
        return {
            each.region: list(
                Template.from_stack(each)
                .find_resources(ALARM, {"Properties": {"MetricName": "DaysToExpiry"}})
                .values()
            )
            for each in app.node.children
        }

    def test_has_its_alarm_in_the_support_stack(self, project):
        found = self.site(project, "eu-west-1")
        (alarm,) = found["us-east-1"]
        assert alarm["Properties"]["AlarmActions"] == ["arn:aws:sns:us-east-1:123456789012:on-call"]
        (dimension,) = alarm["Properties"]["Dimensions"]
        assert dimension["Name"] == "CertificateArn"
        assert "Ref" in dimension["Value"]
        assert len(found["eu-west-1"]) == 1

    def test_is_watched_once_where_it_is_the_load_balancers(self, project):
        assert [len(each) for each in self.site(project, "us-east-1").values()] == [1]

    def test_is_watched_by_whoever_made_it(self, project):
        found = self.site(
            project,
            "eu-west-1",
            certificate=lambda stack: acm.Certificate.from_certificate_arn(
                stack, "Given", "arn:aws:acm:us-east-1:123456789012:certificate/x"
            ),
        )
        assert {region: len(each) for region, each in found.items()} == {"eu-west-1": 1}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"availability": 93}, "availability: expected 94 to 99.99 percent, got 93"),
        ({"availability": 100}, "availability: expected 94 to 99.99 percent, got 100"),
        ({"latency": Duration.millis(0)}, "latency: expected 1 to 60000 milliseconds, got 0"),
        ({"latency": Duration.seconds(61)}, "latency: expected 1 to 60000 milliseconds, got 61000"),
        ({"cpu_percent": 0}, "cpu_percent: expected 1 to 100 percent, got 0"),
        ({"memory_percent": 101}, "memory_percent: expected 1 to 100 percent, got 101"),
        ({"requests_per_hour": 0}, "requests_per_hour: expected 1 to 1e"),
        ({"restarts": 0}, "restarts: expected 1 to 100 tasks, got 0"),
        ({"certificate_days": 46}, "certificate_days: expected 1 to 45 days, got 46"),
        ({"runbooks": "x" * 401}, "runbooks: expected at most 400 characters, got 401"),
    ],
)
def test_what_is_out_of_range_is_refused(options, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        Monitoring(**options)


def test_a_worker_in_a_shared_place_has_the_alarms_of_its_tasks(deploy):
    deployed = deploy("worker", env=IRELAND, service_name="web")
    (alarm,) = of_kind(deployed, "CpuHigh").values()
    dimensions = {each["Name"]: each["Value"] for each in alarm["Properties"]["Dimensions"]}
    assert dimensions["ServiceName"] == "web"
    assert isinstance(deployed.ingress, ContainerService)
    deployed.template.has_resource_properties(
        ALARM, {"MetricName": "CPUUtilization", "Statistic": "SampleCount", "Period": 60}
    )
