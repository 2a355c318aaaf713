"""Containers start when what they wait for is there, and stop in the reverse order."""

from dataclasses import replace

import pytest

from serverless_containers.local.tasks.definition import ContainerCondition, read_containers
from serverless_containers.local.tasks.lifecycle import (
    Health,
    State,
    all_started,
    is_serving,
    task_health,
    to_start,
    to_stop,
    why_ended,
)

RUNS = State(started=True)
WELL = State(started=True, health=Health.HEALTHY)
ILL = State(started=True, health=Health.UNHEALTHY)
NOT_YET = State()


def ended(code):
    return State(started=True, exit_code=code)


def task(*containers):
    return read_containers({"containerDefinitions": list(containers)})


def definition(name, *, essential=True, health=False, **waits_for):
    return {
        "name": name,
        "image": "i",
        "essential": essential,
        "healthCheck": {"command": ["CMD", "true"]} if health else None,
        "dependsOn": [
            {"containerName": other, "condition": condition}
            for other, condition in waits_for.items()
        ],
    }


@pytest.mark.parametrize(
    ("condition", "state", "starts"),
    [
        ("START", NOT_YET, False),
        ("START", RUNS, True),
        ("START", ended(1), True),
        ("HEALTHY", RUNS, False),
        ("HEALTHY", WELL, True),
        ("HEALTHY", ILL, False),
        ("HEALTHY", State(started=True, exit_code=0, health=Health.HEALTHY), False),
        ("COMPLETE", RUNS, False),
        ("COMPLETE", ended(1), True),
        ("SUCCESS", ended(1), False),
        ("SUCCESS", ended(0), True),
    ],
)
def test_a_container_starts_once_its_dependency_has_reached_the_condition(condition, state, starts):
    containers = task(definition("web", db=condition), definition("db", essential=False))
    found = to_start(containers, {"web": NOT_YET, "db": state})
    assert ("web" in found) is starts


def test_what_has_started_is_not_started_again():
    containers = task(definition("a"), definition("b"))
    assert to_start(containers, {"a": RUNS, "b": NOT_YET}) == ("b",)
    assert to_start(containers, {"a": ended(0), "b": RUNS}) == ()


def test_a_dependency_stops_after_those_that_depend_on_it():
    containers = task(definition("delay", web="START"), definition("web", db="HEALTHY"),
                      definition("db"))  # fmt: skip
    states = dict.fromkeys(("delay", "web", "db"), RUNS)
    assert to_stop(containers, states) == ("delay",)
    states["delay"] = ended(0)
    assert to_stop(containers, states) == ("web",)
    states["web"] = ended(0)
    assert to_stop(containers, states) == ("db",)
    states["db"] = ended(0)
    assert to_stop(containers, states) == ()


def test_an_essential_container_ends_the_task_and_another_does_not():
    containers = task(definition("web"), definition("helper", essential=False))
    assert why_ended(containers, {"web": RUNS, "helper": ended(1)}) is None
    failed = why_ended(containers, {"web": ended(7), "helper": RUNS})
    assert (failed.code, failed.reason) == (
        "EssentialContainerExited",
        "Essential container in task exited",
    )
    assert str(failed) == "Essential container in task exited (container web, exit code 7)"


def test_a_container_that_the_kernel_ended_is_told_from_one_that_was_killed():
    killed = replace(ended(137), out_of_memory=True)
    failed = why_ended(task(definition("web")), {"web": killed})
    assert failed.detail == "container web, exit code 137 (SIGKILL), out of memory"


@pytest.mark.parametrize(
    ("condition", "state", "reason"),
    [
        ("SUCCESS", ended(3), "container first exited with code 3"),
        ("HEALTHY", ended(0), "container first exited before it was healthy"),
        ("HEALTHY", ILL, "container first is unhealthy"),
    ],
)
def test_a_dependency_that_can_never_be_met_ends_the_task(condition, state, reason):
    containers = task(definition("web", first=condition), definition("first", essential=False))
    failed = why_ended(containers, {"web": NOT_YET, "first": state})
    assert failed.code == "TaskFailedToStart"
    assert failed.reason == f"dependency of container web is never met: {reason}"
    # Once it was met, what becomes of the dependency ends nothing.
    assert why_ended(containers, {"web": RUNS, "first": state}) is None


def test_a_task_without_running_containers_has_ended():
    containers = task(definition("a", essential=False), definition("b", essential=False))
    assert why_ended(containers, {"a": ended(0), "b": ended(0)}).reason == (
        "all containers of the task exited"
    )


def test_health_is_that_of_essential_containers_with_checks():
    containers = task(definition("web", health=True), definition("plain"),
                      definition("extra", essential=False, health=True))  # fmt: skip
    states = {"web": WELL, "plain": RUNS, "extra": ILL}
    assert task_health(containers, states) is Health.HEALTHY
    assert is_serving(containers, states)
    assert task_health(containers, states | {"web": RUNS}) is Health.UNKNOWN
    assert not is_serving(containers, states | {"web": RUNS})
    assert task_health(containers, states | {"web": ILL}) is Health.UNHEALTHY


def test_a_task_that_nobody_asks_serves_once_everything_has_started():
    containers = task(definition("web"), definition("init", essential=False))
    assert not is_serving(containers, {"web": RUNS, "init": NOT_YET})
    assert is_serving(containers, {"web": RUNS, "init": ended(0)})
    assert all_started({"web": RUNS, "init": ended(0)})


def test_a_definition_is_read_with_ecs_defaults_and_overrides():
    raw = {
        "name": "web",
        "image": "i",
        "command": ["a"],
        "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "1"}],
        "healthCheck": {"command": ["CMD-SHELL", "true"]},
        "portMappings": [{"containerPort": "80"}, {"containerPort": 53, "protocol": "udp"}],
        "restartPolicy": {"enabled": "true", "ignoredExitCodes": ["0"]},
        "dependsOn": [{"containerName": "x", "condition": "START"}],
    }
    override = {
        "name": "web", "command": ["b"], "environment": [{"name": "B", "value": "2"}],
    }  # fmt: skip
    (read,) = read_containers({"containerDefinitions": [raw]}, [override])
    assert read.essential is True
    assert read.stop_seconds == 30
    assert read.ports == (80,)
    assert read.waits_for == {"x": ContainerCondition.START}
    assert read.health.command == ("/bin/sh", "-c", "true")
    assert (read.health.interval, read.health.timeout, read.health.retries) == (30, 5, 3)
    assert read.restart.ignored_exit_codes == (0,)
    assert read.restart.attempt_period == 300
    assert read.raw["command"] == ["b"]
    assert read.raw["environment"] == [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "2"},
    ]
