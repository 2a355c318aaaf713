"""Messages of the schema's findings: what is expected, what is there, what to write."""

import re
from collections.abc import Iterator

from serverless_containers.compose.keys.shapes import Kind, Shape
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    Sequence,
    Timestamp,
)
from serverless_containers.findings import KeyPath
from serverless_containers.spelling import nearest

_KIND_NAMES = (
    (Kind.TEXT, "text"),
    (Kind.INTEGER, "a whole number"),
    (Kind.NUMBER, "a number"),
    (Kind.BOOLEAN, "a boolean"),
    (Kind.NULL, "nothing"),
)


_TYPE_NAMES: dict[type, str] = {
    str: "text",
    Timestamp: "a date",
    int: "a number",
    float: "a number",
    bool: "a boolean",
}
_LONGEST_SHOWN = 60
PRIVATE = frozenset({"environment", "env_file", "secrets", "args", "content"})
"""Keys whose values may be nobody's business, and are not repeated in a message."""


def is_private(path: KeyPath) -> bool:
    """Return whether a value is not to be repeated."""
    return not PRIVATE.isdisjoint(path)


def variable(name: str) -> str:
    """The name of a variable, unless it is none: then it may be the value of one."""
    return f"the name {name!r}" if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name) else "the name"


COPY_TEMPLATE = "copy"
"""The beginning of the advice to make a missing file of variables of its template."""
_NOT_SET = re.compile(r"the variable (.+) is not set; an empty string is put in its place")


def not_set(name: str) -> str:
    """The message about a variable without a value."""
    return f"the variable {name} is not set; an empty string is put in its place"


def name_not_set(message: str) -> str:
    """The variable that a message of `not_set` is about."""
    found = _NOT_SET.fullmatch(message)
    return found[1] if found else ""


def type_fix(node: Node, shape: Shape, path: KeyPath) -> str:
    """Return what to write instead of a value of the wrong type."""
    if not isinstance(node, Scalar) or node.value is None:
        return ""
    if is_private(path):
        return "put it into quotes" if Kind.TEXT in shape.kinds else ""
    if isinstance(node.value, Timestamp):
        return f'write "{node.text}": YAML reads it as a date without the quotes'
    if Kind.BOOLEAN in shape.kinds and Kind.NUMBER not in shape.kinds:
        return "write true or false"
    if Kind.INTEGER in shape.kinds:
        return "write a whole number"
    unit = _UNITS.get(path[-1], "") if path else ""
    return f'write "{node.text}{unit}"' if Kind.TEXT in shape.kinds else ""


# What a bare number most likely means.
_UNITS: dict[str | int, str] = {
    **dict.fromkeys(("interval", "timeout", "start_period", "start_interval"), "s"),
    **dict.fromkeys(("delay", "monitor", "window", "stop_grace_period"), "s"),
    "memory": "M",
}


def identity(node: Node) -> object:
    """Return a key for a set, which two equal values have in common."""
    if isinstance(node, Scalar):
        value = node.value
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return ("number" if is_number else type(value), value)
    if isinstance(node, Sequence):
        return tuple(map(identity, node.items))
    return frozenset((key, identity(value)) for key, value in node.entries.items())


def expected(shape: Shape) -> str:
    """The types that are expected."""
    names = list(_kind_names(shape))
    if shape.items is not None:
        names.append("a list")
    if shape.keys is not None:
        names.append("a mapping")
    return either(tuple(names), quote=False)


def _kind_names(shape: Shape) -> Iterator[str]:
    for kind, name in _KIND_NAMES:
        if kind in shape.kinds:
            yield name


def either(names: tuple[str, ...], *, quote: bool = True) -> str:
    """Alternatives in a row, with `or` before the last."""
    shown = [repr(name) if quote else name for name in names]
    return " or ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]


def did_you_mean(word: str, known: tuple[str, ...]) -> str:
    """A hint at a known word that is close; empty when there is none."""
    near = nearest(word, known)
    return f"did you mean {near!r}?" if near else ""


def shown(node: Node, path: KeyPath = ()) -> str:
    """A value as it was written, cut short; only its type where it is private."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, MappingNode):
        return "a mapping"
    if node.value is None:
        return "nothing"
    if is_private(path):
        return _TYPE_NAMES[type(node.value)]
    text = node.text if len(node.text) <= _LONGEST_SHOWN else node.text[:_LONGEST_SHOWN] + "…"
    return repr(text) if isinstance(node.value, str) else text
