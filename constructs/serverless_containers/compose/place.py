"""Pairs of what is encoded and of the node it came from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from serverless_containers.compose.model import (
    Part,
)
from serverless_containers.compose.notation import durations
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Sequence
from serverless_containers.findings import KeyPath

_Part = TypeVar("_Part", bound=Part)


Encoded = Mapping[str, Any]


NOTHING: Encoded = {}


@dataclass(frozen=True, slots=True)
class Place:
    """A canonical node, and the keys that lead to it."""

    node: Node
    path: KeyPath

    def below(self, key: str) -> "Place":
        """The place under a key; this one where the key is implied."""
        child = self.node.get(key) if isinstance(self.node, MappingNode) else None
        return Place(child if child is not None else self.node, (*self.path, key))

    def item(self, index: int) -> "Place":
        """The place of an item; this one where the item is implied."""
        items = self.node.items if isinstance(self.node, Sequence) else ()
        node = items[index] if index < len(items) else self.node
        return Place(node, (*self.path, index))


@dataclass(frozen=True, slots=True)
class Many:
    """Makes parts of the model out of an encoded mapping and its place."""

    encoded: Encoded
    at: Place

    def each(self, key: str, make: "Callable[[Any, Place], _Part]") -> "tuple[_Part, ...]":
        """Make a part of each item of a list."""
        items = self.encoded.get(key)
        if not items:
            return ()
        place = self.at.below(key)
        return tuple(make(item, place.item(index)) for index, item in enumerate(items))

    def one(self, key: str, make: "Callable[[Any, Place], _Part]") -> "_Part | None":
        """Make a part of one value, None where there is none."""
        value = self.encoded.get(key)
        return None if value is None else make(value, self.at.below(key))


def to_bytes(text: str | None) -> int | None:
    """Read an encoded amount of memory."""
    return None if text is None else int(text)


def to_duration(text: str | None) -> timedelta | None:
    """Read an encoded length of time."""
    return None if text is None else durations.to_timedelta(durations.parse_duration(text))
