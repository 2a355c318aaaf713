"""Every kind of template, held against what AWS would refuse."""

import copy
import json

import pytest

from tests.support.thorough import thoroughly
from tests.templates import rules
from tests.templates.rules import RULES, of_type
from tests.templates.variants import MATRIX, SAMPLE, make

ALL = [
    *(pytest.param(name, id=name) for name in SAMPLE),
    *thoroughly(*MATRIX, ids=[*MATRIX]),
]
LINTED = ("api nowhere in particular", "site that shifts")
"""Those of the sample that are linted too, which takes seconds for each."""
SAID_TWICE = "W3005"
"""A dependency that a reference makes anyway: harmless, and the CDK's way."""
UNKNOWN = "E1022"
"""A function that cfn-lint does not know yet: Fn::GetStackOutput, of the dashboard's stack."""
PASSED_ON = "W6001"
"""An output of what another stack exports: the application says where everything is."""


@pytest.fixture(scope="module")
def lint():
    """cfn-lint, which takes seconds to import: not wherever tests are collected."""
    from cfnlint import lint  # noqa: PLC0415
    from cfnlint.config import ManualArgs  # noqa: PLC0415

    arguments = ManualArgs(ignore_checks=[SAID_TWICE, PASSED_ON, UNKNOWN], regions=["us-east-1"])

    def found(template):
        return [str(each) for each in lint(json.dumps(template), config=arguments)]

    return found


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    made = {}

    def of(name):
        if name not in made:
            made[name] = make({**SAMPLE, **MATRIX}[name], tmp_path_factory.mktemp("variant"))
        return made[name]

    return of


def test_there_are_enough_of_them():
    assert len(SAMPLE) + len(MATRIX) >= 60


@pytest.mark.parametrize("name", ALL)
def test_no_rule_has_a_complaint(templates, name):
    for stack, template in templates(name).items():
        told = [f"{stack}: {complaint}" for rule in RULES for complaint in rule(template)]
        assert told == []


@pytest.mark.parametrize(
    "name",
    [*LINTED, *thoroughly(*(name for name in (*SAMPLE, *MATRIX) if name not in LINTED))],
)
def test_cfn_lint_finds_nothing(templates, lint, name):
    for template in templates(name).values():
        assert lint(template) == []


def first(template, kind, part=""):
    return next(each for name, each in of_type(template, kind).items() if part in name)


def distrust(template):
    role = first(template, "AWS::IAM::Role", "TaskDefinitionTaskRole")
    role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {
        "Service": "ec2.amazonaws.com"
    }


def let_codepipeline_assume(template):
    role = first(template, "AWS::IAM::Role", "DeployRole")
    role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {
        "Service": "codepipeline.amazonaws.com"
    }


def drop(kind, key, part=""):
    def dropping(template):
        del first(template, kind, part)[key]

    return dropping


def put(kind, key, value, part=""):
    def putting(template):
        first(template, kind, part)["Properties"][key] = value

    return putting


def tag_twice(template):
    """A key that differs in case only, which IAM refuses."""
    first(template, "AWS::IAM::Role")["Properties"]["Tags"].append(
        {"Key": "environment", "Value": "test"}
    )


def grant(action, resource):
    def granting(template):
        policy = first(template, "AWS::IAM::Policy", "ExecutionRoleDefaultPolicy")
        policy["Properties"]["PolicyDocument"]["Statement"].append(
            {"Effect": "Allow", "Action": action, "Resource": resource}
        )

    return granting


def ask_by_name(template):
    project = first(template, "AWS::CodeBuild::Project")
    for variable in project["Properties"]["Environment"]["EnvironmentVariables"]:
        if variable["Name"] == "STACK_NAME":
            variable["Value"] = {"Ref": "AWS::StackName"}


def protect(template):
    template["Metadata"] = {"TerminationProtection": True}


def query(part, key, value, of=0):
    """Change a query of an alarm of an expression."""

    def changing(template):
        alarm = first(template, "AWS::CloudWatch::Alarm", part)
        alarm["Properties"]["Metrics"][of][key] = value

    return changing


