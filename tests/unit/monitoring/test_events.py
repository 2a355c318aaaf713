"""The events of a service: which ones are kept and counted, and who may write them down."""

import json

import pytest
from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Match

from tests.support.event_patterns import matches

CLUSTER = "arn:aws:ecs:eu-west-1:123456789012:cluster/shop"
RULES = {
    "containers-restarting",
    "out-of-memory",
    "deployment-failed",
    "pipeline-failed",
    "deployments",
}


@pytest.fixture
def patterns(with_everything):
    """The patterns of a service's rules by the ends of their names, without tokens."""
    deployed = with_everything("api", service_name="web")
    known = {"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": "123456789012"}

    def plain(value):
        if isinstance(value, list):
            return [plain(each) for each in value]
        if isinstance(value, dict):
            if "Fn::Join" in value:
                return "".join(map(plain, value["Fn::Join"][1]))
            if "Ref" in value:
                return known.get(value["Ref"], "shop")
            return {key: plain(each) for key, each in value.items()}
        return value

    return {
        next(end for end in RULES if rule["Name"].endswith(end)): plain(rule["EventPattern"])
        for rule in deployed.resources("AWS::Events::Rule")
    }


def stopped(code, *, exit_code=None, reason="", container_reason=None, **changed):
    """The event of a stopped task, as ECS sends it."""
    container = {"name": "web", "lastStatus": "STOPPED"}
    if exit_code is not None:
        container["exitCode"] = exit_code
    if container_reason is not None:
        container["reason"] = container_reason
    detail = {
        "clusterArn": CLUSTER,
        "group": "service:web",
        "lastStatus": "STOPPED",
        "desiredStatus": "STOPPED",
        "stopCode": code,
        "stoppedReason": reason,
        "containers": [{"name": "helper", "lastStatus": "STOPPED", "exitCode": 0}, container],
        **changed,
    }
    return {"source": "aws.ecs", "detail-type": "ECS Task State Change", "detail": detail}


def deployment(name, service="web"):
    return {
        "source": "aws.ecs",
        "detail-type": "ECS Deployment State Change",
        "resources": [f"arn:aws:ecs:eu-west-1:123456789012:service/shop/{service}"],
        "detail": {"eventType": "ERROR", "eventName": name, "deploymentId": "ecs-svc/1"},
    }


def pipeline(state, name):
    return {
        "source": "aws.codepipeline",
        "detail-type": "CodePipeline Pipeline Execution State Change",
        "detail": {"pipeline": name, "state": state, "execution-id": "1"},
    }


KILLED = "OutOfMemoryError: Container killed due to memory usage"


@pytest.mark.parametrize(
    ("event", "rules"),
    [
        (stopped("EssentialContainerExited", exit_code=1), {"containers-restarting"}),
        (
            stopped("EssentialContainerExited", exit_code=137),
            {"containers-restarting", "out-of-memory"},
        ),
        (
            stopped("EssentialContainerExited", exit_code=137, container_reason=KILLED),
            {"containers-restarting", "out-of-memory"},
        ),
        (
            stopped("TaskFailedToStart", reason="CannotPullContainerError: not found"),
            {"containers-restarting"},
        ),
        (
            stopped(
                "ServiceSchedulerInitiated",
                exit_code=0,
                reason="Task failed ELB health checks in (target-group arn)",
            ),
            {"containers-restarting"},
        ),
        (
            stopped(
                "ServiceSchedulerInitiated",
                exit_code=137,
                reason="Task failed container health checks",
            ),
            {"containers-restarting"},
        ),
        (
            stopped(
                "ServiceSchedulerInitiated",
                exit_code=137,
                reason="Scaling activity initiated by (deployment ecs-svc/1)",
            ),
            set(),
        ),
        (stopped("SpotInterruption", exit_code=143), set()),
        (stopped("UserInitiated", exit_code=0, reason="Task stopped by user"), set()),
        (stopped("EssentialContainerExited", exit_code=1, lastStatus="DEPROVISIONING"), set()),
        (stopped("EssentialContainerExited", exit_code=1, group="service:other"), set()),
        (stopped("EssentialContainerExited", exit_code=1, clusterArn=f"{CLUSTER}2"), set()),
        (deployment("SERVICE_DEPLOYMENT_FAILED"), {"deployment-failed"}),
        (deployment("SERVICE_DEPLOYMENT_IN_PROGRESS"), {"deployments"}),
        (deployment("SERVICE_DEPLOYMENT_COMPLETED"), {"deployments"}),
        (deployment("SERVICE_DEPLOYMENT_FAILED", "other"), set()),
        (pipeline("FAILED", "other"), set()),
    ],
)
def test_events_by_the_rules_that_they_match(patterns, event, rules):
    assert {name for name, pattern in patterns.items() if matches(pattern, event)} == rules


def test_the_pipelines_own_failures_match(patterns, with_everything):
    (made,) = with_everything("api", service_name="web").resources("AWS::CodePipeline::Pipeline")
    assert matches(patterns["pipeline-failed"], pipeline("FAILED", made["Name"]))
    assert not matches(patterns["pipeline-failed"], pipeline("SUCCEEDED", made["Name"]))


def test_without_a_pipeline_none_is_watched(deploy):
    names = [rule["Name"] for rule in deploy().resources("AWS::Events::Rule")]
    ends = ("containers-restarting", "out-of-memory", "deployment-failed", "deployments")
    assert len(names) == len(ends)
    assert all(any(name.endswith(end) for end in ends) for name in names)
    assert all(len(name) <= 64 for name in names)


def test_only_these_rules_write_to_the_log_group(deploy):
    deployed = deploy()
    ((name, group),) = deployed.template.find_resources(
        "AWS::Logs::LogGroup", {"Properties": {"ResourcePolicyDocument": Match.any_value()}}
    ).items()
    create, put = group["Properties"]["ResourcePolicyDocument"]["Statement"]
    assert create["Action"] == "logs:CreateLogStream"
    assert put["Action"] == "logs:PutLogEvents"
    rules = deployed.resources("AWS::Events::Rule")
    sources = json.dumps(put["Condition"]["ArnEquals"]["aws:SourceArn"])
    assert all(f":rule/{rule['Name']}" in sources for rule in rules)
    assert "*" not in sources
    for rule in rules:
        (target,) = rule["Targets"]
        assert target["Id"] == "Log"
        assert {"Ref": name} in target["Arn"]["Fn::Join"][1]
    # Both resources are this group and its streams, by the name that it has.
    for statement, end in ((create, ":*"), (put, ":*:*")):
        parts = statement["Resource"]["Fn::Join"][1]
        assert parts[-1] == end
        assert group["Properties"]["LogGroupName"]["Fn::Join"][1][0] in json.dumps(parts)
        assert statement["Principal"] == {
            "Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]
        }


def test_events_are_kept_as_long_as_other_logs(deploy):
    deployed = deploy(
        log_retention=logs.RetentionDays.ONE_WEEK, removal_policy=RemovalPolicy.RETAIN
    )
    deployed.template.has_resource(
        "AWS::Logs::LogGroup",
        {
            "Properties": {
                "RetentionInDays": 7,
                "ResourcePolicyDocument": Match.any_value(),
            },
            # The next attempt to add it would meet the name of one that is left over.
            "DeletionPolicy": "RetainExceptOnCreate",
        },
    )
