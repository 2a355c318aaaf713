"""Decides what a service does next: which tasks start, which stop, what a deployment became.

After "Amazon ECS service deployment circuit breaker" and "Deploy Amazon ECS services by replacing
tasks", Amazon ECS Developer Guide. Nothing here runs anything.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

_LEAST_FAILURES = 3
_MOST_FAILURES = 200


class TaskStage(StrEnum):
    """Stage of a task, as far as a service asks."""

    STARTING = "starting"
    """It has not been ready for traffic yet."""
    SERVING = "serving"
    UNHEALTHY = "unhealthy"
    """Its health checks fail."""


class RolloutState(StrEnum):
    """``rolloutState`` of a deployment ("Deployment", Amazon ECS API Reference)."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState:
    """A task of a service that nobody has told to stop.

    Attributes:
        id: Its id.
        deployment: The deployment that it belongs to.
        stage: How far it is.
        number: The higher, the younger it is.
    """

    id: str
    deployment: str
    stage: TaskStage
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """A service at one moment.

    Attributes:
        deployment: The deployment that it is to reach, or has reached.
        outcome: What became of that one.
        failures: How many of its tasks failed one after the other.
        desired: How many tasks it is to have.
        tasks: Its tasks, those of earlier deployments included.
        minimum_percent: How many of the desired tasks keep serving meanwhile.
        maximum_percent: How many tasks there may be meanwhile, stopping ones not counted.
        breaker: Whether too many failures end the deployment.
        alone: Whether a task starts only when the last one has ended, whose ports it needs.
        ending: How many of its tasks were told to stop and have not ended yet.
    """

    deployment: str
    outcome: RolloutState
    failures: int
    desired: int
    tasks: tuple[TaskState, ...]
    minimum_percent: int = 100
    maximum_percent: int = 200
    breaker: bool = False
    alone: bool = False
    ending: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A task that is to stop.

    Attributes:
        task: Its id.
        reason: What is said to be the reason.
        failed: Whether it counts as a failure of its deployment.
    """

    task: str
    reason: str
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Next steps of a service.

    Attributes:
        start: How many tasks of the current deployment start.
        stop: The tasks that stop.
        outcome: What becomes of the current deployment.
    """

    start: int = 0
    stop: tuple[Stop, ...] = ()
    outcome: RolloutState = RolloutState.IN_PROGRESS


def failure_threshold(desired: int) -> int:
    """Return the failures that trip the circuit breaker: half the tasks, from 3 to 200."""
    return min(_MOST_FAILURES, max(_LEAST_FAILURES, math.ceil(desired / 2)))


def next_steps(service: ServiceState) -> Steps:
    """Decide what a service does next.

    Args:
        service: The service as it is.
    """
    current = [task for task in service.tasks if task.deployment == service.deployment]
    earlier = [task for task in service.tasks if task.deployment != service.deployment]
    # The reason of each that it no longer needs ("Service event messages", Amazon ECS Developer
    # Guide).
    scaled = f"Scaling activity initiated by (deployment {service.deployment})"
    if service.outcome is RolloutState.FAILED:
        # Nothing takes its place: what served before goes on serving.
        return Steps(
            stop=tuple(Stop(task=task.id, reason=scaled) for task in current),
            outcome=RolloutState.FAILED,
        )
    if service.breaker and _tripped(service):
        return Steps(outcome=RolloutState.FAILED)
    unhealthy = [task for task in current if task.stage is TaskStage.UNHEALTHY]
    current = [task for task in current if task.stage is not TaskStage.UNHEALTHY]
    stops = [
        Stop(
            task=task.id,
            reason="Task failed container health checks",
            failed=True,
        )
        for task in unhealthy
    ]
    serving = sum(task.stage is TaskStage.SERVING for task in current)
    surplus = sorted(current, key=lambda task: (task.stage is TaskStage.SERVING, -task.number))
    stops += [
        Stop(task=task.id, reason=scaled)
        for task in surplus[: max(0, len(current) - service.desired)]
    ]
    kept = min(len(current), service.desired)
    leaving = _replaced(service, earlier, min(serving, kept))
    stops += [Stop(task=task.id, reason=scaled) for task in leaving]
    there = kept + len(earlier) - len(leaving)
    most = max(1, service.desired * service.maximum_percent // 100)
    start = max(0, min(service.desired - kept, most - there - _in_the_way(service, stops)))
    # Then all of the earlier ones leave, for as many as are desired serve without them.
    done = serving >= service.desired
    outcome = service.outcome if service.outcome is RolloutState.COMPLETED or not done else None
    return Steps(start=start, stop=tuple(stops), outcome=outcome or RolloutState.COMPLETED)


def _in_the_way(service: ServiceState, stops: list[Stop]) -> int:
    """The tasks on their way out that keep the next one from starting."""
    return service.ending + len(stops) if service.alone else 0


def _tripped(service: ServiceState) -> bool:
    return service.outcome is RolloutState.IN_PROGRESS and service.failures >= failure_threshold(
        service.desired
    )


def _replaced(service: ServiceState, earlier: list[TaskState], serving: int) -> list[TaskState]:
    """The tasks of earlier deployments that may stop: enough others serve without them."""
    least = math.ceil(service.desired * service.minimum_percent / 100)
    order = sorted(earlier, key=lambda task: (task.stage is TaskStage.SERVING, task.number))
    leaving = []
    spare = serving + sum(task.stage is TaskStage.SERVING for task in earlier) - least
    for task in order:
        if task.stage is not TaskStage.SERVING:
            # It serves nobody, and makes room.
            leaving.append(task)
        elif spare > 0:
            spare -= 1
            leaving.append(task)
    return leaving
