"""``!reset`` and ``!override``: what a file clears in the files before it."""

from dataclasses import dataclass
from typing import TypeAlias

from serverless_containers.compose.yaml.nodes import MappingNode, Mark, Node, Scalar, Sequence
from serverless_containers.findings import KeyPath


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value that carries one of the two tags, until :func:`take_overrides` takes it out."""

    tag: str
    node: Node

    @property
    def mark(self) -> Mark:
        """The place where the value starts."""
        return self.node.mark


def take_overrides(root: Node) -> tuple[Node | None, tuple[KeyPath, ...]]:
    """Take the tags out of a document.

    Returns:
        The document without what is marked ``!reset`` (None when that is all of it), and the paths
        of both tags.
    """
    paths: list[KeyPath] = []
    return _take(root, (), paths, set()), tuple(paths)


def _take(
    node: Node | Tagged, path: KeyPath, paths: list[KeyPath], removed: set[int]
) -> Node | None:
    if isinstance(node, Tagged):
        if node.tag == "!override":
            paths.append(path)
            return _plain(node.node)
        # Docker Compose takes a reset value out of an anchor when it meets it first: where the
        # anchor is used again, nothing is left to be reset.
        if id(node) not in removed:
            removed.add(id(node))
            paths.append(path)
        return None
    if isinstance(node, Sequence):
        taken = (_take(item, (*path, index), paths, removed) for index, item in enumerate(node))
        return Sequence(tuple(item for item in taken if item is not None), node.mark)
    if isinstance(node, MappingNode):
        entries = {}
        for key, value in node.entries.items():
            if (kept := _take(value, (*path, key), paths, removed)) is not None:
                entries[key] = kept
        return MappingNode(entries, node.mark, node.key_marks)
    return node


def _plain(node: Node | Tagged) -> Node:
    """A tree without tags, whose values stay: what is inside an override stands for itself."""
    if isinstance(node, Tagged):
        return _plain(node.node)
    if isinstance(node, Scalar):
        return node
    if isinstance(node, Sequence):
        return Sequence(tuple(_plain(item) for item in node), node.mark)
    entries = {key: _plain(value) for key, value in node.entries.items()}
    return MappingNode(entries, node.mark, node.key_marks)


def clear(root: MappingNode, paths: tuple[KeyPath, ...]) -> MappingNode:
    """Take the values at some paths out of a tree. Items of lists stay, as in Docker Compose."""
    # All paths at once: each by itself would copy every mapping on its way.
    below: _Below = {}
    for path in paths:
        at = below
        for key in path:
            at = at.setdefault(key, {})
        if path:
            at[_ALL] = {}
    cleared = _clear(root, below)
    return cleared if isinstance(cleared, MappingNode) else root


_Below: TypeAlias = "dict[str | int | None, _Below]"
_ALL = None
"""The key of a value that goes as a whole."""


def _clear(node: Node, below: _Below) -> Node:
    if not isinstance(node, MappingNode):
        return node
    changed = [key for key in below if isinstance(key, str) and key in node.entries]
    if not changed:
        return node
    entries = dict(node.entries)
    for key in changed:
        if _ALL in below[key]:
            del entries[key]
        else:
            entries[key] = _clear(entries[key], below[key])
    return MappingNode(entries, node.mark, node.key_marks)
