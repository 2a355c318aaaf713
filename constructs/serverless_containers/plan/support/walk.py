"""Finds every key of a project that the tables class."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from serverless_containers.compose.model import Part, Project
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, Sequence
from serverless_containers.findings import KeyPath, Location
from serverless_containers.plan.support.builds import BUILD_KEYS
from serverless_containers.plan.support.deploys import DEPLOY_KEYS, HEALTHCHECK_KEYS
from serverless_containers.plan.support.items import ITEM_KEYS
from serverless_containers.plan.support.key import Key, Support
from serverless_containers.plan.support.services import SERVICE_KEYS
from serverless_containers.plan.support.top_level import (
    CONFIG_KEYS,
    SECRET_KEYS,
    TOP_LEVEL_KEYS,
    VOLUME_KEYS,
)

Table = Mapping[str, Key]

_PARTS: dict[str, Table] = {
    "build": BUILD_KEYS,
    "deploy": DEPLOY_KEYS,
    "healthcheck": HEALTHCHECK_KEYS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A key that somebody wrote.

    Attributes:
        key: Its class.
        at: Where it stands.
        path: The keys that lead to it.
    """

    key: Key
    at: Location
    path: KeyPath


def walk(project: Project) -> Iterator[Found]:
    """Every key that somebody wrote, if it asks for anything and is deployed."""
    if isinstance(project.node, MappingNode):
        yield from _keys(project.node, (), TOP_LEVEL_KEYS)
    yield from _section(project.volumes, _used(project, "volumes"), VOLUME_KEYS)
    yield from _section(project.secrets, _used(project, "secrets"), SECRET_KEYS)
    yield from _section(project.configs, _used(project, "configs"), CONFIG_KEYS)
    for service in project.services.values():
        if not isinstance(service.node, MappingNode):
            continue
        yield from _keys(service.node, service.path, SERVICE_KEYS)
        for key, table in ITEM_KEYS.items():
            yield from _items(service.node.get(key), (*service.path, key), table)
        for key, table in _PARTS.items():
            below = service.node.get(key)
            if isinstance(below, MappingNode):
                yield from _keys(below, (*service.path, key), table)


def _items(node: Node | None, path: KeyPath, table: Table) -> Iterator[Found]:
    """The keys of what is listed, or named, under a key of a service."""
    if isinstance(node, Sequence):
        for index, item in enumerate(node):
            if isinstance(item, MappingNode):
                yield from _keys(item, (*path, index), table)
    elif isinstance(node, MappingNode):
        for name, item in node.items():
            if isinstance(item, MappingNode):
                yield from _keys(item, (*path, name), table)


def _used(project: Project, section: str) -> set[str | None]:
    """What is not used by a service is not deployed."""
    return {
        use.source for service in project.services.values() for use in getattr(service, section)
    }


def _section(parts: Mapping[str, Part], used: set[str | None], table: Table) -> Iterator[Found]:
    for key, part in parts.items():
        if key in used and isinstance(part.node, MappingNode):
            yield from _keys(part.node, part.path, table)


def _keys(node: MappingNode, path: KeyPath, table: Table, above: str = "") -> Iterator[Found]:
    for name, value in node.items():
        key = table.get(above + name)
        # What the reader filled in has no place in a file, and is nobody's wish.
        if key is None or name not in node.key_marks or _says_nothing(name, value):
            continue
        yield Found(key=key, at=node.key_at(name), path=(*path, name))
        if key.support is Support.MAPPED and isinstance(value, MappingNode):
            yield from _keys(value, (*path, name), table, f"{above}{name}.")


def _says_nothing(name: str, value: Node) -> bool:
    """Whether a value asks for no more than there would be without it."""
    if name == "networks" and isinstance(value, MappingNode):
        return tuple(value) == ("default",)
    match value:
        case Scalar(value=content):
            return content in {None, False, ""}
        case Sequence() as items:
            return len(items) == 0
        case MappingNode():
            return len(value) == 0
