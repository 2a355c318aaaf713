"""A Compose file as text, and the file of an environment that is merged over it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from serverless_containers.findings.formats import printable

Value: TypeAlias = "str | int | bool | Sequence[Value] | Mapping[str, Value] | Replaced | None"
Model: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Replaced:
    """A value that takes the place of the one in the file before, instead of being merged."""

    value: Value


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
        for item in value:
            if isinstance(item, Mapping | list) and item:
                lines = list(_lines(item, below))
                yield f"{indent}- {lines[0][len(below) :]}"
                yield from lines[1:]
            else:
                yield f"{indent}- {_scalar(item)}"
        return
    for key, each in value.items():
        name, tag = f"{indent}{_key(key)}:", ""
        if isinstance(each, Replaced):
            if each.value is None:
                yield f"{name} !reset null"
                continue
            tag, each = " !override", each.value  # noqa: PLW2901
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
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping | list):
        return "{}" if isinstance(value, Mapping) else "[]"
    return json.dumps(value)
