"""The size of a task definition, estimated from its plan.

ECS takes 64 KiB ("Amazon ECS service quotas", Amazon ECS Developer Guide), and says so in the
middle of a deployment. Whatever a template holds by reference (roles, secrets, log groups, images
that are built) counts as long as such names are; what a construct's caller adds does not count.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from serverless_containers.compose.model import Project
from serverless_containers.findings import Findings
from serverless_containers.plan import rules
from serverless_containers.plan.model import (
    AwsLogsPlan,
    ContainerPlan,
    ContainerRole,
    LogDriverPlan,
    TaskPlan,
)
from serverless_containers.plan.places import place

LARGEST_DEFINITION = 64 * 1024
"""Bytes of a task definition; "Amazon ECS service quotas", Amazon ECS Developer Guide."""

_Json: TypeAlias = object
_UNKNOWN = "x" * 100
"""The stand-in for an ARN, or for another name that a deployment gives."""
_WAYS_OUT: Mapping[str, str] = {
    "environment": "copy what is long into the image as a file, or make it a secret, of which the "
    "task definition holds the name alone",
    "labels": "remove what no tool reads",
    "command": "copy the script into the image",
    "entrypoint": "copy the script into the image",
    "healthcheck": "copy the script into the image",
    "configs": "copy the files into the images",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """A part of a task definition that may be large.

    Attributes:
        container: The container that has it.
        key: Its key in the Compose file.
        size: Its bytes.
        count: The values in it.
    """

    container: ContainerPlan
    key: str
    size: int
    count: int


def check_definition_size(plan: TaskPlan, project: Project, findings: Findings) -> None:
    """Report a task definition that ECS would refuse for its size.

    Args:
        plan: The plan.
        project: The project that it is the plan of.
        findings: Takes the error, at what is the largest part.
    """
    size = definition_size(plan)
    if size <= LARGEST_DEFINITION:
        return
    largest = max(_shares(plan), key=lambda each: each.size)
    container = largest.container
    is_service = container.role is ContainerRole.SERVICE
    part = project.services[container.service_name] if is_service else project
    whose = f"the {largest.key} of {container.service_name}" if is_service else largest.key
    findings.report(
        rules.TASK_DEFINITION_SIZE,
        *place(part, largest.key),
        f"the task definition would have some {_kib(size)} KiB, and ECS takes "
        f"{_kib(LARGEST_DEFINITION)}; {_kib(largest.size)} KiB of them are {whose} "
        f"({largest.count} values)",
        _WAYS_OUT[largest.key],
    )


def definition_size(plan: TaskPlan) -> int:
    """Return the bytes of a task definition as JSON, as far as they are known."""
    return _size(
        {
            "family": plan.name,
            "containerDefinitions": [_container(each) for each in plan.containers],
            "volumes": [{"name": each.name, "efs": _UNKNOWN} for each in plan.volumes],
            "cpu": str(plan.size.cpu),
            "memory": str(plan.size.memory_mib),
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
            "executionRoleArn": _UNKNOWN,
            "taskRoleArn": _UNKNOWN,
        }
    )


def _shares(plan: TaskPlan) -> Iterator[_Share]:
    for each in plan.containers:
        if each.role is ContainerRole.SERVICE:
            check = each.health_check
            parts: dict[str, tuple[_Json, int]] = {
                "environment": (_variables(each), len(each.environment)),
                "labels": (dict(each.labels), len(each.labels)),
                "command": (each.command, len(each.command or ())),
                "entrypoint": (each.entrypoint, len(each.entrypoint or ())),
                "healthcheck": (
                    check.command if check else (),
                    len(check.command if check else ()),
                ),
            }
        else:
            parts = {"configs": ((_variables(each), each.command), len(each.environment))}
        for key, (value, count) in parts.items():
            yield _Share(container=each, key=key, size=_size(value), count=count)


def _container(plan: ContainerPlan) -> _Json:
    check, restart, linux = plan.health_check, plan.restart, plan.linux
    keys: dict[str, _Json] = {
        "name": plan.name,
        "image": plan.image if plan.image is not None and not plan.is_built else _UNKNOWN,
        "essential": plan.essential,
        "command": plan.command,
        "entryPoint": plan.entrypoint,
        "environment": _variables(plan),
        "secrets": [{"name": name, "valueFrom": _UNKNOWN} for name in plan.secrets],
        "portMappings": [
            {"containerPort": port.port, "protocol": port.protocol} for port in plan.ports
        ],
        "healthCheck": {
            "command": check.command,
            "interval": check.interval,
            "timeout": check.timeout,
            "retries": check.retries,
            "startPeriod": check.start_period,
        }
        if check
        else None,
        "dependsOn": [
            {"containerName": name, "condition": condition.value}
            for name, condition in plan.depends_on
        ],
        "cpu": plan.cpu,
        "memory": plan.memory_mib,
        "memoryReservation": plan.memory_reservation_mib,
        "user": plan.user,
        "workingDirectory": plan.working_directory,
        "stopTimeout": plan.stop_timeout,
        "dockerLabels": dict(plan.labels),
        "readonlyRootFilesystem": plan.read_only_root,
        "pseudoTerminal": plan.pseudo_terminal,
        "interactive": plan.interactive,
        "linuxParameters": {
            "initProcessEnabled": linux.init,
            "capabilities": {"add": linux.add, "drop": linux.drop},
            "tmpfs": [
                {"containerPath": each.path, "size": each.size_mib, "mountOptions": each.options}
                for each in linux.tmpfs
            ],
        }
        if linux.init or linux.add or linux.drop or linux.tmpfs
        else None,
        "ulimits": [
            {"name": name, "softLimit": soft, "hardLimit": hard}
            for name, (soft, hard) in linux.ulimits.items()
        ],
        "systemControls": [
            {"namespace": name, "value": value} for name, value in linux.sysctls.items()
        ],
        "restartPolicy": {
            "enabled": True,
            "restartAttemptPeriod": restart.attempt_period,
            "ignoredExitCodes": restart.ignored_exit_codes,
        }
        if restart
        else None,
        "logConfiguration": _log(plan.log),
        "mountPoints": [
            {
                "sourceVolume": mount.volume,
                "containerPath": mount.path,
                "readOnly": mount.read_only,
            }
            for mount in plan.mounts
        ],
    }
    return {key: value for key, value in keys.items() if value}


def _log(plan: AwsLogsPlan | LogDriverPlan | None) -> _Json:
    if isinstance(plan, LogDriverPlan):
        return {"logDriver": plan.driver, "options": dict(plan.options)}
    if plan is None:
        return None
    options = {
        "awslogs-group": _UNKNOWN,
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": plan.stream_prefix,
        "awslogs-datetime-format": plan.datetime_format,
        "awslogs-multiline-pattern": plan.multiline_pattern,
        "mode": "blocking" if plan.is_blocking else "non-blocking",
        "max-buffer-size": plan.max_buffer_size,
    }
    return {"logDriver": "awslogs", "options": {k: v for k, v in options.items() if v}}


def _variables(plan: ContainerPlan) -> _Json:
    return [{"name": name, "value": value} for name, value in plan.environment.items()]


def _size(value: _Json) -> int:
    # Without spaces, as AWS's clients send it.
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode("utf-8", "surrogatepass"))


def _kib(size: int) -> str:
    return f"{size / 1024:.1f}".removesuffix(".0")
