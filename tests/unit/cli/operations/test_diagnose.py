"""`diagnose`: what is found, how it is told, and how it ends."""

import json
import re

import pytest

from serverless_containers.cli.aws_arguments import AwsArguments
from serverless_containers.diagnosis.rules import RULES
from tests.support.deployed_around import deploy_around, placed
from tests.support.deployed_stack import STOPPED, deploy, run_tasks, services, task
from tests.support.recorded_aws import RecordedAws, RefusalError

LOCAL = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}


@pytest.fixture
def aws(monkeypatch):
    recorded = RecordedAws(monkeypatch)
    deploy(recorded)
    deploy_around(recorded)
    return recorded


@pytest.fixture
def diagnose(run):
    """Run it; nothing is looked at from outside, for the APIs are not AWS's."""

    def invoke(*arguments):
        return run("diagnose", "--stack", "shop-dev-api", *arguments, **LOCAL)

    return invoke


def test_a_service_that_works(aws, diagnose):
    result = diagnose()

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "shop-web of shop-dev-api in eu-central-1",
        "",
        "Nothing was found that is known to fail.",
    ]
    assert aws.changes() == []


def test_a_cause_is_told_with_evidence_and_fix(aws, diagnose):
    run_tasks(aws, [task("one")], [STOPPED])
    result = diagnose()

    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[2] == "A container runs out of memory.  out-of-memory"
    labels = [line.split()[0] for line in lines[3:] if line.startswith("  ")]
    assert labels == ["seen", "seen", "why", "fix", "look", "run", "page"]
    assert re.fullmatch(r"  seen +task dead stopped [\d:]+: web: out of memory.*", lines[3])
    assert "serverless-containers metrics --stack shop-dev-api" in result.output
    assert "Nothing was found" not in result.output


def test_commands_are_lines_of_their_own_on_a_narrow_terminal(aws, diagnose, monkeypatch):
    monkeypatch.setattr("serverless_containers.cli.tables._WIDTH_OF_A_FILE", 50)
    run_tasks(aws, [task("one")], [STOPPED])

    lines = diagnose("--region", "eu-central-1").output.splitlines()

    look = "serverless-containers metrics --stack shop-dev-api --region eu-central-1"
    assert f"  look  {look}" in lines
    assert all(len(line) <= 50 for line in lines if line.startswith("  why"))


def test_suggested_commands_have_the_region_and_profile_that_were_given(aws, diagnose):
    run_tasks(aws, [task("one")], [STOPPED])
    command = "serverless-containers metrics --stack shop-dev-api"

    (plain,) = json.loads(diagnose("--json").stdout)["found"]
    (there,) = json.loads(diagnose("--json", "--region", "eu-central-1").stdout)["found"]

    assert plain["look"] == command
    assert there["look"] == f"{command} --region eu-central-1"
    assert there["repair"].startswith("cdk deploy")
    assert "--region" not in there["repair"]


CERTIFICATE = "aws acm describe-certificate --certificate-arn arn:aws:acm:us-east-1:1:certificate/1"


@pytest.mark.parametrize(
    ("given", "command", "options"),
    [
        ({}, "aws ecs list-tasks", ""),
        ({"region": "eu-west-1"}, "aws ecs list-tasks", " --region eu-west-1"),
        ({"profile": "on call"}, "aws ecs list-tasks", " --profile 'on call'"),
        (
            {"region": "eu-west-1", "profile": "ops"},
            "serverless-containers logs",
            " --region eu-west-1 --aws-profile ops",
        ),
        ({}, CERTIFICATE, " --region us-east-1"),
        ({"region": "eu-west-1"}, CERTIFICATE, " --region us-east-1"),
        ({"region": "us-east-1"}, "aws iam get-role --role-name r", " --region us-east-1"),
        ({"region": "eu-west-1"}, "", ""),
        ({"region": "eu-west-1"}, "docker pull IMAGE", ""),
    ],
)
def test_what_was_given_is_passed_on(given, command, options):
    passed = AwsArguments(**given).passed_on(command, region=given.get("region", "eu-west-1"))
    assert passed == f"{command}{options}"


def test_options_can_stand_at_the_end_of_every_suggested_command():
    commands = [each for rule in RULES for each in (rule.look, rule.repair)]
    ours = [each for each in commands if each.startswith(("aws ", "serverless-containers "))]
    assert len(ours) > 50
    assert [each for each in ours if re.search(r"[|;&]|\$\(| -- ", each)] == []


def test_notes_do_not_count(aws, diagnose):
    aws.answer("DescribeServices", services(placed(enableExecuteCommand=False)))
    result = diagnose()

    assert result.exit_code == 0
    assert "ECS Exec is off.  exec-off (note)" in result.output
    assert "Nothing was found that is known to fail." in result.output


def test_what_could_not_be_looked_at_is_told(aws, diagnose):
    aws.deny("DescribeTargetHealth")
    result = diagnose()

    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == (
        "could not look at target health: lacks elasticloadbalancing:DescribeTargetHealth"
    )


def test_what_the_endpoint_does_not_have_is_told_in_a_line(aws, diagnose):
    aws.answer(
        "GetVpcLink", RefusalError("NotFoundException", "Unknown API Gateway path: /v2/x", 404)
    )
    aws.answer("GetPipelineState", RefusalError("400"))
    aws.answer("GetServiceQuota", RefusalError("400"))

    assert diagnose().output.splitlines()[-3:] == [
        f"could not look at {part}: {action} is not on this endpoint, http://127.0.0.1:1"
        for part, action in (
            ("VPC links", "apigateway:GetVpcLink"),
            ("the pipeline", "codepipeline:GetPipelineState"),
            ("quotas", "servicequotas:GetServiceQuota"),
        )
    ]


def test_json_for_programs(aws, diagnose):
    run_tasks(aws, [task("one")], [STOPPED])
    aws.deny("DescribeSubnets")
    result = diagnose("--json")

    assert result.exit_code == 1
    document = json.loads(result.output)
    assert (document["service"], document["region"]) == ("shop-web", "eu-central-1")
    (found,) = document["found"]
    assert found["code"] == "out-of-memory"
    assert found["note"] is False
    assert found["evidence"]
    assert document["unseen"][0] == {
        "part": "subnets",
        "action": "ec2:DescribeSubnets",
        "message": "these credentials lack ec2:DescribeSubnets on the subnets",
    }


def test_failing_to_look_is_no_finding(aws, diagnose):
    aws.deny("ListStackResources")
    result = diagnose()

    assert result.exit_code == 3
    assert "cloudformation:ListStackResources" in result.stderr
    assert result.stdout == ""


def test_ctrl_c_ends_with_130(aws, diagnose):
    aws.answer("DescribeSubnets", KeyboardInterrupt())

    assert diagnose().exit_code == 130
