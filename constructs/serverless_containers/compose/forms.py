"""Short syntaxes to long ones: one small function for each attribute."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from serverless_containers.compose import rules
from serverless_containers.compose.files import Reader
from serverless_containers.compose.notation.go import show
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Mark,
    Node,
    Scalar,
    Sequence,
    replaced,
    text_at,
)
from serverless_containers.findings import Findings, KeyPath


@dataclass(frozen=True, slots=True)
class Work:
    """Where a form reports what it cannot read."""

    reader: Reader

    @property
    def findings(self) -> Findings:
        """Where problems are reported."""
        return self.reader.findings

    def fail(self, node: Node, path: KeyPath, message: str, fix: str = "") -> None:
        """Report a value that is of no known form."""
        self.findings.report(rules.INVALID_VALUE, node.at, path, message, fix)


Form: TypeAlias = Callable[[Node, KeyPath, Work], Node]


def short_text(node: Node) -> str | None:
    """The text of a node, None when it is no text."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def mapping_of(mark: Mark, **entries: str | bool | None) -> MappingNode:
    """A mapping that stands for something written at ``mark``."""
    return MappingNode(
        {
            key: text_at(value, mark) if isinstance(value, str) else Scalar(value, mark)
            for key, value in entries.items()
        },
        mark,
    )


def text_to_list(node: Node, _path: KeyPath, _work: Work) -> Node:
    """One text to a list of one."""
    return Sequence((node,), node.mark) if short_text(node) is not None else node


def text_to(key: str) -> Form:
    """One text to a mapping that holds it under a key."""

    def form(node: Node, _path: KeyPath, _work: Work) -> Node:
        return MappingNode({key: node}, node.mark) if short_text(node) is not None else node

    return form


def names_to_mapping(node: Node, _path: KeyPath, _work: Work) -> Node:
    """A list of names to a mapping without values."""
    if not isinstance(node, Sequence):
        return node
    named = {name: item for item in node if (name := short_text(item)) is not None}
    marks = {name: item.mark for name, item in named.items()}
    entries = {name: Scalar(None, item.mark) for name, item in named.items()}
    return MappingNode(entries, node.mark, marks)


def depends_on(node: Node, path: KeyPath, work: Work) -> Node:
    """Names, or conditions that lack their defaults, to full dependencies."""
    if isinstance(node, Sequence):
        names = names_to_mapping(node, path, work)
        if not isinstance(names, MappingNode):
            return node
        entries: dict[str, Node] = {
            name: mapping_of(value.mark, condition="service_started", required=True)
            for name, value in names.items()
        }
        return MappingNode(entries, node.mark, names.key_marks)
    if not isinstance(node, MappingNode):
        return node
    changes = {}
    for name, value in node.items():
        if isinstance(value, MappingNode) and not ("condition" in value and "required" in value):
            defaults = mapping_of(value.mark, condition="service_started", required=True)
            changes[name] = MappingNode(
                {**defaults.entries, **value.entries}, value.mark, value.key_marks
            )
    return replaced(node, changes)


def env_file(node: Node, path: KeyPath, work: Work) -> Node:
    """A file name, or a list of them, to a list of mappings."""
    files = text_to_list(node, path, work)
    if not isinstance(files, Sequence):
        return node
    items: list[Node] = []
    for item in files:
        name = short_text(item)
        if name is not None:
            items.append(mapping_of(item.mark, path=name, required=True))
        elif isinstance(item, MappingNode) and "required" not in item:
            items.append(replaced(item, {"required": Scalar(value=True, mark=item.mark)}))
        else:
            items.append(item)
    return Sequence(tuple(items), node.mark)


def gpus(node: Node, _path: KeyPath, _work: Work) -> Node:
    """`all` to a request for all devices."""
    if short_text(node) is None:
        return node
    return Sequence((mapping_of(node.mark, count="all"),), node.mark)


def contexts(node: Node, path: KeyPath, work: Work) -> Node:
    """A list of name=value to a mapping of build contexts."""
    if isinstance(node, MappingNode):
        faulty = {name: item for name, item in node.items() if short_text(item) is None}
        for name, item in faulty.items():
            work.fail(item, (*path, name), "expected a path or a URL", 'write ".", or another one')
        kept = {name: item for name, item in node.items() if name not in faulty}
        return MappingNode(kept, node.mark, node.key_marks) if faulty else node
    if not isinstance(node, Sequence):
        return node
    entries: dict[str, Node] = {}
    marks: dict[str, Mark] = {}
    for index, item in enumerate(node):
        name, equals, value = (short_text(item) or "").partition("=")
        if not equals:
            work.fail(
                item,
                (*path, index),
                f"expected name=value, got {short_text(item)!r}",
                f'write "{name}=…"',
            )
            continue
        entries[name] = text_at(value, item.mark)
        marks[name] = item.mark
    return MappingNode(entries, node.mark, marks)


def ssh(node: Node, path: KeyPath, work: Work) -> Node:
    """A list of keys to a mapping."""
    if not isinstance(node, Sequence):
        return node
    entries: dict[str, Node] = {}
    for index, item in enumerate(node):
        name, equals, value = (short_text(item) or "").partition("=")
        if not equals and name != "default":
            work.fail(
                item,
                (*path, index),
                f"expected default or name=path, got {name!r}",
                f'write "{name}=path"',
            )
            continue
        entries[name] = text_at(value, item.mark) if equals else Scalar(None, item.mark)
    return MappingNode(entries, node.mark)


def shown(node: Node, _path: KeyPath, _work: Work) -> Node:
    """A boolean to text."""
    if not isinstance(node, Scalar) or isinstance(node.value, str):
        return node
    return text_at(show(node.value), node.mark)


def ulimit(node: Node, path: KeyPath, work: Work) -> Node:
    """A limit that is a whole number, or two of them."""
    if isinstance(node, MappingNode):
        changes: dict[str, Node] = {}
        for key in ("soft", "hard"):
            value = node.get(key)
            if value is not None and not _is_whole(value):
                work.fail(value, (*path, key), "expected a whole number", "write a number")
                changes[key] = Scalar(0, value.mark)
        return replaced(node, changes)
    if _is_whole(node):
        return node
    work.fail(node, path, "expected a whole number, or soft and hard", "write a number")
    return Scalar(0, node.mark)


def _is_whole(node: Node) -> bool:
    return isinstance(node, Scalar) and type(node.value) is int


def dns(node: Node, path: KeyPath, work: Work) -> Node:
    """One server to a list; empty ones are left out."""
    servers = text_to_list(node, path, work)
    if not isinstance(servers, Sequence):
        return node
    return Sequence(tuple(item for item in servers if short_text(item) != ""), node.mark)


def maybe_external(node: Node, path: KeyPath, work: Work) -> Node:
    """The old form of `external`, with the name inside it, to the new one."""
    if not isinstance(node, MappingNode):
        return node
    external = node.get("external")
    if not isinstance(external, MappingNode):
        return node
    changes: dict[str, Node] = {"external": Scalar(value=True, mark=external.mark)}
    name = external.get("name")
    if name is not None and isinstance(name, Scalar):
        own = node.get("name")
        if own is None:
            changes["name"] = name
        elif isinstance(own, Scalar) and own.value != name.value:
            work.findings.report(
                rules.CONFLICT,
                name.at,
                (*path, "external", "name"),
                f"{name.text!r} is not the name {own.text!r} of line {own.mark[1]}",
                "keep `name` and write `external: true`",
            )
    return replaced(node, changes)
