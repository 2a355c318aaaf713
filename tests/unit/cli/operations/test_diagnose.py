"""`diagnose`: what is found, how it is told, and how it ends."""

import json
import re

import pytest

from tests.support.deployed_around import deploy_around, placed
from tests.support.deployed_stack import STOPPED, deploy, run_tasks, services, task
from tests.support.recorded_aws import RecordedAws

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
