"""Identities of the items of a list: what two of them have in common that mean the same.

The later takes the place of the earlier: an override changes what the base file says of a port, a
volume or a variable in this way.
"""

from collections.abc import Callable
from typing import TypeAlias

from serverless_containers.compose.notation.mounts import parse_mount
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, text_of

Identity: TypeAlias = Callable[[Node], object]
"""Returns what an item is known by; None for an item of no known form, which the schema reports."""

# Docker Compose takes all items of no known form for one and the same.
_UNKNOWN = ("target", "")


def name(node: Node) -> object:
    """The name before ``=``."""
    text = text_of(node)
    return None if text is None else ("name", text.partition("=")[0])


def mount(node: Node) -> object:
    """The path in the container."""
    if isinstance(node, MappingNode):
        return _field(node, "target")
    text = text_of(node)
    if text is None:
        return _UNKNOWN
    try:
        return "target", parse_mount(text).target
    except ValueError:
        return None


def device(node: Node) -> object:
    """The path in the container."""
    if isinstance(node, MappingNode):
        return _field(node, "target")
    text = text_of(node)
    if text is None:
        return _UNKNOWN
    source, *rest = text.split(":")
    return "target", rest[0] if rest else source


def exposed(node: Node) -> object:
    """The port as it is written."""
    return ("name", str(node.value)) if isinstance(node, Scalar) else None


def env_file(node: Node) -> object:
    """The path of the file."""
    if isinstance(node, MappingNode):
        return _field(node, "path")
    return _prefixed("path", node) or _UNKNOWN


def file_use(folder: str) -> Identity:
    """The path in the container, which is in a folder by default."""

    def key(node: Node) -> object:
        if not isinstance(node, MappingNode):
            text = text_of(node)
        else:
            if (target := text_of(node.get("target"))) is not None:
                return "target", target
            text = text_of(node.get("source"))
        return None if text is None else ("target", f"{folder}/{text}")

    return key


def port(node: Node) -> object:
    """Host, published port, port of the container, and protocol."""
    if not isinstance(node, MappingNode):
        return ("port", str(node.value)) if isinstance(node, Scalar) else None
    target, published = (_typed(node.get(name)) for name in ("target", "published"))
    host = text_of(node.get("host_ip")) or "0.0.0.0"  # noqa: S104  # what Compose compares by
    return host, published, target, text_of(node.get("protocol")) or "tcp"


def _typed(node: Node | None) -> object:
    # A port given as a number is never that of a text.
    return (type(node.value), node.value) if isinstance(node, Scalar) else None


def _field(node: MappingNode, name: str) -> object:
    return _prefixed(name, node.get(name))


def _prefixed(name: str, node: Node | None) -> object:
    text = text_of(node)
    return None if text is None else (name, text)
