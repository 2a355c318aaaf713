"""What a service does next, from what it has."""

from dataclasses import replace

import pytest

from serverless_containers.local.services.rollout import (
    RolloutState,
    ServiceState,
    Steps,
    Stop,
    TaskStage,
    TaskState,
    failure_threshold,
    next_steps,
)

NEW, OLD = "new", "old"


def tasks(deployment, **stages):
    return tuple(
        TaskState(id=name, deployment=deployment, stage=TaskStage(stage), number=number)
        for number, (name, stage) in enumerate(stages.items())
    )


def service(*groups, **changes):
    found = ServiceState(
        deployment=NEW,
        outcome=RolloutState.IN_PROGRESS,
        failures=0,
        desired=2,
        tasks=tuple(task for group in groups for task in group),
        breaker=True,
    )
    return replace(found, **changes)


def stopped(steps):
    return [each.task for each in steps.stop]


def test_a_new_service_starts_what_it_is_to_have():
    assert next_steps(service()) == Steps(start=2)


def test_nothing_more_starts_while_tasks_are_starting():
    assert next_steps(service(tasks(NEW, a="starting", b="starting"))) == Steps()


def test_it_is_completed_when_all_serve():
    steps = next_steps(service(tasks(NEW, a="serving", b="serving")))
    assert steps == Steps(outcome=RolloutState.COMPLETED)


def test_an_update_starts_new_tasks_beside_the_old_ones():
    assert next_steps(service(tasks(OLD, x="serving", y="serving"))) == Steps(start=2)


def test_an_old_task_leaves_for_each_new_one_that_serves():
    old = tasks(OLD, x="serving", y="serving")
    steps = next_steps(service(old, tasks(NEW, a="serving", b="starting")))
    assert (stopped(steps), steps.outcome) == (["x"], RolloutState.IN_PROGRESS)
    steps = next_steps(service(old, tasks(NEW, a="serving", b="serving")))
    assert (stopped(steps), steps.outcome) == (["x", "y"], RolloutState.COMPLETED)


def test_old_tasks_make_room_where_there_may_be_no_more_and_fewer_may_serve():
    old = tasks(OLD, x="serving", y="serving")
    steps = next_steps(service(old, minimum_percent=50, maximum_percent=100))
    assert (stopped(steps), steps.start) == (["x"], 1)


def test_nothing_happens_where_neither_is_allowed():
    old = tasks(OLD, x="serving", y="serving")
    assert next_steps(service(old, maximum_percent=100)) == Steps()


def test_at_most_the_maximum_runs_at_once():
    old = tasks(OLD, x="serving", y="serving")
    assert next_steps(service(old, maximum_percent=150)).start == 1


def test_an_old_task_that_serves_nobody_leaves_at_once():
    old = tasks(OLD, x="starting", y="serving")
    steps = next_steps(service(old))
    assert (stopped(steps), steps.start) == (["x"], 2)


def test_a_lost_task_is_replaced_after_completion_too():
    steps = next_steps(service(tasks(NEW, a="serving"), outcome=RolloutState.COMPLETED))
    assert (steps.start, steps.outcome) == (1, RolloutState.COMPLETED)


def test_an_unhealthy_task_is_stopped_as_a_failure_and_replaced():
    steps = next_steps(service(tasks(NEW, a="unhealthy", b="serving")))
    assert steps.stop == (
        Stop(task="a", reason="Task failed container health checks", failed=True),
    )
    assert steps.start == 1


def test_fewer_tasks_the_youngest_and_those_that_do_not_serve_leave_first():
    found = tasks(NEW, a="serving", b="starting", c="serving")
    assert stopped(next_steps(service(found, desired=1))) == ["b", "c"]


def test_none_is_a_number_too():
    steps = next_steps(service(tasks(NEW, a="serving"), tasks(OLD, x="serving"), desired=0))
    assert (sorted(stopped(steps)), steps.outcome) == (["a", "x"], RolloutState.COMPLETED)


@pytest.mark.parametrize(
    ("desired", "failures"), [(0, 3), (1, 3), (6, 3), (7, 4), (100, 50), (1000, 200)]
)
def test_the_circuit_breaker_trips_after_half_the_tasks_3_at_least_200_at_most(desired, failures):
    assert failure_threshold(desired) == failures


def test_too_many_failures_end_a_deployment():
    assert next_steps(service(failures=2)).outcome is RolloutState.IN_PROGRESS
    assert next_steps(service(failures=3)) == Steps(outcome=RolloutState.FAILED)
    assert next_steps(service(failures=9, breaker=False)) == Steps(start=2)
    assert next_steps(service(failures=9, outcome=RolloutState.COMPLETED)).start == 2


def test_after_a_failure_the_old_tasks_go_on_and_the_new_ones_leave():
    steps = next_steps(
        service(
            tasks(NEW, a="starting"),
            tasks(OLD, x="serving"),
            outcome=RolloutState.FAILED,
            failures=3,
        )
    )
    assert steps == Steps(
        stop=(Stop(task="a", reason="Scaling activity initiated by (deployment new)"),),
        outcome=RolloutState.FAILED,
    )


@pytest.mark.parametrize(
    ("earlier", "ending", "start"), [({}, 0, 1), ({}, 1, 0), ({"a": "serving"}, 0, 0)]
)
def test_one_that_is_alone_starts_when_the_last_one_has_ended(earlier, ending, start):
    rolling = service(
        tasks(OLD, **earlier),
        desired=1,
        minimum_percent=0,
        maximum_percent=100,
        alone=True,
        ending=ending,
    )
    steps = next_steps(rolling)
    assert (steps.start, stopped(steps)) == (start, list(earlier))
    assert next_steps(replace(rolling, alone=False)).start == 1
