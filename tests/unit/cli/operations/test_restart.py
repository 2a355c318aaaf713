"""`restart`: new tasks of the same task definition."""

import json

import pytest
from botocore.exceptions import ReadTimeoutError

from tests.support.deployed_stack import after_update, rollout, service, services
from tests.support.quick_clock import QuickClock
from tests.support.recorded_aws import RefusalError


@pytest.fixture(autouse=True)
def moments(aws, monkeypatch):
    monkeypatch.setattr("serverless_containers.aws_api.ecs_service.time", QuickClock())
    begun = rollout(3, "IN_PROGRESS", id="ecs-svc/9", counts=(0, 2, 2, 0))
    done = rollout(3, "COMPLETED", id="ecs-svc/9")
    after_update(aws, service(begun), service(begun, events=[]), service(done, events=[]))


def test_tasks_are_replaced_and_the_end_is_waited_for(aws, run):
    result = run("restart", "--yes")

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "IN_PROGRESS: 0 of 2 running, 2 pending, 0 failed",
        "COMPLETED: 2 of 2 running, 0 pending, 0 failed",
        "shop-web runs with new tasks.",
    ]
    assert aws.called("UpdateService") == [
        {"cluster": "shop-dev", "service": "shop-web", "forceNewDeployment": True}
    ]


def test_nobody_has_to_wait(aws, run):
    result = run("restart", "--yes", "--no-wait", "--json")

    assert json.loads(result.stdout) == {
        "service": "shop-web",
        "deployment": "ecs-svc/9",
        "waited": False,
    }
    assert aws.changes() == ["UpdateService"]


def test_it_is_asked_for_first(aws, run):
    assert "add --yes" in run("restart").stderr
    assert aws.changes() == []


def test_a_missing_permission_is_named(aws, run):
    aws.deny("UpdateService")

    result = run("restart", "--yes")

    assert result.exit_code == 1
    assert "lack ecs:UpdateService on shop-dev/shop-web" in result.stderr


def test_it_does_not_wait_for_ever(aws, run):
    begun = rollout(3, "IN_PROGRESS", id="ecs-svc/9", counts=(0, 2, 2, 0))
    after_update(aws, service(begun), service(begun))

    result = run("restart", "--yes", "--timeout", "0")

    assert result.exit_code == 1
    assert "did not end in time, and goes on in AWS" in result.stderr


BUSY = "AWS asks to slow down, also after several attempts; wait a minute"


def moments_of(aws, *answers):
    def update(_asked):
        aws.answer("DescribeServices", *answers)
        return {"service": service(rollout(3, "IN_PROGRESS", id="ecs-svc/9"))}

    aws.answer("UpdateService", update)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (RefusalError("ThrottlingException"), BUSY),
        (ReadTimeoutError(endpoint_url="x"), "AWS did not answer in time"),
    ],
)
def test_the_wait_survives_a_busy_aws(aws, run, trouble, words):
    done = services(service(rollout(3, "COMPLETED", id="ecs-svc/9"), events=[]))
    moments_of(aws, trouble, trouble, done)

    result = run("restart", "--yes")

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        f"the restart of shop-dev/shop-web goes on in AWS, which does not tell of it: {words}",
        "COMPLETED: 2 of 2 running, 0 pending, 0 failed",
        "shop-web runs with new tasks.",
    ]


def test_a_wait_that_aws_does_not_answer_ends_in_time(aws, run):
    moments_of(aws, RefusalError("ThrottlingException"))

    result = run("restart", "--yes", "--timeout", "1")

    assert result.exit_code == 1
    assert "did not end in time, and goes on in AWS" in result.stderr


def test_what_ends_the_wait_alone_says_that_the_restart_goes_on(aws, run):
    moments_of(aws, RefusalError("AccessDeniedException"))

    result = run("restart", "--yes")

    assert result.exit_code == 1
    assert (
        "the restart of shop-dev/shop-web was begun and goes on in AWS, but its end cannot be "
        "waited for: these credentials lack ecs:DescribeServices"
    ) in result.stderr


def test_a_lost_answer_leaves_open_whether_it_has_begun(aws, run):
    aws.answer("UpdateService", ReadTimeoutError(endpoint_url="x"))

    result = run("restart", "--yes")

    assert result.exit_code == 1
    assert (
        "AWS did not answer in time; the restart of shop-dev/shop-web may have begun all the same"
    ) in result.stderr


def test_ecs_may_tell_the_state_before_for_a_while(aws, run):
    before = services(service(rollout(3, "COMPLETED", id="ecs-svc/8")))
    done = services(service(rollout(3, "COMPLETED", id="ecs-svc/9"), events=[]))
    moments_of(aws, before, before, done)

    result = run("restart", "--yes")

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "COMPLETED: 2 of 2 running, 0 pending, 0 failed",
        "shop-web runs with new tasks.",
    ]


def test_another_deployment_in_its_place_is_told(aws, run):
    moments_of(aws, services(service(rollout(3, "COMPLETED", id="ecs-svc/8"))))

    result = run("restart", "--yes")

    assert result.exit_code == 1
    assert "another deployment has taken the place of the restart" in result.stderr
    # As often as ECS may still tell the state before, and once more.
    assert len(aws.called("DescribeServices")) == 3 + 7


@pytest.mark.parametrize("minutes", ["nan", "inf", "-1", "many"])
def test_the_wait_has_an_end(aws, run, minutes):
    result = run("restart", "--yes", "--timeout", minutes)

    assert result.exit_code == 1
    assert "--timeout" in result.stderr
    assert aws.calls == []
