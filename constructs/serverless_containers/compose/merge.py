"""Putting one file on top of another, by Compose's rules for each key.

By default mappings merge, lists append, and a single value replaces. The table names the rest.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from serverless_containers.compose import limits, rules
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
)
from serverless_containers.findings import Findings, KeyPath


def merge(base: MappingNode, over: MappingNode, findings: Findings) -> MappingNode:
    """Merge two files.

    Args:
        base: The files so far.
        over: The file on top of them.
        findings: Where values that do not fit each other are reported; the base's is kept.
    """
    return _Merge(findings).mappings(base, over, _RULES, ())


def merge_service(
    base: MappingNode, over: MappingNode, name: str, findings: Findings
) -> MappingNode:
    """Merge a service onto the one that it extends."""
    return _Merge(findings).mappings(base, over, _SERVICE, ("services", name))


@dataclass(frozen=True, slots=True)
class _Merge:
    findings: Findings

    def node(self, base: Node, over: Node, rule: "_Rule | None", path: KeyPath) -> Node:
        """One value on top of another."""
        if callable(rule):
            return rule(base, over, path, self)
        if is_null(over):
            return base
        if isinstance(base, MappingNode) and isinstance(over, MappingNode):
            return self.mappings(base, over, rule or _NO_RULES, path)
        if isinstance(base, Sequence) and isinstance(over, Sequence):
            return Sequence(base.items + over.items, over.mark)
        if isinstance(base, Scalar):
            return over
        return self.refuse(
            base, over, path, "a list" if isinstance(base, Sequence) else "a mapping"
        )

    def mappings(
        self, base: MappingNode, over: MappingNode, table: "_Table", path: KeyPath
    ) -> MappingNode:
        """One mapping on top of another, key by key."""
        every = table.get("*")
        entries = dict(base.entries)
        marks = {**base.key_marks, **over.key_marks}
        for key, value in over.entries.items():
            known = entries.get(key)
            if known is None:
                entries[key] = value
            else:
                rule = table.get(key, every)
                entries[key] = self.node(known, value, rule, (*path, key))
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


_Special: TypeAlias = Callable[[Node, Node, KeyPath, _Merge], Node]
_Rule: TypeAlias = "_Special | _Table"
_Table: TypeAlias = Mapping[str, _Rule]
_NO_RULES: _Table = {}


def _replace(_base: Node, over: Node, _path: KeyPath, _merge: _Merge) -> Node:
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


def _append(base: Node, over: Node, _path: KeyPath, _merge: _Merge) -> Node:
    return Sequence(_as_list(base) + _as_list(over), over.mark)


def _append_new(base: Node, over: Node, _path: KeyPath, _merge: _Merge) -> Node:
    items = _as_list(base)
    known = {item.value for item in items if isinstance(item, Scalar)}
    new = (item for item in _as_list(over) if _value(item) not in known)
    return Sequence(items + tuple(new), over.mark)


def _value(node: Node) -> object:
    return node.value if isinstance(node, Scalar) else node


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


def _started(mark: Mark) -> Node:
    entries: dict[str, Node] = {
        "condition": text_at("service_started", mark),
        "required": Scalar(value=True, mark=mark),
    }
    return MappingNode(entries, mark)


def _nothing(mark: Mark) -> Node:
    return Scalar(None, mark)


def _by_name(make: Callable[[Mark], Node]) -> _Special:
    def merger(base: Node, over: Node, path: KeyPath, merge: _Merge) -> Node:
        return merge.mappings(_names(base, make), _names(over, make), _NO_RULES, path)

    return merger


def _build(base: Node, over: Node, path: KeyPath, merge: _Merge) -> Node:
    forms = []
    for node in (base, over):
        if isinstance(node, MappingNode):
            forms.append(node)
        elif isinstance(node, Scalar) and isinstance(node.value, str):
            forms.append(MappingNode({"context": node}, node.mark))
        else:
            forms.append(MappingNode({}, node.mark))
    return merge.mappings(forms[0], forms[1], _BUILD, path)


def _logging(base: Node, over: Node, path: KeyPath, merge: _Merge) -> Node:
    if not isinstance(base, MappingNode) or not isinstance(over, MappingNode):
        return merge.refuse(base, over, path, "a mapping")
    drivers = [node.get("driver") for node in (base, over)]
    # Options belong to their driver: another driver starts anew.
    if drivers[0] is None or drivers[1] is None or same(drivers[0], drivers[1]):
        return merge.mappings(base, over, _NO_RULES, path)
    return over


def _ipam(base: Node, over: Node, path: KeyPath, merge: _Merge) -> Node:
    if not isinstance(base, Sequence) or not isinstance(over, Sequence):
        return merge.refuse(base, over, path, "a list")
    known, new = _mappings(base), _mappings(over)
    if len(known) * len(new) > limits.MOST_POOLS**2:
        return merge.refuse_many(over, path, limits.MOST_POOLS)
    # Docker Compose's own way: each of the one with each of the other.
    pools: dict[object, MappingNode] = {}
    for one in known:
        for other in new:
            subnet = _subnet(other)
            if subnet != _subnet(one) and subnet not in pools:
                pools[subnet] = other
                continue
            merged = merge.mappings(one, other, _NO_RULES, path)
            pools[_subnet(merged)] = merged
    return Sequence(tuple(pools.values()), over.mark)


def _mappings(nodes: Iterable[Node]) -> list[MappingNode]:
    return [node for node in nodes if isinstance(node, MappingNode)]


def _subnet(pool: MappingNode) -> object:
    subnet = pool.get("subnet")
    return subnet.value if isinstance(subnet, Scalar) else None


_BUILD: _Table = {
    **dict.fromkeys(("args", "additional_contexts", "labels"), _append),
    "extra_hosts": _append_new,
}

_SERVICE: _Table = {
    **dict.fromkeys(
        (
            "annotations",
            "dns",
            "dns_opt",
            "dns_search",
            "env_file",
            "label_file",
            "environment",
            "labels",
            "sysctls",
            "tmpfs",
        ),
        _append,
    ),
    **dict.fromkeys(("command", "entrypoint"), _replace),
    "build": _build,
    "depends_on": _by_name(_started),
    "deploy": {"labels": _append},
    "extra_hosts": _append_new,
    "healthcheck": {"test": _replace},
    "logging": _logging,
    "models": _by_name(_nothing),
    "networks": _by_name(_nothing),
    "ulimits": {"*": _replace},
}

_RULES: _Table = {
    "networks": {"*": {"ipam": {"config": _ipam}, "labels": _append}},
    "volumes": {"*": {"labels": _append}},
    "services": {"*": _SERVICE},
}
