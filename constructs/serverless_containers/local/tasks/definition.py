"""Reads a task definition, in the form of the ECS API: what each container is and needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

DEFAULT_STOP_SECONDS = 30
"""``stopTimeout`` on Fargate, unless given ("ContainerDefinition", Amazon ECS API Reference)."""


class ContainerCondition(StrEnum):
    """Condition of a dependency ("ContainerDependency", Amazon ECS API Reference)."""

    START = "START"
    COMPLETE = "COMPLETE"
    SUCCESS = "SUCCESS"
    HEALTHY = "HEALTHY"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerHealthCheck:
    """Health check of a container. Times are in seconds."""

    command: tuple[str, ...]
    interval: float
    timeout: float
    retries: int
    start_period: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerRestartPolicy:
    """Restart policy of a container, which its task outlives. Times are in seconds."""

    ignored_exit_codes: tuple[int, ...]
    attempt_period: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A container of a task.

    Attributes:
        name: Its name in the task.
        essential: Whether the task ends with it.
        waits_for: What each container that it depends on must have reached.
        health: Its health check, if it has one.
        restart: Its restart policy, if it is on.
        stop_seconds: How long it has between SIGTERM and SIGKILL.
        ports: The TCP ports that it answers at.
        raw: Its whole definition.
    """

    name: str
    essential: bool
    waits_for: Mapping[str, ContainerCondition]
    health: ContainerHealthCheck | None
    restart: ContainerRestartPolicy | None
    stop_seconds: float
    ports: tuple[int, ...]
    raw: Mapping[str, Any]


def read_containers(
    definition: Mapping[str, Any], overrides: Iterable[Mapping[str, Any]] = ()
) -> tuple[Container, ...]:
    """The containers of a task definition.

    Args:
        definition: The task definition.
        overrides: What RunTask says otherwise of single containers.
    """
    by_name = {each["name"]: each for each in overrides if "name" in each}
    return tuple(
        _container(_overridden(raw, by_name.get(raw["name"], {})))
        for raw in definition["containerDefinitions"]
    )


def _overridden(raw: Mapping[str, Any], override: Mapping[str, Any]) -> Mapping[str, Any]:
    merged = {
        **raw,
        **{key: override[key] for key in ("command", "cpu", "memory") if key in override},
    }
    if "environment" in override:
        variables = {each["name"]: each for each in raw.get("environment") or []}
        variables |= {each["name"]: each for each in override["environment"]}
        merged["environment"] = list(variables.values())
    return merged


def _container(raw: Mapping[str, Any]) -> Container:
    policy = raw.get("restartPolicy") or {}
    return Container(
        name=raw["name"],
        essential=_flag(raw.get("essential", True)),
        waits_for={
            each["containerName"]: ContainerCondition(each["condition"])
            for each in raw.get("dependsOn") or []
        },
        health=_health(raw.get("healthCheck")),
        restart=ContainerRestartPolicy(
            ignored_exit_codes=tuple(int(code) for code in policy.get("ignoredExitCodes") or ()),
            attempt_period=float(policy.get("restartAttemptPeriod") or 300),
        )
        if _flag(policy.get("enabled"))
        else None,
        stop_seconds=float(raw.get("stopTimeout") or DEFAULT_STOP_SECONDS),
        ports=tuple(
            int(each["containerPort"])
            for each in raw.get("portMappings") or []
            if each.get("containerPort") and each.get("protocol", "tcp") == "tcp"
        ),
        raw=raw,
    )


def _health(raw: Mapping[str, Any] | None) -> ContainerHealthCheck | None:
    kind, *words = (raw or {}).get("command") or ["NONE"]
    if raw is None or kind == "NONE":
        return None
    if kind == "CMD-SHELL":
        words = ["/bin/sh", "-c", *words]
    elif kind != "CMD":
        words = [kind, *words]
    # The defaults of "HealthCheck", Amazon ECS API Reference.
    return ContainerHealthCheck(
        command=tuple(words),
        interval=float(raw.get("interval") or 30),
        timeout=float(raw.get("timeout") or 5),
        retries=int(raw.get("retries") or 3),
        start_period=float(raw.get("startPeriod") or 0),
    )


def _flag(value: object) -> bool:
    # CloudFormation takes texts for flags.
    return str(value).lower() == "true"
