"""Lists that stand for sets: of two items with one key, the later takes the place of the earlier.

An override changes what the base file says of a port, a volume or a variable in this way.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from serverless_containers.compose.notation.mounts import parse_mount
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    Sequence,
    replaced,
)

_Key: TypeAlias = Callable[[Node], object]
_Table: TypeAlias = Mapping[str, "_Key | _Table"]


def enforce_unique(root: MappingNode) -> MappingNode:
    """Drop what a later item replaces."""
    unique = _unique(root, _UNIQUE)
    return unique if isinstance(unique, MappingNode) else root


def _unique(node: Node, table: "_Key | _Table") -> Node:
    if isinstance(table, Mapping):
        if not isinstance(node, MappingNode):
            return node
        changes = {}
        every = table.get("*")
        for key in node.entries if every is not None else node.entries.keys() & table.keys():
            value = node.entries[key]
            if isinstance(value, Scalar):
                continue
            new = _unique(value, every if every is not None else table[key])
            if new is not value:
                changes[key] = new
        return replaced(node, changes)
    if not isinstance(node, Sequence) or len(node.items) < 2:
        return node
    kept: dict[object, Node] = {}
    for item in node.items:
        identity = table(item)
        # An item of no known form stands for itself: the schema reports it.
        kept[id(item) if identity is None else identity] = item
    return node if len(kept) == len(node.items) else Sequence(tuple(kept.values()), node.mark)


# Docker Compose takes all items of no known form for one and the same.
_UNKNOWN = ("target", "")


def _text(node: Node | None) -> str | None:
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def _name(node: Node) -> object:
    text = _text(node)
    return None if text is None else ("name", text.partition("=")[0])


def _mount(node: Node) -> object:
    if isinstance(node, MappingNode):
        return _field(node, "target")
    text = _text(node)
    if text is None:
        return _UNKNOWN
    try:
        return "target", parse_mount(text).target
    except ValueError:
        return None


def _device(node: Node) -> object:
    if isinstance(node, MappingNode):
        return _field(node, "target")
    text = _text(node)
    if text is None:
        return _UNKNOWN
    source, *rest = text.split(":")
    return "target", rest[0] if rest else source


def _exposed(node: Node) -> object:
    return ("name", str(node.value)) if isinstance(node, Scalar) else None


def _env_file(node: Node) -> object:
    if isinstance(node, MappingNode):
        return _field(node, "path")
    return _prefixed("path", node) or _UNKNOWN


def _file_use(folder: str) -> _Key:
    def key(node: Node) -> object:
        if not isinstance(node, MappingNode):
            text = _text(node)
        else:
            if (target := _text(node.get("target"))) is not None:
                return "target", target
            text = _text(node.get("source"))
        return None if text is None else ("target", f"{folder}/{text}")

    return key


def _port(node: Node) -> object:
    if not isinstance(node, MappingNode):
        return ("port", str(node.value)) if isinstance(node, Scalar) else None
    target, published = (_typed(node.get(name)) for name in ("target", "published"))
    host = _text(node.get("host_ip")) or "0.0.0.0"  # noqa: S104  # what Compose compares by
    return host, published, target, _text(node.get("protocol")) or "tcp"


def _typed(node: Node | None) -> object:
    # A port given as a number is never that of a text.
    return (type(node.value), node.value) if isinstance(node, Scalar) else None


def _field(node: MappingNode, name: str) -> object:
    return _prefixed(name, node.get(name))


def _prefixed(name: str, node: Node | None) -> object:
    text = _text(node)
    return None if text is None else (name, text)


_UNIQUE: _Table = {
    "networks": {"*": {"labels": _name}},
    "services": {
        "*": {
            **dict.fromkeys(
                (
                    "annotations",
                    "cap_add",
                    "cap_drop",
                    "dns",
                    "dns_opt",
                    "dns_search",
                    "environment",
                    "labels",
                    "links",
                    "profiles",
                    "sysctls",
                    "tmpfs",
                ),
                _name,
            ),
            "build": dict.fromkeys(("args", "additional_contexts", "tags", "labels"), _name),
            "configs": _file_use(""),
            "deploy": {"labels": _name},
            "devices": _device,
            "env_file": _env_file,
            "expose": _exposed,
            "networks": {"*": {"aliases": _name, "link_local_ips": _name}},
            "ports": _port,
            "secrets": _file_use("/run/secrets"),
            "volumes": _mount,
        }
    },
}
