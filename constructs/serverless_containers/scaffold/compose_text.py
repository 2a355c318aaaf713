"""A Compose file as text, and the file of an environment that is merged over it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from serverless_containers.compose.yaml.quoting import LONGEST_SIMPLE_KEY, double_quoted
from serverless_containers.findings import KeyPath, Location
from serverless_containers.findings.formats import printable

Value: TypeAlias = (
    "str | int | bool | Sequence[Value] | Mapping[str, Value] | Placed | Replaced | None"
)
Model: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Placed:
    """A value with the place that it was carried over from.

    Attributes:
        value: The value.
        at: The place in the other tool's file.
        path: The keys that lead there.
    """

    value: Value
    at: Location = field(compare=False)
    path: KeyPath = field(compare=False, default=())


@dataclass(frozen=True, slots=True)
class Replaced:
    """A value that takes the place of the one in the file before, instead of being merged."""

    value: Value


def origin_of(model: Placed, path: KeyPath) -> Placed:
    """Return the innermost value with a place on the way to a value of a Compose file.

    Args:
        model: The file's mapping.
        path: The keys that lead to the value.
    """
    found, value = model, model.value
    for part in path:
        if not isinstance(value, Mapping) or not isinstance(part, str) or part not in value:
            break
        value = value[part]
        if isinstance(value, Placed):
            found, value = value, value.value
    return found


def _bare(value: Value) -> Value:
    return value.value if isinstance(value, Placed) else value


def compose_text(model: Model, comment: str) -> str:
    """Return a Compose file.

    Args:
        model: Its mapping. A dollar sign in it starts a variable, as Compose has it.
        comment: A line that stands at its top.
    """
    # A name in it may hold the end of a line.
    return "\n".join([f"# {printable(comment)}", *_lines(model, ""), ""])


def difference(base: Model, other: Model) -> dict[str, Value]:
    """Return what, merged over a model, makes another one.

    Args:
        base: The model.
        other: The other one.
    """
    changes: dict[str, Value] = {}
    for key, value in other.items():
        before = base.get(key)
        if key in base and before == value:
            continue
        before, value = _bare(before), _bare(value)  # noqa: PLW2901
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            changes[key] = difference(before, value)
        elif isinstance(value, list) and isinstance(before, list):
            # Compose appends lists to each other.
            changes[key] = Replaced(value)
        else:
            changes[key] = value
    for key in base:
        if key not in other:
            changes[key] = Replaced(None)
    return changes


def _lines(value: Model | Sequence[Value], indent: str) -> Iterator[str]:
    below = f"{indent}  "
    if not isinstance(value, Mapping):
        for item in map(_bare, value):
            if isinstance(item, Mapping | list) and item:
                lines = list(_lines(item, below))
                yield f"{indent}- {lines[0][len(below) :]}"
                yield from lines[1:]
            else:
                yield f"{indent}- {_scalar(item)}"
        return
    for key, each in value.items():
        name, tag = f"{indent}{_key(key)}:", ""
        if len(name) > LONGEST_SIMPLE_KEY:
            name = f"{indent}? {_key(key)}\n{indent}:"
        if isinstance(each, Replaced):
            if each.value is None:
                yield f"{name} !reset null"
                continue
            tag, each = " !override", each.value  # noqa: PLW2901
        each = _bare(each)  # noqa: PLW2901
        if isinstance(each, Mapping | list) and each:
            yield f"{name}{tag}"
            yield from _lines(each, below)
        else:
            yield f"{name}{tag} {_scalar(each)}"


def _key(text: str) -> str:
    plain = text.replace("-", "").replace("_", "").isalnum() and text[0].isalpha()
    known = text.lower() in {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
    return text if plain and text.isascii() and not known else _scalar(text)


def _scalar(value: Value) -> str:
    if isinstance(value, str):
        # Escaped, the name of a file that is not UTF-8 would be written, and be another one.
        value.encode()
        return double_quoted(value)
    if isinstance(value, Mapping | list):
        return "{}" if isinstance(value, Mapping) else "[]"
    return json.dumps(value)
