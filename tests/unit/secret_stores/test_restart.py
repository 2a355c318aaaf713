"""What a service needs to run with the current values."""

from datetime import UTC, datetime

import pytest

from serverless_containers.aws_api.ecs_service import ServiceDeployment, ServiceDescription
from serverless_containers.secret_stores.restart import RestartNeed, decide_restart

EARLY, LATE = (datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2))


def running(state, created, *, primary=True):
    only = ServiceDeployment(
        id="ecs-svc/1",
        primary=primary,
        created=created,
        state=state,
        reason="",
        counts=(1, 1, 0, 0),
    )
    return ServiceDescription(deployments=(only,), events=())


@pytest.mark.parametrize(
    ("state", "created", "changed", "wrote", "need"),
    [
        ("COMPLETED", LATE, EARLY, False, RestartNeed.NOTHING),
        ("COMPLETED", LATE, None, False, RestartNeed.NOTHING),
        ("COMPLETED", LATE, EARLY, True, RestartNeed.RESTART),
        ("COMPLETED", EARLY, LATE, False, RestartNeed.RESTART),
        ("COMPLETED", EARLY, EARLY, False, RestartNeed.RESTART),
        ("IN_PROGRESS", LATE, EARLY, False, RestartNeed.WAIT),
        ("IN_PROGRESS", LATE, EARLY, True, RestartNeed.RESTART),
        ("IN_PROGRESS", EARLY, LATE, False, RestartNeed.RESTART),
        ("FAILED", LATE, EARLY, False, RestartNeed.RESTART),
    ],
)
def test_the_need_follows_from_the_deployment_and_the_newest_value(
    state, created, changed, wrote, need
):
    assert decide_restart(running(state, created), changed, wrote=wrote) is need


def test_a_service_without_a_deployment_is_restarted():
    idle = running("COMPLETED", LATE, primary=False)

    assert decide_restart(idle, EARLY, wrote=False) is RestartNeed.RESTART
