"""The names of a task's containers and volumes: Compose's, made valid where ECS takes others.

Everything is planned under the names of the Compose file, by which callers name services, too. Only
the finished plan has those of ECS.
"""

import re
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, replace

from serverless_containers.compose.model import Project
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.plan import rules
from serverless_containers.plan.model import (
    ContainerPlan,
    ContainerRole,
    CopyPlan,
    FilePlan,
    VolumePlan,
)
from serverless_containers.plan.places import place

_LONGEST = 255
_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{_LONGEST}}}")
"""The names that "ContainerDefinition" and "Volume", Amazon ECS API Reference, allow."""
_EXPECTED = f"expected letters, digits, hyphens and underscores, at most {_LONGEST}"
_OTHERS = re.compile(r"[^A-Za-z0-9_-]")
_RESERVED = frozenset(role.value for role in ContainerRole if role is not ContainerRole.SERVICE)
"""The names of containers that a task may have besides the project's."""
_ROOM = 5
"""Characters at the end of a long name for the number that makes it unique."""


def free(name: str, taken: Container[str]) -> str:
    """Return a name that is not taken: the given one, or that with underscores behind it.

    What the plan names itself ends in a digit, and so no two names become one.

    Args:
        name: The name.
        taken: The names of others.
    """
    while name in taken:
        name += "_"
    return name


def container_names(services: Iterable[str]) -> Mapping[str, str]:
    """Return the name of each service's container in its task."""
    return _valid(services, _RESERVED)


def volume_names(volumes: Iterable[str]) -> Mapping[str, str]:
    """Return the name of each volume in its task."""
    return _valid(volumes, ())


def check_names(project: Project, findings: Findings) -> None:
    """Warn of services and named volumes that have another name in the task."""
    volumes: dict[str, tuple[Location, KeyPath]] = {}
    for service in project.services.values():
        for mount in service.volumes:
            if mount.type == "volume" and mount.source is not None:
                volumes.setdefault(mount.source, place(mount, "source"))
    for name, valid in container_names(project.services).items():
        if name != valid:
            reason = (
                "the task may have a container of this name of its own"
                if name in _RESERVED
                else _EXPECTED
            )
            findings.report(
                rules.NAME_INVALID,
                *place(project.services[name]),
                f"{reason}, got {name!r}; the container is named {valid}",
                f"rename the service to {valid} to say so yourself",
            )
    for name, valid in volume_names(volumes).items():
        if name != valid:
            findings.report(
                rules.NAME_INVALID,
                *volumes[name],
                f"{_EXPECTED}, got {name!r}; the volume is named {valid}",
                f"rename the volume to {valid} to say so yourself",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskParts:
    """The parts of a task that have names, or refer to them.

    Attributes:
        containers: The containers of services.
        volumes: The volumes that they mount.
        files: The files that are written to some of the volumes.
        folders: The files and folders that are copied to some of them.
    """

    containers: tuple[ContainerPlan, ...]
    volumes: tuple[VolumePlan, ...]
    files: tuple[FilePlan, ...]
    folders: tuple[CopyPlan, ...]


def with_valid_names(parts: TaskParts) -> TaskParts:
    """Return the parts of a task under the names that they have in it, not those of the files."""
    names = container_names(each.name for each in parts.containers)
    on_task = volume_names(each.name for each in parts.volumes)
    return TaskParts(
        containers=tuple(
            replace(
                each,
                name=names[each.name],
                service=None if names[each.name] == each.name else each.name,
                depends_on=tuple((names[name], condition) for name, condition in each.depends_on),
                mounts=tuple(replace(mount, volume=on_task[mount.volume]) for mount in each.mounts),
            )
            for each in parts.containers
        ),
        volumes=tuple(replace(each, name=on_task[each.name]) for each in parts.volumes),
        files=tuple(replace(each, volume=on_task[each.volume]) for each in parts.files),
        folders=tuple(_below(each, on_task) for each in parts.folders),
    )


def _below(folder: CopyPlan, names: Mapping[str, str]) -> CopyPlan:
    """A folder whose target begins with the name that its volume has in the task."""
    _, volume, *path = folder.target.split("/")
    return replace(folder, target="/".join(("", names[volume], *path)))


def _valid(names: Iterable[str], reserved: Collection[str]) -> Mapping[str, str]:
    """Each name as it is where it can be; else the nearest one that no other has.

    The order of the names decides nothing: lines that move within a file change no template.
    """
    given = sorted(set(names))
    kept = {name for name in given if _NAME.fullmatch(name) and name not in reserved}
    taken = {*kept, *reserved}
    valid = {name: name for name in kept}
    for name in given:
        if name in kept:
            continue
        base = _OTHERS.sub("-", name)
        candidate, number = base[:_LONGEST], 2
        while candidate in taken:
            candidate = f"{base[: _LONGEST - _ROOM]}-{number}"
            number += 1
        taken.add(candidate)
        valid[name] = candidate
    return valid
