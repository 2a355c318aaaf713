"""Merges of the value of a later file onto that of an earlier one.

By default mappings merge, lists append, and a single value replaces. The functions here do the
rest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from serverless_containers.compose import limits, rules
from serverless_containers.compose.keys.steps import Step
from serverless_containers.compose.notation.go import show
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Mark,
    Node,
    Scalar,
    Sequence,
    is_null,
    same,
    text_at,
    value_of,
)
from serverless_containers.findings import Findings, KeyPath

Merge: TypeAlias = "Callable[[Node, Node, KeyPath, Merging, MergeStep], Node]"
"""Puts the second value onto the first."""

MergeStep: TypeAlias = "Step[Merge] | None"
_DEFAULT: MergeStep = None


@dataclass(frozen=True, slots=True)
class Merging:
    """Merges two files.

    Attributes:
        findings: Where values that do not fit each other are reported; the earlier is kept.
    """

    findings: Findings

    def node(self, base: Node, over: Node, step: MergeStep, path: KeyPath) -> Node:
        """One value on top of another."""
        if step is not None and step.apply is not None:
            return step.apply(base, over, path, self, step)
        if is_null(over):
            return base
        if isinstance(base, MappingNode) and isinstance(over, MappingNode):
            return self.mappings(base, over, step, path)
        if isinstance(base, Sequence) and isinstance(over, Sequence):
            return Sequence(base.items + over.items, over.mark)
        if isinstance(base, Scalar):
            return over
        return self.refuse(
            base, over, path, "a list" if isinstance(base, Sequence) else "a mapping"
        )

    def mappings(
        self, base: MappingNode, over: MappingNode, step: MergeStep, path: KeyPath
    ) -> MappingNode:
        """One mapping on top of another, key by key."""
        entries = dict(base.entries)
        marks = {**base.key_marks, **over.key_marks}
        for key, value in over.entries.items():
            known = entries.get(key)
            if known is None:
                entries[key] = value
            else:
                below = step.below(key) if step is not None else None
                entries[key] = self.node(known, value, below, (*path, key))
        return MappingNode(entries, over.mark, marks)

    def refuse_many(self, over: Node, path: KeyPath, most: int) -> Node:
        """Report a list that is too long to be merged; it replaces what it overrides."""
        self.findings.report(
            rules.TOO_LARGE,
            over.at,
            path,
            f"expected lists of at most {most} items, which are merged each with each",
            "write fewer, or mark it !override",
        )
        return over

    def refuse(self, base: Node, over: Node, path: KeyPath, expected: str) -> Node:
        """Report a value that does not fit what it overrides."""
        self.findings.report(
            rules.CANNOT_MERGE,
            over.at,
            path,
            f"expected {expected}, as in {base.at}",
            "write it in the same form, or mark it !override",
        )
        return base


def replace(_base: Node, over: Node, _path: KeyPath, _merging: Merging, _step: MergeStep) -> Node:
    """The later value takes the place of the earlier."""
    return over


def _as_list(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Sequence):
        return node.items
    if isinstance(node, Scalar):
        return (node,) if isinstance(node.value, str) else ()
    items: list[tuple[str, Mark]] = []
    for key, value in node.entries.items():
        if isinstance(value, Scalar):
            text = key if value.value is None else f"{key}={show(value.value)}"
            items.append((text, value.mark))
        elif isinstance(value, Sequence):
            items.extend(
                (f"{key}={show(item.value)}", item.mark)
                for item in value
                if isinstance(item, Scalar)
            )
    return tuple(text_at(text, mark) for text, mark in sorted(items, key=lambda item: item[0]))


def append(base: Node, over: Node, _path: KeyPath, _merging: Merging, _step: MergeStep) -> Node:
    """Both, as lists: a mapping becomes a list of ``name=value``."""
    return Sequence(_as_list(base) + _as_list(over), over.mark)


def append_new(base: Node, over: Node, _path: KeyPath, _merging: Merging, _step: MergeStep) -> Node:
    """Both, as lists, without what is in the earlier one already."""
    items = _as_list(base)
    known = {item.value for item in items if isinstance(item, Scalar)}
    new = tuple(
        item for item in _as_list(over) if not isinstance(item, Scalar) or item.value not in known
    )
    return Sequence(items + new, over.mark)


def _names(node: Node, make: Callable[[Mark], Node]) -> MappingNode:
    """A mapping; a list of names becomes one."""
    if isinstance(node, MappingNode):
        return node
    if isinstance(node, Scalar):
        return MappingNode({}, node.mark)
    names = {
        item.value: item for item in node if isinstance(item, Scalar) and type(item.value) is str
    }
    entries = {name: make(item.mark) for name, item in names.items()}
    return MappingNode(entries, node.mark, {name: item.mark for name, item in names.items()})


def started(mark: Mark) -> Node:
    """A dependency on a service that has started."""
    entries: dict[str, Node] = {
        "condition": text_at("service_started", mark),
        "required": Scalar(value=True, mark=mark),
    }
    return MappingNode(entries, mark)


def nothing(mark: Mark) -> Node:
    """Nothing, under a name."""
    return Scalar(None, mark)


def by_name(make: Callable[[Mark], Node]) -> Merge:
    """Both, as mappings: a list of names becomes one."""

    def merger(base: Node, over: Node, path: KeyPath, merging: Merging, _step: MergeStep) -> Node:
        return merging.mappings(_names(base, make), _names(over, make), _DEFAULT, path)

    return merger


def build(base: Node, over: Node, path: KeyPath, merging: Merging, step: MergeStep) -> Node:
    """Both, as mappings: a text is the context."""
    forms = []
    for node in (base, over):
        if isinstance(node, MappingNode):
            forms.append(node)
        elif isinstance(node, Scalar) and isinstance(node.value, str):
            forms.append(MappingNode({"context": node}, node.mark))
        else:
            forms.append(MappingNode({}, node.mark))
    return merging.mappings(forms[0], forms[1], step, path)


def logging(base: Node, over: Node, path: KeyPath, merging: Merging, _step: MergeStep) -> Node:
    """Both, unless they name different drivers: options belong to their driver."""
    if not isinstance(base, MappingNode) or not isinstance(over, MappingNode):
        return merging.refuse(base, over, path, "a mapping")
    drivers = [node.get("driver") for node in (base, over)]
    if drivers[0] is None or drivers[1] is None or same(drivers[0], drivers[1]):
        return merging.mappings(base, over, _DEFAULT, path)
    return over


def pools(base: Node, over: Node, path: KeyPath, merging: Merging, _step: MergeStep) -> Node:
    """Both, where pools of the same subnet are one."""
    if not isinstance(base, Sequence) or not isinstance(over, Sequence):
        return merging.refuse(base, over, path, "a list")
    known, new = _pools(base), _pools(over)
    if len(known) * len(new) > limits.MOST_POOLS**2:
        return merging.refuse_many(over, path, limits.MOST_POOLS)
    # Docker Compose's own way: each of the one with each of the other.
    pools: dict[object, MappingNode] = {}
    for one in known:
        for other in new:
            subnet = value_of(other.get("subnet"))
            if subnet != value_of(one.get("subnet")) and subnet not in pools:
                pools[subnet] = other
                continue
            merged = merging.mappings(one, other, _DEFAULT, path)
            pools[value_of(merged.get("subnet"))] = merged
    return Sequence(tuple(pools.values()), over.mark)


def _pools(nodes: Sequence) -> list[MappingNode]:
    return [node for node in nodes if isinstance(node, MappingNode)]
