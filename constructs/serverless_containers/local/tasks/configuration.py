"""The engine's configuration of a task's containers, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from serverless_containers.local.tasks.definition import Container

_MIB = 1024 * 1024
TASK = "serverless-containers.task"
"""The label that says which task a container belongs to."""
CONTAINER = "serverless-containers.container"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskVolume:
    """A volume of the engine behind one of a task's.

    Attributes:
        name: The engine's name for it.
        lasting: Whether it outlives the task.
        owner: The user, the group and the permissions of its root, if they are prescribed.
    """

    name: str
    lasting: bool
    owner: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEnvironment:
    """Environment that the containers of a task share.

    Attributes:
        run: The run's id.
        task: The task's id.
        network: The network that they are on.
        variables: What is in the environment of each of them, unless it says otherwise.
        volumes: What stands behind the task's volumes.
        hosts: Further names, as the engine takes them: ``name:address``.
    """

    run: str
    task: str
    network: str
    variables: Mapping[str, str]
    volumes: Mapping[str, TaskVolume] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()


def container_name(around: TaskEnvironment, name: str) -> str:
    """The engine's name for a container."""
    return f"sc-{around.run}-{around.task[:12]}-{name}"


def pause_container(
    image: str, containers: Sequence[Container], around: TaskEnvironment
) -> dict[str, Any]:
    """The configuration of the container that holds the network of a task.

    Its ports are published on the loopback address alone.
    """
    ports = sorted({port for each in containers for port in each.ports})
    extra = [
        f"{host['hostname']}:{host['ipAddress']}"
        for each in containers
        for host in each.raw.get("extraHosts") or []
    ]
    return {
        "Image": image,
        "Labels": {TASK: around.task},
        "ExposedPorts": {f"{port}/tcp": {} for port in ports},
        "HostConfig": {
            "NetworkMode": around.network,
            "PortBindings": {
                f"{port}/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}] for port in ports
            },
            "ExtraHosts": [*around.hosts, *extra],
        },
    }


def configuration(
    container: Container,
    *,
    image: str,
    pause_container_id: str,
    secrets: Mapping[str, str],
    around: TaskEnvironment,
) -> dict[str, Any]:
    """The configuration of a container of a task.

    Args:
        container: The container.
        image: Its image, as the engine knows it.
        pause_container_id: The container whose network it shares.
        secrets: The values of its secrets, by their variables.
        around: What it finds around it.
    """
    raw = container.raw
    own = {each["name"]: str(each["value"]) for each in raw.get("environment") or []}
    variables = {**around.variables, **own, **secrets}
    config: dict[str, Any] = {
        "Image": image,
        "Env": [f"{name}={value}" for name, value in variables.items()],
        "Labels": {
            **(raw.get("dockerLabels") or {}),
            TASK: around.task,
            CONTAINER: container.name,
        },
        # ECS asks by the task definition alone, and so do we.
        "Healthcheck": {"Test": ["NONE"]},
        "Tty": bool(raw.get("pseudoTerminal")),
        "OpenStdin": bool(raw.get("interactive")),
        "HostConfig": _host(container, pause_container_id, around),
    }
    for key, name in (
        ("command", "Cmd"),
        ("entryPoint", "Entrypoint"),
        ("user", "User"),
        ("workingDirectory", "WorkingDir"),
    ):
        if raw.get(key):
            config[name] = raw[key]
    return config


def _host(container: Container, pause_container_id: str, around: TaskEnvironment) -> dict[str, Any]:
    raw = container.raw
    linux = raw.get("linuxParameters") or {}
    capabilities = linux.get("capabilities") or {}
    host: dict[str, Any] = {
        "NetworkMode": f"container:{pause_container_id}",
        "CpuShares": max(2, int(raw.get("cpu") or 2)),
        "ReadonlyRootfs": bool(raw.get("readonlyRootFilesystem")),
        "Init": bool(linux.get("initProcessEnabled")),
        "CapAdd": capabilities.get("add") or [],
        "CapDrop": capabilities.get("drop") or [],
        "Tmpfs": {
            each["containerPath"]: ",".join(
                [f"size={each['size']}m", *each.get("mountOptions", [])]
            )
            for each in linux.get("tmpfs") or []
        },
        "Ulimits": [
            {
                "Name": each["name"],
                "Soft": int(each["softLimit"]),
                "Hard": int(each["hardLimit"]),
            }
            for each in raw.get("ulimits") or []
        ],
        "Mounts": [
            {
                "Type": "volume",
                "Source": around.volumes[each["sourceVolume"]].name,
                "Target": each["containerPath"],
                "ReadOnly": bool(each.get("readOnly")),
            }
            for each in raw.get("mountPoints") or []
        ],
        "VolumesFrom": [
            container_name(around, each["sourceContainer"])
            + (":ro" if each.get("readOnly") else "")
            for each in raw.get("volumesFrom") or []
        ],
    }
    if raw.get("memory"):
        host["Memory"] = int(raw["memory"]) * _MIB
        # As much again would else be granted as swap.
        host["MemorySwap"] = host["Memory"]
    if raw.get("memoryReservation"):
        host["MemoryReservation"] = int(raw["memoryReservation"]) * _MIB
    if linux.get("sharedMemorySize"):
        host["ShmSize"] = int(linux["sharedMemorySize"]) * _MIB
    return host
