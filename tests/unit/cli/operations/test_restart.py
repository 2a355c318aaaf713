"""`restart`: new tasks of the same task definition."""

import json

import pytest

from tests.support.deployed_stack import after_update, rollout, service
from tests.support.quick_clock import QuickClock


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
