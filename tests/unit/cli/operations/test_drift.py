"""`drift`: what runs against what the template says."""

import json

import pytest

from tests.support.deployed_stack import (
    DIGEST,
    NOW,
    OTHER_DIGEST,
    container,
    resources,
    rollout,
    run_tasks,
    service,
    services,
    task,
    task_definition,
    task_definition_arn,
)
from tests.support.recorded_aws import ACCOUNT, REGION

LOGICAL_ID = "ApiContainersServiceAF0E0137"
REPOSITORY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web"
ELSEWHERE = "public.ecr.aws/docker/library/nginx:1.29"


def template(aws, **properties):
    found = {"TaskDefinition": {"Ref": "ApiContainersTask1"}, "DesiredCount": 2, **properties}
    body = {"Resources": {LOGICAL_ID: {"Type": "AWS::ECS::Service", "Properties": found}}}
    aws.answer("GetTemplate", {"TemplateBody": json.dumps(body)})


@pytest.fixture(autouse=True)
def same(aws):
    template(aws)
    runs(aws, task_definition(3))


def runs(aws, running, *, digest=DIGEST, **more):
    """A service that runs a task definition; the template's is revision 3."""
    known = {task_definition_arn(3): task_definition(3), running["taskDefinitionArn"]: running}
    aws.answer(
        "DescribeTaskDefinition", lambda asked: {"taskDefinition": known[asked["taskDefinition"]]}
    )
    revision, fields = running["revision"], {"enableExecuteCommand": False, **more}
    aws.answer("DescribeServices", services(service(rollout(revision), **fields)))
    parts = [container("web", imageDigest=digest), container("db", imageDigest=OTHER_DIGEST)]
    run_tasks(aws, [task("one", revision=revision, containers=parts)], [])
    aws.answer("DescribeImages", {"imageDetails": [{"imageDigest": DIGEST}]})


def told(result):
    return [" ".join(line.split()) for line in result.output.splitlines()[1:]]


def test_a_service_that_runs_what_the_template_says(run):
    result = run("drift")

    assert result.exit_code == 0
    assert told(result) == [
        "part agrees template -> running",
        "task definition same shopdevapi:3",
        "web: image same shop/web:r3",
        "db: image same public.ecr.aws/docker/library/postgres:17",
        f"web: digest same {DIGEST[:19]}",
        "desired count same 2",
        "It runs what the template says.",
    ]


def test_an_image_of_the_pipeline_is_no_difference(aws, run):
    runs(aws, task_definition(4))

    result = run("drift")

    assert result.exit_code == 0
    assert "task definition by pipeline shopdevapi:3 -> shopdevapi:4" in told(result)
    assert "web: image by pipeline shop/web:r3 -> shop/web:r4" in told(result)


def test_the_same_image_is_a_difference_without_a_pipeline(aws, run):
    found = [each for each in resources() if "Pipeline" not in each["ResourceType"]]
    aws.answer(
        "ListStackResources",
        lambda asked: {"StackResourceSummaries": found if asked["StackName"][-1] == "i" else []},
    )
    runs(aws, task_definition(4))

    assert run("drift").exit_code == 2


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (
            task_definition(4, image=ELSEWHERE),
            f"web: image different {REPOSITORY}:r3 -> {ELSEWHERE}",
        ),
        (task_definition(4, cpu="1024"), "cpu different 256 -> 1024"),
        (
            task_definition(4, taskRoleArn="arn:aws:iam::1:role/other"),
            "taskRoleArn different shop-task -> other",
        ),
        (
            task_definition(4, environment={"MODE": "S3NTINEL", "MORE": "S3NTINEL"}),
            "web: variables different 1 -> 2: +MORE ~MODE",
        ),
    ],
)
def test_a_revision_that_was_made_by_hand_is_different(aws, run, changed, line):
    runs(aws, changed)

    result = run("drift")

    assert result.exit_code == 2
    assert line in told(result)
    assert "task definition different shopdevapi:3 -> shopdevapi:4" in told(result)
    assert "S3NTINEL" not in result.output
    assert told(result)[-1] == "The next deployment of the stack brings what the template says."


def test_further_keys_and_containers_are_compared(aws, run):
    changed = task_definition(4)
    changed["containerDefinitions"][0]["command"] = ["run"]
    changed["containerDefinitions"][0]["secrets"] = [{"name": "KEY", "valueFrom": "arn"}]
    changed["containerDefinitions"].pop()
    runs(aws, changed)

    lines = told(run("drift"))

    assert "web: command different none -> another one" in lines
    assert "web: secrets different 0 -> 1: +KEY" in lines
    assert "db different a container -> none" in lines


