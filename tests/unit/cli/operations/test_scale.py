"""`scale`: the number of tasks, and the bounds within which it is scaled."""

import json

import pytest

from tests.support.deployed_stack import NOW, after_update, service
from tests.support.quick_clock import QuickClock

RESOURCE = "service/shop-dev/shop-web"
NOT_TOLD = "whether Application Auto Scaling holds it is not known"


@pytest.fixture(autouse=True)
def moments(aws, monkeypatch):
    monkeypatch.setattr("serverless_containers.aws_api.ecs_service.time", QuickClock())
    aws.answer("DescribeScalableTargets", {"ScalableTargets": []})
    aws.answer("RegisterScalableTarget", {})
    after_update(
        aws,
        service(),
        service(counts=(2, 4, 2), events=[]),
        service(counts=(4, 4, 0), events=[]),
    )


def held(aws, least=1, most=3, **more):
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": RESOURCE,
        "ScalableDimension": "ecs:service:DesiredCount",
        "MinCapacity": least,
        "MaxCapacity": most,
        "RoleARN": "arn:aws:iam::123456789012:role/scaling-role",
        "CreationTime": NOW,
        **more,
    }
    aws.answer("DescribeScalableTargets", {"ScalableTargets": [target]})


def test_the_number_is_set_and_waited_for(aws, run):
    result = run("scale", "4", "--yes")

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "shop-web: from 2 tasks to 4.",
        "2 of 4 running, 2 pending",
        "4 of 4 running, 0 pending",
    ]
    assert aws.called("UpdateService") == [
        {"cluster": "shop-dev", "service": "shop-web", "desiredCount": 4}
    ]
    assert "RegisterScalableTarget" not in aws.changes()


def test_a_number_outside_of_the_bounds_would_be_taken_back(aws, run):
    held(aws)

    result = run("scale", "4", "--yes")

    assert result.exit_code == 1
    assert (
        "Application Auto Scaling holds the service at 1 to 3 tasks and would take it back from 4; "
        "add --max 4 to change its bounds, too"
    ) in result.stderr
    assert "add --min 0" in run("scale", "0", "--yes").stderr
    assert aws.changes() == []


def test_bounds_and_number_change_together(aws, run):
    held(aws)

    result = run("scale", "4", "--max", "6", "--yes", "--json")

    assert result.exit_code == 0
    assert aws.changes() == ["RegisterScalableTarget", "UpdateService"]
    (bounds,) = aws.called("RegisterScalableTarget")
    assert (bounds["ResourceId"], bounds["MinCapacity"], bounds["MaxCapacity"]) == (RESOURCE, 1, 6)
    assert "from 1 to 3 tasks to 1 to 6" in result.stderr
    assert "Application Auto Scaling goes on from there, within 1 to 6." in result.stderr
    assert json.loads(result.stdout) == {
        "service": "shop-web",
        "before": 2,
        "count": 4,
        "least": 1,
        "most": 6,
        "waited": True,
    }


def test_bounds_alone_change_no_number(aws, run):
    held(aws)

    assert run("scale", "--min", "2", "--yes").exit_code == 0
    assert aws.changes() == ["RegisterScalableTarget"]


def test_suspended_scaling_takes_nothing_back(aws, run):
    off = {
        "DynamicScalingInSuspended": True,
        "DynamicScalingOutSuspended": True,
        "ScheduledScalingSuspended": True,
    }
    held(aws, SuspendedState=off)

    assert run("scale", "4", "--yes").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "say how many tasks shall run, or --min or --max"),
        (("--min", "1"), "nothing scales shop-web: --min and --max need"),
        (("-1",), "No such option"),
        (("many",), "is not a valid integer"),
    ],
)
def test_misuse_is_told(aws, run, arguments, words):
    result = run("scale", *arguments, "--yes")

    assert result.exit_code == 1
    assert words in result.stderr
    assert aws.changes() == []


def test_bounds_the_wrong_way_round_are_told(aws, run):
    held(aws)

    assert "the smallest number, 5, is above the largest one, 3" in (
        run("scale", "--min", "5", "--yes").stderr
    )


def test_what_is_not_known_of_scaling_is_warned_of(aws, run):
    aws.deny("DescribeScalableTargets")

    result = run("scale", "4", "--yes")

    assert result.exit_code == 0
    assert NOT_TOLD in result.stderr
    assert "application-autoscaling:DescribeScalableTargets" in result.stderr


def test_bounds_that_are_not_known_are_not_changed(aws, run):
    aws.deny("DescribeScalableTargets")

    result = run("scale", "4", "--max", "6", "--yes")

    assert result.exit_code == 1
    assert "lack application-autoscaling:DescribeScalableTargets" in result.stderr
    assert aws.changes() == []


def test_another_number_meanwhile_is_told(aws, run):
    after_update(aws, service(), service(counts=(2, 3, 1), events=[]))

    result = run("scale", "4", "--yes")

    assert result.exit_code == 1
    assert "something else has set the number of tasks to 3 meanwhile" in result.stderr


def test_ctrl_c_leaves_it_to_aws(run, monkeypatch):
    def interrupted(_seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr("serverless_containers.aws_api.ecs_service.time.sleep", interrupted)

    result = run("scale", "4", "--yes")

    assert (result.exit_code, result.stderr) == (130, "Interrupted: the change goes on in AWS.\n")


def test_ecs_may_tell_the_number_before_for_a_while(aws, run):
    after_update(aws, service(), service(), service(), service(counts=(4, 4, 0), events=[]))

    result = run("scale", "4", "--yes")

    assert result.exit_code == 0
    assert result.output.splitlines()[1:] == ["4 of 4 running, 0 pending"]


def test_a_number_that_was_set_back_is_told(aws, run):
    after_update(aws, service(), service(counts=(2, 4, 2)), service())

    result = run("scale", "4", "--yes")

    assert result.exit_code == 1
    assert "something else has set the number of tasks to 2 meanwhile" in result.stderr


def test_bounds_that_were_changed_already_are_told(aws, run):
    held(aws)
    aws.deny("UpdateService")

    result = run("scale", "4", "--max", "6", "--yes")

    assert result.exit_code == 1
    assert "The bounds of Application Auto Scaling are 1 to 6 already" in result.stderr
