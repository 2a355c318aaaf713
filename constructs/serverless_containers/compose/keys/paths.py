"""Paths of a Compose file, made absolute."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from serverless_containers.compose import paths, rules
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, replaced, value_of
from serverless_containers.findings import Findings, KeyPath


@dataclass(frozen=True, slots=True)
class Base:
    """Folder that paths are resolved against.

    Attributes:
        directory: The folder that they are relative to.
        findings: Where a bind mount without a source is reported.
    """

    directory: str
    findings: Findings


Resolve: TypeAlias = Callable[[Node, KeyPath, Base], Node]
"""Makes a path absolute, or the paths in a value."""


def path(resolver: Callable[[str, str], str]) -> Resolve:
    """Resolve text as a path; anything else stays.

    Args:
        resolver: Gives the absolute path of a text and a folder.
    """

    def resolve(node: Node, _path: KeyPath, base: Base) -> Node:
        if not isinstance(node, Scalar) or type(node.value) is not str:
            return node
        return Scalar(resolver(node.value, base.directory), node.mark, node.text, quoted=True)

    return resolve


FILE = path(paths.absolute)
SOURCE = path(paths.absolute_source)
CONTEXT = path(
    lambda text, directory: (
        text if paths.is_remote_context(text) else paths.absolute(text, directory)
    )
)


def _linked(text: str, directory: str) -> str:
    whole = paths.absolute(text, directory)
    at = "/" if whole.startswith("/") else ""
    for part in whole.split("/"):
        if not part:
            continue
        at = os.path.join(at, part)  # noqa: PTH118  # text in, text out
        if os.path.islink(at):  # noqa: PTH114
            return whole.replace(at, os.path.realpath(at), 1)
    return whole


WATCHED = path(_linked)
"""A watched path: its first symbolic link is followed."""


def mount(node: Node, path: KeyPath, base: Base) -> Node:
    """Resolve the source of a bind mount."""
    if not isinstance(node, MappingNode) or value_of(node.get("type")) != "bind":
        return node
    source = node.get("source")
    if source is None:
        base.findings.report(
            rules.MISSING_KEY,
            node.at,
            path,
            "a bind mount has no source",
            "write `source:` with a path, or `type: volume`",
        )
        return node
    return replaced(node, {"source": SOURCE(source, path, base)})


def volume(node: Node, path: KeyPath, base: Base) -> Node:
    """Resolve the folder that a volume of the local driver binds."""
    if not isinstance(node, MappingNode) or value_of(node.get("driver")) != "local":
        return node
    options = node.get("driver_opts")
    if not isinstance(options, MappingNode) or value_of(options.get("o")) != "bind":
        return node
    device = options.get("device")
    if device is None:
        return node
    bound = replaced(options, {"device": SOURCE(device, path, base)})
    return replaced(node, {"driver_opts": bound})
