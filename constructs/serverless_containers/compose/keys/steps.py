"""Steps of one phase, taken out of the records of the keys.

A phase looks at few keys of the many: a table of those alone lets it pass the others by.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from serverless_containers.compose.yaml.nodes import MappingNode, Node, Sequence
from serverless_containers.findings import KeyPath

_Apply = TypeVar("_Apply")


@dataclass(frozen=True, slots=True)
class Step(Generic[_Apply]):
    """Step of a phase: what it does with a value, and with what is below it.

    Attributes:
        apply: What it does with the value itself, None for nothing.
        keys: What it does below known keys, without those under which there is nothing to do.
        every: What it does with each value of a mapping with names of the user.
        item: What it does with each item of a list.
    """

    apply: _Apply | None = None
    keys: "Mapping[str, Step[_Apply]] | None" = None
    every: "Step[_Apply] | None" = None
    item: "Step[_Apply] | None" = None

    def below(self, key: str) -> "Step[_Apply] | None":
        """Return what is done with the value under a key, None for nothing."""
        found = self.keys.get(key) if self.keys is not None else None
        return self.every if found is None else found


def transform(node: Node, step: Step[Any], path: KeyPath, context: object) -> Node | None:
    """Change a value, then what is below it.

    Args:
        node: The value.
        step: What is done: a function of a node, its path and the context, that gives the new node,
            or None for one that is left out.
        path: The keys that lead there.
        context: What the functions need besides.

    Returns:
        The new value, or the same where nothing changes; None where it is left out.
    """
    if step.apply is not None:
        changed = step.apply(node, path, context)
        if changed is None:
            return None
        node = changed
    kind = type(node)
    if kind is MappingNode:
        if step.keys is not None or step.every is not None:
            return _mapping(node, step, path, context)  # type: ignore[arg-type]
    elif kind is Sequence and step.item is not None:
        return _sequence(node, step.item, path, context)  # type: ignore[arg-type]
    return node


def _mapping(node: MappingNode, step: Step[Any], path: KeyPath, context: object) -> MappingNode:
    entries = node.entries
    changes: dict[str, Node | None] = {}
    keys, every = step.keys, step.every
    for key in entries if every is not None else entries.keys() & (keys or {}).keys():
        value = entries[key]
        below = every if every is not None else keys[key]  # type: ignore[index]
        new = transform(value, below, (*path, key), context)
        if new is not value:
            changes[key] = new
    if not changes:
        return node
    kept = {key: value for key, value in {**entries, **changes}.items() if value is not None}
    return MappingNode(kept, node.mark, node.key_marks)


def _sequence(node: Sequence, step: Step[Any], path: KeyPath, context: object) -> Sequence:
    made = [
        transform(item, step, (*path, node.number(at)), context)
        for at, item in enumerate(node.items)
    ]
    if all(new is item for new, item in zip(made, node.items, strict=True)):
        return node
    return node.without_none(made)
