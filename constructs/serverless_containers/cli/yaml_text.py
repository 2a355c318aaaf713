"""A plain tree as YAML text that every reader takes for the same tree.

PyYAML's own writer takes longer for a large project than reading it did.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from serverless_containers.compose.keys.values import Json
from serverless_containers.compose.yaml.quoting import LONGEST_SIMPLE_KEY, PRINTABLE, double_quoted

# What stays plain means itself under YAML 1.1 and 1.2 alike: it starts with a letter or a slash and
# holds nothing that could end a value or start another one.
_PLAIN = re.compile(r"[A-Za-z/_][\w./@=+-]*(?:[ :][\w./@=+-]+)*", re.ASCII)
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_UNPRINTABLE = re.compile(rf"[^{PRINTABLE}\n]")


def to_yaml(tree: dict[str, Json]) -> str:
    """Write a mapping.

    Args:
        tree: Mappings, lists and plain values below keys.
    """
    return "\n".join(_lines(tree, "")) if tree else "{}"


def _lines(tree: "dict[str, Json] | list[Json]", indent: str) -> Iterator[str]:
    below = f"{indent}  "
    if isinstance(tree, list):
        for item in tree:
            if isinstance(item, dict | list) and item:
                # The item's first line shares the line of its dash.
                lines = _lines(item, below)
                yield f"{indent}- {next(lines)[len(below) :]}"
                yield from lines
            else:
                yield f"{indent}- {_flow(item, below)}"
        return
    for key, value in tree.items():
        name = _scalar(key)
        if len(name) > LONGEST_SIMPLE_KEY:
            yield f"{indent}? {name}"
            name = f"{indent}"
        else:
            name = f"{indent}{name}"
        if isinstance(value, dict | list) and value:
            yield f"{name}:"
            yield from _lines(value, below)
        else:
            yield f"{name}: {_flow(value, below)}"


def _flow(value: Json, indent: str) -> str:
    if isinstance(value, str):
        return _block(value, indent) if "\n" in value and _is_block(value) else _scalar(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, int):
        return str(value)
    return "{}" if isinstance(value, dict) else "[]"


@lru_cache(maxsize=65536)
def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return double_quoted(text)


def _is_block(text: str) -> bool:
    """Return whether text of several lines can be written as it stands."""
    return not text[0].isspace() and not _UNPRINTABLE.search(text)


def _block(text: str, indent: str) -> str:
    kept = "-" if not text.endswith("\n") else "+" if text.endswith("\n\n") else ""
    lines = text.removesuffix("\n").split("\n")
    return "\n".join([f"|{kept}", *(f"{indent}{line}" if line else "" for line in lines)])


def _float(value: float) -> str:
    text = repr(value)
    # YAML 1.1 takes a number without a point for text.
    return text.replace("e", ".0e") if "e" in text and "." not in text else text