def mix_periods(template):
    alarm = first(template, "AWS::CloudWatch::Alarm", "AvailabilityBurnRateFastLong")
    metrics = [each for each in alarm["Properties"]["Metrics"] if "MetricStat" in each]
    metrics[0]["MetricStat"]["Period"] = 60


def shut_out(template):
    group = first(template, "AWS::Logs::LogGroup", "Events")
    del group["Properties"]["ResourcePolicyDocument"]


def wait_for_each_other(template):
    service = next(iter(of_type(template, "AWS::ECS::Service")))
    first(template, "AWS::CloudWatch::Alarm", "TargetErrors")["DependsOn"] = [service]


def lengthen(template):
    first(template, COMPOSITE_ALARM, "Failures")["Properties"]["AlarmRule"]["Fn::Join"][1] *= 3


def roll_back_on_a_log(template):
    service = first(template, "AWS::ECS::Service")
    alarms = service["Properties"]["DeploymentConfiguration"]["Alarms"]
    alarms["AlarmNames"] = [{"Ref": next(iter(of_type(template, "AWS::Logs::LogGroup")))}]


COMPOSITE_ALARM = "AWS::CloudWatch::CompositeAlarm"
ASSOCIATIONS = "AWS::ECS::ClusterCapacityProviderAssociations"
TABLE = "AWS::DynamoDB::Table"
BROKEN = [
    ("api", rules.roles_trust_who_assumes_them, distrust),
    ("api", rules.roles_trust_who_assumes_them, let_codepipeline_assume),
    ("api", rules.services_wait_for_their_capacity, drop("AWS::ECS::Service", "DependsOn")),
    ("api", rules.the_capacity_waits_for_the_account, drop(ASSOCIATIONS, "DependsOn")),
    (
        "site that shifts",
        rules.nothing_that_cannot_be_updated_has_tags,
        put("AWS::CloudFront::VpcOrigin", "Tags", []),
    ),
    (
        "site that shifts",
        rules.nothing_that_cannot_be_updated_has_tags,
        put("AWS::ElasticLoadBalancingV2::ListenerRule", "Tags", []),
    ),
    *(
        (name, rules.what_can_have_tags_has_those_that_were_given, breaking)
        for name, breaking in (
            ("api", put("AWS::Logs::LogGroup", "Tags", [])),
            ("site watched", put("AWS::CloudWatch::Alarm", "Tags", [])),
            ("api", put("AWS::ApiGatewayV2::Api", "Tags", {"Service": "other"})),
            ("api with volumes", put("AWS::EFS::AccessPoint", "AccessPointTags", [])),
            ("api", put("AWS::ECS::Service", "PropagateTags", "TASK_DEFINITION")),
            ("api", put("AWS::ECS::Service", "EnableECSManagedTags", False)),  # noqa: FBT003
            ("api", tag_twice),
        )
    ),
    (
        "api nowhere in particular",
        rules.zones_are_chosen_by_id_where_not_all_will_do,
        put("AWS::EC2::Subnet", "AvailabilityZoneId", "use1-az1"),
    ),
    (
        "api",
        rules.what_failed_leaves_its_evidence,
        drop("AWS::Logs::LogGroup", "DeletionPolicy", "TaskLogs"),
    ),
    (
        "api",
        rules.what_failed_leaves_its_evidence,
        put("AWS::Logs::LogGroup", "LogGroupName", "x", "PipelineBuild"),
    ),
    (
        "api",
        rules.access_logs_share_a_policy,
        put("AWS::Logs::LogGroup", "LogGroupName", {"Ref": "AWS::StackId"}, "AccessLogs"),
    ),
    (
        "api",
        rules.access_logs_share_a_policy,
        put("AWS::Logs::LogGroup", "LogGroupName", "/aws/vendedlogs/x", "AccessLogs"),
    ),
    ("api", rules.builds_may_ask_for_their_stack, ask_by_name),
    ("api", rules.waits_end, put("AWS::CloudFormation::WaitCondition", "Timeout", "1800")),
    ("api", rules.waits_end, put("AWS::CloudFormation::WaitCondition", "Timeout", "43201")),
    ("api", rules.there_is_a_way_back, drop("AWS::ECS::TaskDefinition", "UpdateReplacePolicy")),
    (
        "api",
        rules.no_description_that_replaces_names_the_project,
        put("AWS::EC2::SecurityGroup", "GroupDescription", "Tasks of shop"),
    ),
    (
        "api",
        rules.tasks_may_read_what_they_need,
        put("AWS::IAM::Policy", "PolicyDocument", {}, "ExecutionRoleDefaultPolicy"),
    ),
    (
        "api endpoints",
        rules.services_reach_what_their_tasks_need,
        lambda template: template["Resources"].pop(
            next(name for name in template["Resources"] if "VpcSecretsManager" in name)
        ),
    ),
    *(
        ("api", rules.permissions_grant_something, grant(action, resource))
        for action, resource in (
            ("ecs:DescribeClusters", "arn:aws:s3:::bucket"),
            ("ecr:GetAuthorizationToken", "arn:aws:ecr:eu-west-1:123456789012:repository/x"),
            ("ecs:RunTasks", "*"),
        )
    ),
    ("application", rules.a_failed_first_deployment_can_be_repeated, protect),
    *(
        ("application", rules.a_failed_first_deployment_can_be_repeated, drop(TABLE, key))
        for key in ("DependsOn", "DeletionPolicy")
    ),
    *(
        ("site watched", rule, breaking)
        for rule, breaking in (
            (rules.alarms_can_be_made, mix_periods),
            (rules.alarms_can_be_made, put("AWS::CloudWatch::Alarm", "Period", 45, "NoHealthy")),
            (
                rules.alarms_can_be_made,
                put("AWS::CloudWatch::Alarm", "EvaluationPeriods", 2000, "NoHealthy"),
            ),
            (
                rules.alarms_can_be_made,
                put("AWS::CloudWatch::Alarm", "DatapointsToAlarm", 6, "NoHealthy"),
            ),
            (
                rules.alarms_can_be_made,
                put("AWS::CloudWatch::Alarm", "AlarmDescription", "x" * 1025),
            ),
            (
                rules.alarms_can_be_made,
                put("AWS::CloudWatch::Alarm", "ThresholdMetricId", "e", "NoHealthy"),
            ),
            (rules.alarms_can_be_made, query("TargetErrors", "Expression", "errors / all")),
            (rules.alarms_can_be_made, query("TargetErrors", "ReturnData", False)),  # noqa: FBT003
            (rules.alarms_can_be_made, query("TargetErrors", "Id", "E")),
            (rules.rules_of_alarms_can_be_kept, lengthen),
            (
                rules.rules_of_alarms_can_be_kept,
                put(COMPOSITE_ALARM, "AlarmRule", {"Fn::Join": ["", ["TRUE"]]}, "Failures"),
            ),
            (
                rules.rules_of_alarms_can_be_kept,
                put(COMPOSITE_ALARM, "ActionsSuppressor", "x", "Failures"),
            ),
            (rules.what_alarms_count_is_written_down, shut_out),
            (
                rules.what_alarms_count_is_written_down,
                put(
                    "AWS::CloudWatch::Alarm",
                    "Dimensions",
                    [{"Name": "RuleName", "Value": {"Ref": "AWS::StackName"}}],
                    "OutOfMemory",
                ),
            ),
            (rules.a_service_does_not_wait_for_alarms_that_wait_for_it, wait_for_each_other),
            (rules.a_service_does_not_wait_for_alarms_that_wait_for_it, roll_back_on_a_log),
        )
    ),
]


@pytest.mark.parametrize(("name", "rule", "breaking"), BROKEN)
def test_each_rule_complains_of_what_it_is_for(templates, name, rule, breaking):
    template = copy.deepcopy(next(iter(templates(name).values())))
    assert list(rule(template)) == []
    breaking(template)
    assert list(rule(template)) != []


def test_every_rule_has_been_seen_to_complain():
    assert {rule for _, rule, _ in BROKEN} == set(RULES)
