"""Phases that change values one by one, by the records of their keys."""

from collections.abc import Callable

from serverless_containers.compose.files import Reader
from serverless_containers.compose.keys import PROJECT
from serverless_containers.compose.keys.expansions import Expansion
from serverless_containers.compose.keys.identities import Identity
from serverless_containers.compose.keys.merging import Merging
from serverless_containers.compose.keys.paths import Base
from serverless_containers.compose.keys.record import steps
from serverless_containers.compose.keys.steps import Step, transform
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Sequence
from serverless_containers.findings import Findings, KeyPath

_Change = Callable[[Node, KeyPath, object], Node]


def expand(root: MappingNode, reader: Reader) -> MappingNode:
    """Expand every short syntax of a file, so that every other phase has one form to look at.

    Args:
        root: Its tree.
        reader: Holds the findings, and what ranges may still take. A value with a problem is left
            out.

    Raises:
        StoppedError: If ranges come to too many ports; it has been reported.
    """
    return _changed(root, _EXPANSIONS, Expansion(reader))


def merge(base: MappingNode, over: MappingNode, findings: Findings) -> MappingNode:
    """Merge two files.

    Args:
        base: The files so far.
        over: The file on top of them.
        findings: Where values that do not fit each other are reported; the base's is kept.
    """
    return Merging(findings).mappings(base, over, _MERGES, ())


def merge_service(
    base: MappingNode, over: MappingNode, name: str, findings: Findings
) -> MappingNode:
    """Merge a service onto the one that it extends."""
    services = _MERGES.below("services")
    step = None if services is None else services.below(name)
    return Merging(findings).mappings(base, over, step, ("services", name))


def enforce_unique(root: MappingNode) -> MappingNode:
    """Drop the items of lists that a later item takes the place of."""
    return _changed(root, _UNIQUE, None)


def fill_defaults(root: MappingNode) -> MappingNode:
    """Give every value that Compose has a default for, and that is missing, that default."""
    return _changed(root, _DEFAULTS, None)


def resolve_paths(root: MappingNode, directory: str, findings: Findings) -> MappingNode:
    """Make every path absolute, or relative to another folder.

    Args:
        root: A canonical tree.
        directory: The folder that the paths are relative to.
        findings: Where a bind mount without a source is reported.
    """
    return _changed(root, _PATHS, Base(directory, findings))


def _changed(root: MappingNode, step: Step[_Change], context: object) -> MappingNode:
    changed = transform(root, step, (), context)
    return changed if isinstance(changed, MappingNode) else root


def _unique(identity: Identity) -> _Change:
    def apply(node: Node, _path: KeyPath, _context: object) -> Node:
        if not isinstance(node, Sequence) or len(node.items) < 2:
            return node
        kept: dict[object, Node] = {}
        for item in node.items:
            known = identity(item)
            kept[id(item) if known is None else known] = item
        return node if len(kept) == len(node.items) else Sequence(tuple(kept.values()), node.mark)

    return apply


def _default(fill: Callable[[Node], Node]) -> _Change:
    return lambda node, _path, _context: fill(node)


_EXPANSIONS = steps(PROJECT, "expand") or Step()
_MERGES = steps(PROJECT, "merge") or Step()
_UNIQUE = steps(PROJECT, "unique", _unique) or Step()
_DEFAULTS = steps(PROJECT, "default", _default) or Step()
_PATHS = steps(PROJECT, "path") or Step()
