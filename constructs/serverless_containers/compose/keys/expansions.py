"""Short syntaxes to long ones.

A value that is of no form that Compose knows is left as it is: the schema reports it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from serverless_containers.compose import messages, paths, rules
from serverless_containers.compose.files import Reader
from serverless_containers.compose.notation.go import show
from serverless_containers.compose.notation.mounts import parse_mount
from serverless_containers.compose.notation.ports import PortError, parse_ports
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Mark,
    Node,
    Scalar,
    Sequence,
    replaced,
    text_at,
    text_of,
)
from serverless_containers.findings import Findings, KeyPath


@dataclass(frozen=True, slots=True)
class Expansion:
    """Expansion of short forms, which reports what it cannot read."""

    reader: Reader

    @property
    def findings(self) -> Findings:
        """The findings of the reader."""
        return self.reader.findings

    def fail(self, node: Node, path: KeyPath, message: str, fix: str = "") -> None:
        """Report a value that is of no known form."""
        self.findings.report(rules.INVALID_VALUE, node.at, path, message, fix)


Expand: TypeAlias = Callable[[Node, KeyPath, Expansion], Node | None]
"""Makes a short form long. None leaves the value out: it has been reported."""


def mapping_of(mark: Mark, **entries: str | bool | None) -> MappingNode:
    """A mapping that stands for something written at ``mark``."""
    return MappingNode(
        {
            key: text_at(value, mark) if isinstance(value, str) else Scalar(value, mark)
            for key, value in entries.items()
        },
        mark,
    )


def text_to_list(node: Node, _path: KeyPath, _expansion: Expansion) -> Node:
    """One text to a list of one."""
    return Sequence((node,), node.mark) if text_of(node) is not None else node


def text_to(key: str) -> Expand:
    """One text to a mapping that holds it under a key."""

    def form(node: Node, _path: KeyPath, _expansion: Expansion) -> Node:
        return MappingNode({key: node}, node.mark) if text_of(node) is not None else node

    return form


def names_to_mapping(node: Node, _path: KeyPath, _expansion: Expansion) -> Node:
    """A list of names to a mapping without values."""
    if not isinstance(node, Sequence):
        return node
    named = {name: item for item in node if (name := text_of(item)) is not None}
    marks = {name: item.mark for name, item in named.items()}
    entries = {name: Scalar(None, item.mark) for name, item in named.items()}
    return MappingNode(entries, node.mark, marks)


def depends_on(node: Node, path: KeyPath, expansion: Expansion) -> Node:
    """Names, or conditions that lack their defaults, to full dependencies."""
    if isinstance(node, Sequence):
        names = names_to_mapping(node, path, expansion)
        if not isinstance(names, MappingNode):
            return node
        entries: dict[str, Node] = {
            name: mapping_of(value.mark, condition="service_started", required=True)
            for name, value in names.items()
        }
        return MappingNode(entries, node.mark, names.key_marks)
    if not isinstance(node, MappingNode):
        # The schema sees only what is left of a service that another file's extends.
        expansion.findings.report(
            rules.WRONG_TYPE,
            node.at,
            path,
            f"expected a list or a mapping, got {messages.shown(node, path)}",
        )
        return MappingNode({}, node.mark)
    changes = {}
    for name, value in node.items():
        if isinstance(value, MappingNode) and not ("condition" in value and "required" in value):
            defaults = mapping_of(value.mark, condition="service_started", required=True)
            changes[name] = MappingNode(
                {**defaults.entries, **value.entries}, value.mark, value.key_marks
            )
    return replaced(node, changes)


def env_file(node: Node, path: KeyPath, expansion: Expansion) -> Node:
    """A file name, or a list of them, to a list of mappings."""
    files = text_to_list(node, path, expansion)
    if not isinstance(files, Sequence):
        return node
    items: list[Node] = []
    for item in files:
        name = text_of(item)
        if name is not None:
            items.append(mapping_of(item.mark, path=name, required=True))
        elif isinstance(item, MappingNode) and "required" not in item:
            items.append(replaced(item, {"required": Scalar(value=True, mark=item.mark)}))
        else:
            items.append(item)
    return Sequence(tuple(items), node.mark)


def gpus(node: Node, _path: KeyPath, _expansion: Expansion) -> Node:
    """`all` to a request for all devices."""
    if text_of(node) is None:
        return node
    return Sequence((mapping_of(node.mark, count="all"),), node.mark)


def contexts(node: Node, path: KeyPath, expansion: Expansion) -> Node:
    """A list of name=value to a mapping of build contexts."""
    if isinstance(node, MappingNode):
        faulty = {name: item for name, item in node.items() if text_of(item) is None}
        for name, item in faulty.items():
            expansion.fail(
                item, (*path, name), "expected a path or a URL", 'write ".", or another one'
            )
        kept = {name: item for name, item in node.items() if name not in faulty}
        return MappingNode(kept, node.mark, node.key_marks) if faulty else node
    if not isinstance(node, Sequence):
        return node
    entries: dict[str, Node] = {}
    marks: dict[str, Mark] = {}
    for index, item in enumerate(node):
        name, equals, value = (text_of(item) or "").partition("=")
        if not equals:
            expansion.fail(
                item,
                (*path, index),
                f"expected name=value, got {text_of(item)!r}",
                f'write "{name}=…"',
            )
            continue
        entries[name] = text_at(value, item.mark)
        marks[name] = item.mark
    return MappingNode(entries, node.mark, marks)


def ssh(node: Node, path: KeyPath, expansion: Expansion) -> Node:
    """A list of keys to a mapping."""
    if not isinstance(node, Sequence):
        return node
    entries: dict[str, Node] = {}
    for index, item in enumerate(node):
        name, equals, value = (text_of(item) or "").partition("=")
        if not equals and name != "default":
            expansion.fail(
                item,
                (*path, index),
                f"expected default or name=path, got {name!r}",
                f'write "{name}=path"',
            )
            continue
        entries[name] = text_at(value, item.mark) if equals else Scalar(None, item.mark)
    return MappingNode(entries, node.mark)


def shown(node: Node, _path: KeyPath, _expansion: Expansion) -> Node:
    """A boolean to text."""
    if not isinstance(node, Scalar) or isinstance(node.value, str):
        return node
    return text_at(show(node.value), node.mark)


def ulimit(node: Node, path: KeyPath, expansion: Expansion) -> Node:
    """A limit that is a whole number, or two of them."""
    if isinstance(node, MappingNode):
        changes: dict[str, Node] = {}
        for key in ("soft", "hard"):
            value = node.get(key)
            if value is not None and not _is_whole(value):
                expansion.fail(value, (*path, key), "expected a whole number", "write a number")
                changes[key] = Scalar(0, value.mark)
        return replaced(node, changes)
    if _is_whole(node):
        return node
    expansion.fail(node, path, "expected a whole number, or soft and hard", "write a number")
    return Scalar(0, node.mark)


def _is_whole(node: Node) -> bool:
    return isinstance(node, Scalar) and type(node.value) is int


def dns(node: Node, path: KeyPath, expansion: Expansion) -> Node:
    """One server to a list; empty ones are left out."""
    servers = text_to_list(node, path, expansion)
    if not isinstance(servers, Sequence):
        return node
    return Sequence(tuple(item for item in servers if text_of(item) != ""), node.mark)


def maybe_external(node: Node, path: KeyPath, expansion: Expansion) -> Node:
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
            expansion.findings.report(
                rules.CONFLICT,
                name.at,
                (*path, "external", "name"),
                f"{name.text!r} is not the name {own.text!r} of line {own.mark[1]}",
                "keep `name` and write `external: true`",
            )
    return replaced(node, changes)


def device(node: Node, path: KeyPath, expansion: Expansion) -> Node | None:
    """source:target:permissions to a mapping."""
    text = text_of(node)
    if text is None:
        return node
    source, *rest = text.split(":")
    if len(rest) > 2:
        expansion.fail(node, path, f"expected source:target:permissions, got {text!r}")
        return None
    target = rest[0] if rest else ""
    permissions = rest[1] if len(rest) == 2 else "rwm"
    return mapping_of(node.mark, source=source, target=target or source, permissions=permissions)


def mount(node: Node, path: KeyPath, expansion: Expansion) -> Node | None:
    """source:target:options to a mapping."""
    text = text_of(node)
    if text is None:
        return node
    try:
        mount = parse_mount(text)
    except ValueError as error:
        expansion.fail(
            node,
            path,
            f"expected source:target or source:target:options, got {text!r} ({error})",
            'write "data:/var/lib/data"',
        )
        return None
    mark = node.mark
    entries: dict[str, Node] = {"type": text_at("bind" if mount.is_bind else "volume", mark)}
    if mount.source:
        entries["source"] = text_at(mount.source, mark)
    entries["target"] = text_at(paths.clean(mount.target), mark)
    if mount.read_only:
        entries["read_only"] = Scalar(value=True, mark=mark)
    if mount.is_bind or mount.has_bind_options:
        bind: dict[str, Node] = {}
        if mount.selinux:
            bind["selinux"] = text_at(mount.selinux, mark)
        if mount.propagation:
            bind["propagation"] = text_at(mount.propagation, mark)
        if mount.is_bind:
            bind["create_host_path"] = Scalar(value=True, mark=mark)
        entries["bind"] = MappingNode(bind, mark)
    if mount.no_copy:
        entries["volume"] = mapping_of(mark, nocopy=True)
    elif not mount.is_bind and not mount.bare:
        entries["volume"] = MappingNode({}, mark)
    return MappingNode(entries, mark)


def ports(node: Node, path: KeyPath, expansion: Expansion) -> Node:
    """A list of port mappings to one mapping for each port."""
    if not isinstance(node, Sequence):
        return node
    items: list[Node | None] = []
    for at, item in enumerate(node):
        index = node.number(at)
        if isinstance(item, Scalar) and type(item.value) in {int, str}:
            made = _port(item, str(item.value), (*path, index), expansion)
            expansion.reader.count_values(len(made), item.at, (*path, index))
            items.extend(made or [None])
        elif isinstance(item, Scalar):
            expansion.fail(
                item,
                (*path, index),
                f"expected a port between 1 and 65535, got {item.text}",
                'write "8080:80"',
            )
            items.append(None)
        else:
            items.append(item)
    # A range of ports is as many items.
    return Sequence((), node.mark).without_none(items)


def _port(node: Scalar, text: str, path: KeyPath, expansion: Expansion) -> list[Node]:
    try:
        specs = parse_ports(text)
    except PortError as error:
        expansion.fail(node, path, str(error), error.fix)
        return []
    if specs[0].target == 0:
        expansion.fail(node, path, f"expected a port between 1 and 65535, got {text!r}")
        return []
    mark = node.mark
    ports: list[Node] = []
    for spec in specs:
        entries: dict[str, Node] = {"mode": text_at("ingress", mark)}
        if spec.host_ip:
            entries["host_ip"] = text_at(spec.host_ip, mark)
        entries["target"] = Scalar(spec.target, mark)
        if spec.published:
            entries["published"] = text_at(spec.published, mark)
        entries["protocol"] = text_at(spec.protocol, mark)
        ports.append(MappingNode(entries, mark))
    return ports
