"""Reads and writes MiniStack's records of services and tasks."""

import time
import uuid
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any, TypeAlias

from serverless_containers.local.services.rollout import (
    RolloutState,
    ServiceState,
    TaskStage,
    TaskState,
)

Record: TypeAlias = MutableMapping[str, Any]

STAGE = "_stage"
NUMBER = "_number"
DEPLOYMENT = "_deployment_id"
RESTARTS = "_restarts"
CAUSE = "_cause"
"""Key of the reason why the last task of a deployment failed."""
_EVENTS = 100


def belongs(task: Mapping[str, Any], service: Mapping[str, Any]) -> bool:
    """Return whether a task is one of a service's."""
    return (
        task.get("group") == f"service:{service['serviceName']}"
        and task.get("clusterArn") == service["clusterArn"]
    )


def is_wanted(task: Mapping[str, Any]) -> bool:
    """Return whether nobody has told a task to stop, and it has not stopped by itself."""
    return task.get("desiredStatus") != "STOPPED" and task.get("lastStatus") != "STOPPED"


def primary(service: Mapping[str, Any]) -> Record:
    """The deployment that a service is to reach."""
    (found,) = (each for each in service["deployments"] if each["status"] == "PRIMARY")
    deployment: Record = found
    return deployment


def view(
    service: Mapping[str, Any], tasks: Iterable[Mapping[str, Any]], *, alone: bool = False
) -> ServiceState:
    """A service as the rules of rollouts see it.

    Args:
        service: The record of the service.
        tasks: The records of tasks.
        alone: Whether it has one task at a time, the last of which has ended before the next one
            starts, whatever its own configuration says.
    """
    tasks = [task for task in tasks if belongs(task, service)]
    deployment = primary(service)
    configuration = service.get("deploymentConfiguration") or {}
    breaker = configuration.get("deploymentCircuitBreaker") or {}
    return ServiceState(
        deployment=deployment["id"],
        outcome=RolloutState(deployment["rolloutState"]),
        failures=int(deployment.get("failedTasks") or 0),
        desired=min(int(service["desiredCount"]), 1) if alone else int(service["desiredCount"]),
        tasks=tuple(
            TaskState(
                id=task["taskArn"],
                deployment=task.get(DEPLOYMENT) or "",
                stage=TaskStage(task.get(STAGE, TaskStage.STARTING)),
                number=task.get(NUMBER, 0),
            )
            for task in tasks
            if is_wanted(task)
        ),
        minimum_percent=0 if alone else _percent(configuration.get("minimumHealthyPercent"), 100),
        maximum_percent=100 if alone else _percent(configuration.get("maximumPercent"), 200),
        breaker=_flag(breaker.get("enable")),
        alone=alone,
        ending=sum(not is_wanted(task) and task.get("lastStatus") != "STOPPED" for task in tasks),
    )


def rolls_back(service: Mapping[str, Any]) -> bool:
    """Return whether a failed deployment gives way to the last completed one."""
    breaker = (service.get("deploymentConfiguration") or {}).get("deploymentCircuitBreaker") or {}
    return _flag(breaker.get("rollback"))


def begin(service: Record) -> None:
    """Open the first deployment of a service, which MiniStack takes for completed at once."""
    deployment = primary(service)
    deployment["rolloutState"] = RolloutState.IN_PROGRESS.value
    deployment["rolloutStateReason"] = f"ECS deployment {deployment['id']} in progress."


def complete(service: Record) -> None:
    """Note that the current deployment is completed; earlier ones are history."""
    deployment = primary(service)
    deployment["rolloutState"] = RolloutState.COMPLETED.value
    deployment["rolloutStateReason"] = f"ECS deployment {deployment['id']} completed."
    deployment["failedTasks"] = 0
    # The newest are first. One that failed is told of until a newer one takes its place.
    at = service["deployments"].index(deployment)
    failed = [
        each
        for each in service["deployments"][:at]
        if each["rolloutState"] == RolloutState.FAILED.value
    ]
    service["deployments"] = [deployment, *failed[:1]]
    tell(service, "has reached a steady state.")


def fail(service: Record) -> None:
    """Note that the current deployment failed, and turn back to the last completed one."""
    deployment = primary(service)
    cause = deployment.get(CAUSE, "tasks failed to start")
    deployment["rolloutState"] = RolloutState.FAILED.value
    deployment["rolloutStateReason"] = "ECS deployment circuit breaker: tasks failed to start."
    deployment["desiredCount"] = 0
    tell(
        service,
        f"(deployment {deployment['id']}) deployment failed: tasks failed to start. "
        f"The last one: {cause}",
    )
    before = next(
        (
            each
            for each in service["deployments"]
            if each is not deployment and each["rolloutState"] == RolloutState.COMPLETED.value
        ),
        None,
    )
    if before is None or not rolls_back(service):
        return
    deployment["status"], before["status"] = "ACTIVE", "PRIMARY"
    before["rolloutState"] = RolloutState.IN_PROGRESS.value
    before["rolloutStateReason"] = "ECS deployment circuit breaker: rolling back."
    before["desiredCount"] = service["desiredCount"]
    service["taskDefinition"] = before["taskDefinition"]
    tell(service, f"rolling back to deployment {before['id']}.")


def count_failure(service: Record, task: Mapping[str, Any], cause: str) -> None:
    """Note that a task failed, with its deployment."""
    for deployment in service["deployments"]:
        if deployment["id"] == task.get(DEPLOYMENT):
            deployment["failedTasks"] = int(deployment.get("failedTasks") or 0) + 1
            deployment[CAUSE] = cause
    tell(service, f"(task {task['taskArn'].rpartition('/')[2]}) failed: {cause}")


def note_restarts(service: Record, task: Record, ends: Sequence[str]) -> None:
    """Tell of the containers of a task that were started again since this was noted last."""
    for how in ends[task.get(RESTARTS, 0) :]:
        tell(service, f"(task {task['taskArn'].rpartition('/')[2]}) restarted a container: {how}")
    task[RESTARTS] = len(ends)


def count(service: Record, tasks: Iterable[Mapping[str, Any]]) -> None:
    """Note how many tasks run and how many are on their way."""
    counted = [
        (
            task.get(DEPLOYMENT),
            "runningCount" if task["lastStatus"] == "RUNNING" else "pendingCount",
        )
        for task in tasks
        if belongs(task, service) and is_wanted(task)
    ]
    for kind in ("runningCount", "pendingCount"):
        service[kind] = sum(each == kind for _, each in counted)
        for deployment in service["deployments"]:
            deployment[kind] = sum(each == (deployment["id"], kind) for each in counted)


def tell(service: Record, message: str) -> None:
    """Add an event of a service, in ECS's form."""
    service["events"].insert(
        0,
        {
            "id": str(uuid.uuid4()),
            "createdAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "message": f"(service {service['serviceName']}) {message}",
        },
    )
    del service["events"][_EVENTS:]


def _percent(value: object, default: int) -> int:
    return default if value is None else int(str(value))


def _flag(value: object) -> bool:
    # CloudFormation takes texts for flags.
    return str(value).lower() == "true"
