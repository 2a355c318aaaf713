"""What a task's record tells, in the words of ECS."""

import pytest

from serverless_containers.local.tasks.definition import read_containers
from serverless_containers.local.tasks.lifecycle import Phase, State, TaskFailure, TaskProgress
from serverless_containers.local.tasks.records import write_progress

RUNS = State(started=True)


def told(state, phase=Phase.RUNNING, failed=None, *, commands=True, **definition):
    """The record of a task of one container."""
    containers = read_containers({"containerDefinitions": [{"name": "web", **definition}]})
    record = {
        "lastStatus": "PENDING",
        "desiredStatus": "RUNNING",
        "enableExecuteCommand": commands,
        "containers": [{"name": "web"}],
    }
    write_progress(
        record, containers, TaskProgress(phase=phase, states={"web": state}, failed=failed)
    )
    return record


def test_the_reason_is_that_of_ecs_and_the_exit_code_is_the_containers():
    failed = TaskFailure(reason="Essential container in task exited", detail="container web")
    record = told(State(started=True, exit_code=7), Phase.STOPPED, failed)
    assert record["stoppedReason"] == "Essential container in task exited"
    (container,) = record["containers"]
    assert (container["exitCode"], container.get("reason")) == (7, None)


def test_out_of_memory_is_the_containers_reason():
    record = told(State(started=True, exit_code=137, out_of_memory=True), Phase.STOPPED)
    assert record["containers"][0]["reason"] == (
        "OutOfMemoryError: Container killed due to memory usage"
    )


@pytest.mark.parametrize(
    ("state", "definition", "agent"),
    [
        (State(), {}, "PENDING"),
        (RUNS, {}, "RUNNING"),
        (RUNS, {"readonlyRootFilesystem": True}, "STOPPED"),
        (State(started=True, exit_code=0), {}, "STOPPED"),
    ],
)
def test_a_container_that_runs_and_can_be_written_to_takes_commands(state, definition, agent):
    (found,) = told(state, **definition)["containers"][0]["managedAgents"]
    assert (found["name"], found["lastStatus"]) == ("ExecuteCommandAgent", agent)


def test_a_task_without_it_has_no_agent():
    assert "managedAgents" not in told(RUNS, commands=False)["containers"][0]
