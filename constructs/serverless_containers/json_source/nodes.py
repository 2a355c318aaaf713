"""A reader of JSON that knows where each value stands.

A finding can then name the place, and a file be changed without writing it anew. Members that stand
twice are all there, and a number is as long as it was written: its text is what counts.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

_DEEPEST = 200
"""Levels of one document: far more than any configuration has, and no strain on the stack."""

_SPACE = re.compile(r"[ \t\n\r]*")


class NestedTooDeeplyError(json.JSONDecodeError):
    """A document that has more levels than is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonScalar:
    """A value that holds no others.

    Attributes:
        start: Where it begins, in characters from 0.
        end: Where it has ended.
        value: Text, a boolean or None; any number is 0, because only its text counts.
    """

    start: int
    end: int
    value: str | bool | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonArray:
    """A list; `start` and `end` are those of its brackets."""

    start: int
    end: int
    items: "tuple[JsonNode, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonMember:
    """A name in an object, from `start` to `end`, and its value."""

    start: int
    end: int
    name: str
    value: "JsonNode"


@dataclass(frozen=True, kw_only=True)
class JsonObject:
    """An object; `start` and `end` are those of its braces."""

    start: int
    end: int
    members: tuple[JsonMember, ...]

    def get(self, name: str) -> JsonMember | None:
        """The member of this name: of several the last, which is the one that JavaScript takes."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, JsonMember]:
        return {member.name: member for member in self.members}


JsonNode: TypeAlias = JsonScalar | JsonArray | JsonObject


def kind_of(node: JsonNode) -> str:
    """Return the kind of a value, in words."""
    if isinstance(node, JsonObject):
        return "an object"
    if isinstance(node, JsonArray):
        return "a list"
    if node.value is None:
        return "null"
    if isinstance(node.value, bool):
        return "a boolean"
    return "text" if isinstance(node.value, str) else "a number"


def parse_json(text: str, *, constants: bool = False) -> JsonNode:
    """Read a JSON document.

    Args:
        text: The document.
        constants: Whether NaN, Infinity and -Infinity pass as numbers, so that what is wrong with
            them is said by the caller. Default: they are no JSON.

    Raises:
        json.JSONDecodeError: If the text is no JSON.
        NestedTooDeeplyError: If it has more than 200 levels.
    """
    reader = _Reader(text, constants=constants)
    node = reader.value(reader.skip(0), 0)
    end = reader.skip(node.end)
    if end < len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return node


def parse_json_at(text: str, start: int) -> JsonNode:
    """Read the JSON value that begins at a place; what comes after it does not matter.

    Raises:
        json.JSONDecodeError: If there is none.
    """
    return _Reader(text, constants=False).value(start, 0)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


class _Reader:
    def __init__(self, text: str, *, constants: bool) -> None:
        self._text = text
        # A number may be longer than Python converts, or less exact than it is written.
        self._scalars = json.JSONDecoder(
            parse_int=lambda _text: 0,
            parse_float=lambda _text: 0,
            parse_constant=(lambda _name: 0) if constants else _refuse_constant,
        )

    def skip(self, at: int) -> int:
        space = _SPACE.match(self._text, at)
        return space.end() if space else at

    def value(self, at: int, depth: int) -> JsonNode:
        opening = self._text[at : at + 1]
        if opening in {"{", "["} and depth == _DEEPEST:
            raise NestedTooDeeplyError(f"Nested more than {_DEEPEST} levels deep", self._text, at)
        if opening == "{":
            members = tuple(self._members(at, depth + 1))
            end = self._end(members[-1].value.end if members else at + 1)
            return JsonObject(start=at, end=end, members=members)
        if opening == "[":
            items = tuple(self._items(at, depth + 1))
            end = self._end(items[-1].end if items else at + 1)
            return JsonArray(start=at, end=end, items=items)
        return self._scalar(at)

    def _end(self, at: int) -> int:
        return self.skip(at) + 1

    def _scalar(self, at: int) -> JsonScalar:
        try:
            value, end = self._scalars.raw_decode(self._text, at)
        except json.JSONDecodeError:
            raise
        except ValueError:
            raise json.JSONDecodeError("Expecting value", self._text, at) from None
        return JsonScalar(start=at, end=end, value=value)

    def _items(self, at: int, depth: int) -> Iterator[JsonNode]:
        at = self.skip(at + 1)
        if self._text[at : at + 1] == "]":
            return
        while True:
            item = self.value(at, depth)
            yield item
            if self._closes(item.end, "]"):
                return
            at = self.skip(self.skip(item.end) + 1)

    def _members(self, at: int, depth: int) -> Iterator[JsonMember]:
        at = self.skip(at + 1)
        if self._text[at : at + 1] == "}":
            return
        while True:
            if self._text[at : at + 1] != '"':
                raise json.JSONDecodeError(
                    "Expecting property name enclosed in double quotes", self._text, at
                )
            name = self._scalar(at)
            colon = self.skip(name.end)
            if self._text[colon : colon + 1] != ":":
                raise json.JSONDecodeError("Expecting ':' delimiter", self._text, colon)
            value = self.value(self.skip(colon + 1), depth)
            yield JsonMember(start=at, end=name.end, name=str(name.value), value=value)
            if self._closes(value.end, "}"):
                return
            at = self.skip(self.skip(value.end) + 1)

    def _closes(self, at: int, bracket: str) -> bool:
        """Return whether the bracket, and no comma, comes next."""
        at = self.skip(at)
        found = self._text[at : at + 1]
        if found not in {bracket, ","}:
            raise json.JSONDecodeError("Expecting ',' delimiter", self._text, at)
        return found == bracket
