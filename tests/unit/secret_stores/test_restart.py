"""What a service needs to run with the current values."""

from datetime import UTC, datetime

import pytest

from serverless_containers.secret_stores.restart import (
    Deployment,
    Need,
    Running,
    decide_restart,
)

EARLY, LATE = (datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2))


def running(state, created, *, primary=True):
    only = Deployment(
        id="ecs-svc/1",
        primary=primary,
        created=created,
        state=state,
        reason="",
        counts=(1, 1, 0, 0),
    )
    return Running(deployments=(only,), events=())


@pytest.mark.parametrize(
    ("state", "created", "changed", "wrote", "need"),
    [
        ("COMPLETED", LATE, EARLY, False, Need.NOTHING),
        ("COMPLETED", LATE, None, False, Need.NOTHING),
        ("COMPLETED", LATE, EARLY, True, Need.RESTART),
        ("COMPLETED", EARLY, LATE, False, Need.RESTART),
        ("COMPLETED", EARLY, EARLY, False, Need.RESTART),
        ("IN_PROGRESS", LATE, EARLY, False, Need.WAIT),
        ("IN_PROGRESS", LATE, EARLY, True, Need.RESTART),
        ("IN_PROGRESS", EARLY, LATE, False, Need.RESTART),
        ("FAILED", LATE, EARLY, False, Need.RESTART),
    ],
)
def test_the_need_follows_from_the_deployment_and_the_newest_value(
    state, created, changed, wrote, need
):
    assert decide_restart(running(state, created), changed, wrote=wrote) is need


def test_a_service_without_a_deployment_is_restarted():
    idle = running("COMPLETED", LATE, primary=False)

    assert decide_restart(idle, EARLY, wrote=False) is Need.RESTART
