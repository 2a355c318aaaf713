"""``extends``: a service made of another one, of this file or of another."""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from serverless_containers.compose import limits, paths, rules
from serverless_containers.compose.files import Reader
from serverless_containers.compose.passes import merge_service, resolve_paths
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Node,
    replaced,
    text_of,
    without,
)
from serverless_containers.compose.yaml.overrides import clear
from serverless_containers.compose.yaml.weight import weigh
from serverless_containers.findings import KeyPath
from serverless_containers.findings.listing import listed

Load: TypeAlias = Callable[[str, Node, KeyPath], "Loaded | None"]
"""Reads another file: its absolute name, and where it is named."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Another file, in canonical form.

    Attributes:
        root: Its tree.
        overrides: The paths that it marks `!reset` or `!override`.
    """

    root: MappingNode
    overrides: tuple[KeyPath, ...]


@dataclass(slots=True)
class Extends:
    """Applies ``extends`` to the services of one file.

    Attributes:
        directory: The folder that paths in this file are relative to.
        load: Reads another file.
        reader: Holds the findings, and counts what is repeated.
    """

    directory: str
    load: Load
    reader: Reader
    _done: dict[tuple[str, str], MappingNode] = field(default_factory=dict)
    _files: dict[str, Loaded | None] = field(default_factory=dict)

    def apply(self, root: MappingNode, file: str, overrides: tuple[KeyPath, ...]) -> MappingNode:
        """Give the file with every service complete.

        Args:
            root: The file's tree.
            file: Its absolute name.
            overrides: The paths that it marks `!reset` or `!override`.
        """
        services = root.get("services")
        if not isinstance(services, MappingNode):
            return root
        if not any(
            isinstance(item, MappingNode) and "extends" in item
            for item in services.entries.values()
        ):
            return root
        loaded = Loaded(root, overrides)
        changes: dict[str, Node] = {
            name: self._service(name, loaded, file, ())
            for name, service in services.items()
            if isinstance(service, MappingNode)
        }
        return replaced(root, {"services": replaced(services, changes)})

    def _service(
        self, name: str, loaded: Loaded, file: str, trail: tuple[tuple[str, str], ...]
    ) -> MappingNode:
        services = loaded.root.entries["services"]
        service = services.entries[name] if isinstance(services, MappingNode) else services
        if not isinstance(service, MappingNode) or "extends" not in service:
            return service if isinstance(service, MappingNode) else MappingNode({}, service.mark)
        key = (file, name)
        if key not in self._done:
            self._done[key] = self._extended(name, service, loaded, file, trail)
        return self._done[key]

    def _extended(
        self,
        name: str,
        service: MappingNode,
        loaded: Loaded,
        file: str,
        trail: tuple[tuple[str, str], ...],
    ) -> MappingNode:
        extends = service.entries["extends"]
        path: KeyPath = ("services", name, "extends")
        alone = without(service, "extends")
        wanted, other = _reference(extends)
        if wanted is None:
            # The schema says what is wrong with it.
            return service
        trail = (*trail, (file, name))
        base_file = file
        base = loaded
        if other is not None:
            found = self._other(other, extends, path)
            if found is None:
                return alone
            base_file, base = found
        if (base_file, wanted) in trail or len(trail) > limits.DEEPEST_INCLUDE:
            circle = " → ".join(service_name for _, service_name in (*trail, (base_file, wanted)))
            self._fail(extends, path, f"services extend each other: {circle}", "remove one of them")
            return alone
        services = base.root.get("services")
        if not isinstance(services, MappingNode) or wanted not in services:
            known = listed(services.entries) if isinstance(services, MappingNode) else "none"
            self._fail(
                extends,
                path,
                f"there is no service {wanted!r}; defined: {known}",
                "name a service of that file",
            )
            return alone
        if not isinstance(services.entries[wanted], MappingNode):
            return service
        source = self._service(wanted, base, base_file, trail)
        source = _cleared(source, name, loaded.overrides)
        merged = without(merge_service(source, service, name, self.reader.findings), "extends")
        self.reader.count_values(weigh(merged)[0], extends.at, path)
        return merged

    def _other(self, other: str, node: Node, path: KeyPath) -> tuple[str, Loaded] | None:
        if paths.is_remote_file(other):
            self.reader.findings.report(
                rules.REMOTE_RESOURCE,
                node.at,
                path,
                f"{other!r} is not on this machine",
                "copy the file beside this one",
            )
            return None
        absolute = paths.absolute(other, self.directory)
        if absolute not in self._files:
            loaded = self.load(absolute, node, path)
            if loaded is not None:
                # What the other file names is relative to its own folder.
                folder = posixpath.dirname(absolute)
                root = resolve_paths(loaded.root, folder, self.reader.findings)
                loaded = Loaded(root, loaded.overrides)
            self._files[absolute] = loaded
        known = self._files[absolute]
        return None if known is None else (absolute, known)

    def _fail(self, node: Node, path: KeyPath, message: str, fix: str) -> None:
        self.reader.findings.report(rules.EXTENDS_INVALID, node.at, path, message, fix)


def _reference(extends: Node) -> tuple[str | None, str | None]:
    if isinstance(extends, MappingNode):
        service, file = extends.get("service"), extends.get("file")
        return text_of(service), text_of(file)
    return text_of(extends), None


def _cleared(service: MappingNode, name: str, overrides: tuple[KeyPath, ...]) -> MappingNode:
    """The base service, without what the extending file marks `!reset` or `!override`."""
    below = tuple(path[2:] for path in overrides if path[:2] == ("services", name))
    return clear(service, tuple(path for path in below if path))