def test_a_tag_that_was_moved_is_told_by_the_digest(aws, run):
    runs(aws, task_definition(3), digest=OTHER_DIGEST)

    result = run("drift")

    assert result.exit_code == 2
    assert f"web: digest different {DIGEST[:19]} -> {OTHER_DIGEST[:19]}" in told(result)


def test_images_that_cannot_be_looked_for_are_unknown(aws, run):
    aws.deny("DescribeImages")

    result = run("drift")

    assert result.exit_code == 0
    denied = f"these credentials lack ecr:DescribeImages on {REPOSITORY}:r3"
    assert f"web: digest unknown not told -> {DIGEST[:19]}; {denied}" in told(result)


def test_numbers_and_switches_that_were_changed_are_told(aws, run):
    template(
        aws,
        DesiredCount=3,
        EnableExecuteCommand=False,
        DeploymentConfiguration={"MaximumPercent": 200, "MinimumHealthyPercent": 100},
        HealthCheckGracePeriodSeconds={"Ref": "Elsewhere"},
    )
    deployment = {"maximumPercent": 150, "minimumHealthyPercent": 100}
    runs(aws, task_definition(3), deploymentConfiguration=deployment, enableExecuteCommand=True)

    lines = told(run("drift"))

    assert "desired count different 3 -> 2" in lines
    assert "commands (ECS Exec) different False -> True" in lines
    assert "maximum different 200 -> 150" in lines
    assert not any("minimum" in line or "grace" in line for line in lines)


def test_a_count_that_is_scaled_is_not_compared(aws, run):
    template(aws, DesiredCount=None)

    assert not any("desired count" in line for line in told(run("drift")))


def test_tasks_of_another_revision_are_told(aws, run):
    run_tasks(aws, [task("one", revision=2), task("two")], [])

    assert "tasks different shopdevapi:3 -> 1 of 2 run shopdevapi:2" in told(run("drift"))


def test_cloudformation_is_asked_on_request(aws, run):
    aws.answer(
        "DetectStackResourceDrift",
        {
            "StackResourceDrift": {
                "StackId": "x",
                "LogicalResourceId": LOGICAL_ID,
                "ResourceType": "AWS::ECS::Service",
                "StackResourceDriftStatus": "MODIFIED",
                "Timestamp": NOW,
                "PropertyDifferences": [
                    {
                        "PropertyPath": "/PropagateTags",
                        "ExpectedValue": "SERVICE",
                        "ActualValue": "NONE",
                        "DifferenceType": "NOT_EQUAL",
                    }
                ],
            }
        },
    )

    result = run("drift", "--cloudformation")

    assert result.exit_code == 2
    assert "CloudFormation: /PropagateTags different SERVICE -> NONE" in told(result)


def test_json_has_each_part(run):
    found = json.loads(run("drift", "--json").output)

    assert found["differs"] is False
    assert found["parts"][0] == {
        "part": "task definition",
        "template": "shopdevapi:3",
        "running": "shopdevapi:3",
        "agreement": "same",
    }


def test_a_missing_permission_is_named(aws, run):
    aws.deny("GetTemplate")

    result = run("drift")

    assert result.exit_code == 1
    assert "lack cloudformation:GetTemplate on shop-dev-api" in result.stderr


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_commands_and_log_options_are_told_by_name_alone(aws, run, arguments):
    changed = task_definition(4)
    first = changed["containerDefinitions"][0]
    first["command"] = ["serve", "--password=S3NTINEL"]
    first["entryPoint"] = ["S3NTINEL"]
    first["healthCheck"] = {"command": ["CMD", "S3NTINEL"]}
    first["logConfiguration"] = {
        "logDriver": "splunk",
        "options": {"splunk-token": "S3NTINEL"},
        "secretOptions": [{"name": "splunk-url", "valueFrom": "arn:aws:ssm:::parameter/S3NTINEL"}],
    }
    runs(aws, changed)

    result = run("drift", *arguments)

    assert result.exit_code == 2
    assert "S3NTINEL" not in result.output
    assert "+splunk-token" in result.output
    assert "+splunk-url" in result.output
    if not arguments:
        assert "web: logConfiguration: logDriver different awslogs -> splunk" in told(result)
        assert "web: entryPoint different none -> another one" in told(result)
