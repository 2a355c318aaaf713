"""Writes what a task tells of itself into MiniStack's record of it."""

import time
import uuid
from collections.abc import MutableMapping, Sequence
from typing import Any

from serverless_containers.local.services.records import STAGE
from serverless_containers.local.services.rollout import TaskStage
from serverless_containers.local.tasks.definition import Container
from serverless_containers.local.tasks.lifecycle import Health, Phase, State, TaskProgress

ADDRESS = "_address"

_OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
""""OutOfMemoryError", Amazon ECS Developer Guide."""
_AGENT = "ExecuteCommandAgent"
"""The agent of ECS Exec ("ManagedAgent", Amazon ECS API Reference). There is none here: it says
that the engine could run a command in a container."""


def write_progress(
    task: MutableMapping[str, Any], containers: Sequence[Container], progress: TaskProgress
) -> None:
    """Bring a record up to date."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    before = task["lastStatus"]
    task["version"] = int(task.get("version") or 1) + 1
    task["lastStatus"] = progress.phase.value
    task["healthStatus"] = progress.health.value
    task[STAGE] = _stage(progress)
    if progress.address and task.get(ADDRESS) != progress.address:
        task[ADDRESS] = progress.address
        task["attachments"] = [_attachment(progress.address)]
        task["pullStartedAt"] = task["pullStoppedAt"] = now
    if progress.phase is Phase.RUNNING and before != Phase.RUNNING.value:
        task["startedAt"] = now
    if progress.phase is Phase.DEACTIVATING and before != Phase.DEACTIVATING.value:
        task["stoppingAt"] = now
    if progress.phase is Phase.STOPPED:
        task["stoppedAt"] = now
    if progress.failed is not None or progress.phase is Phase.STOPPED:
        if task["desiredStatus"] != "STOPPED" and progress.failed is not None:
            task["stoppedReason"] = progress.failed.reason
            task["stopCode"] = progress.failed.code
        task["desiredStatus"] = "STOPPED"
    by_name = {each["name"]: each for each in task["containers"]}
    for container in containers:
        _write_container(
            by_name[container.name],
            progress.states.get(container.name, State()),
            progress,
            asked=container.health is not None,
        )
        if task.get("enableExecuteCommand"):
            _write_agent(by_name[container.name], container, now)


def _stage(progress: TaskProgress) -> TaskStage:
    if progress.health is Health.UNHEALTHY:
        return TaskStage.UNHEALTHY
    return TaskStage.SERVING if progress.serving else TaskStage.STARTING


def _attachment(address: str) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "type": "ElasticNetworkInterface",
        "status": "ATTACHED",
        "details": [{"name": "privateIPv4Address", "value": address}],
    }


def _write_container(
    record: MutableMapping[str, Any], state: State, progress: TaskProgress, *, asked: bool
) -> None:
    name = record["name"]
    if state.running:
        record["lastStatus"] = "RUNNING"
    elif state.exit_code is not None or progress.phase is Phase.STOPPED:
        record["lastStatus"] = "STOPPED"
    else:
        record["lastStatus"] = "PENDING"
    if state.exit_code is not None:
        record["exitCode"] = state.exit_code
    if state.out_of_memory:
        record["reason"] = _OUT_OF_MEMORY
    if name in progress.ids:
        record["runtimeId"] = progress.ids[name]
    if asked:
        record["healthStatus"] = state.health.value
    if progress.address:
        record["networkInterfaces"] = [{"privateIpv4Address": progress.address}]


def _write_agent(record: MutableMapping[str, Any], container: Container, now: str) -> None:
    """Note the agent of ECS Exec, which writes to the container's root file system."""
    agent = next(iter(record.get("managedAgents") or ()), {"name": _AGENT})
    runs = record["lastStatus"] == "RUNNING" and not container.raw.get("readonlyRootFilesystem")
    if runs and "lastStartedAt" not in agent:
        agent["lastStartedAt"] = now
    ended = record["lastStatus"] == "STOPPED" or container.raw.get("readonlyRootFilesystem")
    agent["lastStatus"] = "RUNNING" if runs else "STOPPED" if ended else "PENDING"
    record["managedAgents"] = [agent]
