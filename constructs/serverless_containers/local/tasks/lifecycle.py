"""Lifecycle of a task: which containers start and which stop, and how far it is.

Decided from what each container has reached; nothing here runs anything.
"""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from serverless_containers.local.tasks.definition import Container, ContainerCondition


class Health(StrEnum):
    """``healthStatus`` of a container, or of a task."""

    UNKNOWN = "UNKNOWN"
    HEALTHY = "HEALTHY"
    UNHEALTHY = "UNHEALTHY"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """State of a container.

    Attributes:
        started: Whether it was ever started.
        exit_code: Its exit code, or None before it ended.
        health: What its health checks say.
        out_of_memory: Whether the kernel ended it, because it used more memory than it may.
        error: What is known of why it ended.
    """

    started: bool = False
    exit_code: int | None = None
    health: Health = Health.UNKNOWN
    out_of_memory: bool = False
    error: str = ""

    @property
    def running(self) -> bool:
        """Return whether it runs now."""
        return self.started and self.exit_code is None


States = Mapping[str, State]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFailure:
    """A task cannot go on.

    Attributes:
        reason: Why, in the words of ECS where it has some ("Stopped tasks error codes", Amazon ECS
            Developer Guide).
        code: What ECS calls it: ``EssentialContainerExited`` or ``TaskFailedToStart``.
        detail: What ECS tells of a container instead, for who sees no containers.
    """

    reason: str
    code: str = "EssentialContainerExited"
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason} ({self.detail})" if self.detail else self.reason


def to_start(containers: Sequence[Container], states: States) -> tuple[str, ...]:
    """The containers whose dependencies have reached what they wait for."""
    return tuple(
        each.name
        for each in containers
        if not states[each.name].started
        and all(_reached(states[name], condition) for name, condition in each.waits_for.items())
    )


def to_stop(containers: Sequence[Container], states: States) -> tuple[str, ...]:
    """The containers that may be told to end now: a dependency outlives its dependants."""
    return tuple(
        each.name
        for each in containers
        if states[each.name].running
        and not any(
            each.name in other.waits_for and states[other.name].running for other in containers
        )
    )


def why_ended(containers: Sequence[Container], states: States) -> TaskFailure | None:
    """Return the reason why a task ends by itself, or None while it goes on."""
    for each in containers:
        state = states[each.name]
        if each.essential and state.exit_code is not None:
            return TaskFailure(
                reason="Essential container in task exited", detail=how_ended(each.name, state)
            )
        for name, condition in each.waits_for.items():
            if not state.started and (why := _never(name, states[name], condition)):
                return TaskFailure(
                    reason=f"dependency of container {each.name} is never met: {why}",
                    code="TaskFailedToStart",
                )
    if containers and all(states[each.name].exit_code is not None for each in containers):
        return TaskFailure(reason="all containers of the task exited")
    return None


def how_ended(name: str, state: State) -> str:
    """Say how a container ended: its exit code, and what is known beside it."""
    code = "" if state.exit_code is None else f", {_exit(state.exit_code)}"
    memory = ", out of memory" if state.out_of_memory else ""
    said = f": {state.error}" if state.error else ""
    return f"container {name}{code}{memory}{said}"


def _exit(code: int) -> str:
    """An exit code, with the signal that it tells of: 128 and the signal's number."""
    try:
        return f"exit code {code} ({signal.Signals(code - 128).name})"
    except ValueError:
        return f"exit code {code}"


def all_started(states: States) -> bool:
    """Return whether every container was started, which makes a task RUNNING."""
    return all(state.started for state in states.values())


def task_health(containers: Sequence[Container], states: States) -> Health:
    """A task's health: that of its essential containers with health checks."""
    checked = [
        states[each.name].health
        for each in containers
        if each.essential and each.health is not None
    ]
    if Health.UNHEALTHY in checked:
        return Health.UNHEALTHY
    if checked and all(health is Health.HEALTHY for health in checked):
        return Health.HEALTHY
    return Health.UNKNOWN


def is_serving(containers: Sequence[Container], states: States) -> bool:
    """Return whether a task is ready for traffic: started, and well as far as anybody asks."""
    asked = any(each.essential and each.health is not None for each in containers)
    health = task_health(containers, states)
    return all_started(states) and (health is Health.HEALTHY or not asked)


def _reached(state: State, condition: ContainerCondition) -> bool:
    match condition:
        case ContainerCondition.START:
            return state.started
        case ContainerCondition.HEALTHY:
            return state.running and state.health is Health.HEALTHY
        case ContainerCondition.SUCCESS:
            return state.exit_code == 0
        case ContainerCondition.COMPLETE:
            return state.exit_code is not None


def _never(name: str, state: State, condition: ContainerCondition) -> str:
    if condition is ContainerCondition.SUCCESS and state.exit_code not in (None, 0):
        return f"container {name} exited with code {state.exit_code}"
    if condition is ContainerCondition.HEALTHY and state.exit_code is not None:
        return f"container {name} exited before it was healthy"
    if condition is ContainerCondition.HEALTHY and state.health is Health.UNHEALTHY:
        return f"container {name} is unhealthy"
    return ""


class Phase(StrEnum):
    """A task's ``lastStatus``, as far as one is told apart here."""

    PROVISIONING = "PROVISIONING"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    DEACTIVATING = "DEACTIVATING"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskProgress:
    """A task at one moment.

    Attributes:
        phase: How far it is.
        states: What each container has reached.
        ids: The engine's ids of the containers that were made.
        health: What its health checks say.
        serving: Whether it may get requests.
        address: Its address on the containers' network.
        published: Where each of its ports is found on this machine.
        failed: Why it ends although nobody asked it to.
        restarted: How containers ended that their restart policy started again, the oldest first.
    """

    phase: Phase
    states: Mapping[str, State] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    health: Health = Health.UNKNOWN
    serving: bool = False
    address: str = ""
    published: Mapping[int, int] = field(default_factory=dict)
    failed: TaskFailure | None = None
    restarted: tuple[str, ...] = ()
