"""Writing values into a JSON text and leaving every other character of it alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from serverless_containers.client_config.merged import Merged, newline_of
from serverless_containers.json_source import (
    JsonArray,
    JsonNode,
    JsonObject,
    JsonScalar,
    kind_of,
)

Value: TypeAlias = "str | Mapping[str, Value] | Sequence[Mapping[str, Value]]"
Document: TypeAlias = Mapping[str, Value]
"""Values to write: text, objects, and lists of objects that have a ``name``."""

_INDENT = "  "


class UnmergeableError(Exception):
    """The text holds something else where a value is to be written.

    Attributes:
        offset: Where, in characters from 0.
    """

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def to_json(document: Document) -> str:
    """Write a new document, without a newline at its end."""
    return json.dumps(document, indent=_INDENT, ensure_ascii=False)


def merge_json(
    text: str, root: JsonObject, document: Document, *, kept: frozenset[str] = frozenset()
) -> Merged:
    """Write a document into an object that is there.

    Objects are merged, items of lists are found by their ``name``, text replaces any value that
    holds no others. What is added is indented as its neighbours are.

    Args:
        text: The text around the object, as it is.
        root: The object.
        document: What to write into it.
        kept: Names in the document that count only where the object has no such text.

    Raises:
        UnmergeableError: If replacing a value would lose what is in it, or it is of another kind.
    """
    merge = _Merge(text, _Style.of(text, root), kept)
    merge.object(root, document, "", _line_indent(text, root.start))
    return merge.result()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    newline: str = "\n"
    indent: str = _INDENT
    comma: str = ", "
    colon: str = ": "

    @staticmethod
    def of(text: str, root: JsonObject) -> "_Style":
        newline = newline_of(text)
        if not root.members:
            return _Style(newline=newline)
        first = root.members[0]
        between = text[first.end : first.value.start]
        colon = between if "\n" not in between else ": "
        outer, inner = _line_indent(text, root.start), _indent(text, first.start)
        deeper = inner[len(outer) :] if inner and inner.startswith(outer) else ""
        return _Style(
            newline=newline,
            indent=deeper or _INDENT,
            comma=", " if colon.endswith(" ") else ",",
            colon=colon,
        )

    def dump(self, value: Value, indent: str | None) -> str:
        """A value that begins on a line of this indentation, or within a line."""
        if indent is None:
            return json.dumps(value, ensure_ascii=False, separators=(self.comma, self.colon))
        lines = json.dumps(
            value, ensure_ascii=False, indent=self.indent, separators=(",", self.colon)
        )
        return lines.replace("\n", self.newline + indent)


def _line_indent(text: str, at: int) -> str:
    """The white space at the beginning of the line."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _indent(text: str, at: int) -> str | None:
    """The white space before what stands first on its line; None if it does not."""
    before = text[text.rfind("\n", 0, at) + 1 : at]
    return before if "\n" in text[:at] and not before.strip(" \t") else None


class _Merge:
    def __init__(self, text: str, style: _Style, kept: frozenset[str]) -> None:
        self._text = text
        self._style = style
        self._kept = kept
        self._edits: list[tuple[int, int, str]] = []
        self._added: list[str] = []
        self._changed: list[str] = []

    def result(self) -> Merged:
        text = self._text
        for start, end, new in sorted(self._edits, reverse=True):
            text = text[:start] + new + text[end:]
        return Merged(text=text, added=tuple(self._added), changed=tuple(self._changed))

    def object(
        self, node: JsonObject, wanted: Mapping[str, Value], path: str, indent: str | None
    ) -> None:
        missing: list[str] = []
        for name, value in wanted.items():
            there = f"{path}.{name}" if path else name
            member = node.get(name)
            if member is None:
                missing.append(name)
                self._added.append(there)
            elif not (there in self._kept and _is_text(member.value)):
                self._value(member.value, value, there, _indent(self._text, member.start))
        colon = self._style.colon
        self._insert(
            node,
            [(member.start, member.value.end) for member in node.members],
            [(f"{json.dumps(name, ensure_ascii=False)}{colon}", wanted[name]) for name in missing],
            indent,
        )

    def _value(self, node: JsonNode, wanted: Value, path: str, indent: str | None) -> None:
        if isinstance(node, JsonScalar) and (node.value is None or isinstance(wanted, str)):
            if node.value != wanted:
                self._edits.append((node.start, node.end, self._style.dump(wanted, indent)))
                self._changed.append(path)
        elif isinstance(node, JsonObject) and isinstance(wanted, Mapping):
            self.object(node, wanted, path, indent)
        elif isinstance(node, JsonArray) and not isinstance(wanted, Mapping | str):
            self._array(node, wanted, path, indent)
        else:
            raise UnmergeableError(
                f"{path}: expected {_expected(wanted)}, got {kind_of(node)}", node.start
            )

    def _array(
        self,
        node: JsonArray,
        wanted: Sequence[Mapping[str, Value]],
        path: str,
        indent: str | None,
    ) -> None:
        named = {
            member.value.value: item
            for item in node.items
            if isinstance(item, JsonObject)
            and (member := item.get("name"))
            and isinstance(member.value, JsonScalar)
        }
        missing: list[tuple[str, Value]] = []
        for item in wanted:
            name = str(item["name"])
            there = f"{path}[{name}]"
            if found := named.get(name):
                self.object(found, item, there, _indent(self._text, found.start))
            else:
                missing.append(("", item))
                self._added.append(there)
        self._insert(node, [(item.start, item.end) for item in node.items], missing, indent)

    def _insert(
        self,
        node: JsonObject | JsonArray,
        spans: Sequence[tuple[int, int]],
        missing: Sequence[tuple[str, Value]],
        outer: str | None,
    ) -> None:
        """Add what is missing after the last of the members or items that are there.

        Args:
            node: Where it is missing.
            spans: Where the members or items are.
            missing: The values, each with what stands before it.
            outer: The indentation of the line on which the node begins; None within a line.
        """
        if not missing:
            return
        style = self._style
        if spans:
            indent = _indent(self._text, spans[-1][0])
        else:
            indent = None if outer is None else outer + style.indent
        lead = "" if indent is None else f"{style.newline}{indent}"
        between = style.comma if indent is None else f",{lead}"
        new = between.join(f"{before}{style.dump(value, indent)}" for before, value in missing)
        if spans:
            end = spans[-1][1]
            self._edits.append((end, end, f"{between}{new}"))
        else:
            opening, closing = self._text[node.start], self._text[node.end - 1]
            last = "" if outer is None else f"{style.newline}{outer}"
            self._edits.append((node.start, node.end, f"{opening}{lead}{new}{last}{closing}"))


def _is_text(node: JsonNode) -> bool:
    return isinstance(node, JsonScalar) and isinstance(node.value, str) and bool(node.value)


def _expected(wanted: Value) -> str:
    if isinstance(wanted, str):
        return "text"
    return "an object" if isinstance(wanted, Mapping) else "a list"
