"""The processes that a deployment names in place of its containers: who runs what, and where."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from serverless_containers.local.tasks.definition import Container, ContainerHealthCheck

CONTEXT: Final = "serverless-containers:processes"
"""The context value that has the constructs tell processes in the cloud assembly."""
METADATA: Final = "serverless-containers:processes"
"""The type of the metadata that holds them."""
_FILE: Final = "processes.json"
_READY: Final = ContainerHealthCheck(
    command=("CMD",), interval=10, timeout=5, retries=3, start_period=60
)
"""The health check of a container that has none of its own and says when it is ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessCommand:
    """A process in place of a container.

    Attributes:
        command: The program and its arguments.
        directory: The folder that it starts in.
        ready: When it can be used: an http URL, or a port that takes connections. In place of the
            container's health check; empty for that one.
        ports: The container's port whose place on this machine each variable holds.
        entrypoint: Whether requests to the service reach it.
    """

    command: tuple[str, ...]
    directory: str
    ready: str = ""
    ports: Mapping[str, int] = field(default_factory=dict)
    entrypoint: bool = False

    @property
    def ready_port(self) -> int | None:
        """The port that is asked whether it is ready."""
        if not self.ready:
            return None
        return int(self.ready) if self.ready.isdecimal() else urlsplit(self.ready).port or 80

    @property
    def ready_path(self) -> str | None:
        """The path and the query that are asked whether it is ready. None: a port alone is."""
        if self.ready.isdecimal():
            return None
        url = urlsplit(self.ready)
        return f"{url.path or '/'}{f'?{url.query}' if url.query else ''}"


Commands: TypeAlias = Mapping[str, Mapping[str, ProcessCommand | None]]
"""The processes of each family of task definitions, by the services; None: it names none."""


def read_commands(content: Mapping[str, Any]) -> Commands:
    """Read the processes of families from their form in JSON."""
    return {
        family: {
            name: ProcessCommand(
                command=tuple(each["command"]),
                directory=each["directory"],
                ready=each.get("ready", ""),
                ports=each.get("ports", {}),
                entrypoint=each.get("entrypoint", False),
            )
            if each
            else None
            for name, each in containers.items()
        }
        for family, containers in content.items()
    }


def write_file(folder: Path, commands: Commands) -> None:
    """Write what the emulator is to run, for tasks that start from now on."""
    content = {
        family: {name: asdict(each) if each else {} for name, each in containers.items()}
        for family, containers in commands.items()
    }
    new = folder / f"{_FILE}.new"
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        json.dump(content, opened)
    new.replace(folder / _FILE)


def read_file(folder: Path) -> Commands:
    """Read what the emulator is to run; nothing before anything was deployed."""
    try:
        return read_commands(json.loads((folder / _FILE).read_text()))
    except FileNotFoundError:
        return {}


_MOUNTS: Final = ("mountPoints", "volumesFrom")


def as_processes(
    containers: Sequence[Container], commands: Mapping[str, ProcessCommand]
) -> tuple[Container, ...]:
    """The containers of a task that run as processes. Nobody waits for those that do not.

    They mount nothing: what a definition has at paths of its own is not put there on this machine.

    Args:
        containers: The containers of the task.
        commands: The processes, by the names of their containers.
    """
    return tuple(
        replace(
            each,
            waits_for={
                name: condition for name, condition in each.waits_for.items() if name in commands
            },
            health=each.health or (_READY if commands[each.name].ready else None),
            raw={key: value for key, value in each.raw.items() if key not in _MOUNTS},
        )
        for each in containers
        if each.name in commands
    )


_SECRETS: Final = "/run/secrets/"
_NOT_HONOURED: Final = {
    "image": "image",
    "user": "user",
    "cpu": "CPU",
    "memory": "memory",
    "memoryReservation": "memory",
    "mountPoints": "volumes",
    "volumesFrom": "volumes",
    "readonlyRootFilesystem": "read-only file system",
    "linuxParameters": "Linux parameters",
    "ulimits": "ulimits",
    "systemControls": "sysctls",
    "extraHosts": "extra hosts",
}
"""Words for that of a container which a process cannot honour, by the key of its definition."""


def not_honoured(definition: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    """List that of a task definition which processes cannot honour.

    Args:
        definition: The task definition.
        names: The containers that run as processes.
    """
    containers = [each for each in definition["containerDefinitions"] if each["name"] in names]
    found = {
        word: None for key, word in _NOT_HONOURED.items() for each in containers if each.get(key)
    }
    if any(
        f"{mount['containerPath']}/".startswith(_SECRETS)
        for each in containers
        for mount in each.get("mountPoints") or ()
    ):
        found["secrets that are files"] = None
    return tuple(found)
