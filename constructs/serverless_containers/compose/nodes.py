"""The tree of a Compose file in which every value knows where it stands.

The phases of the reader (parse, interpolate, merge, normalise, validate) each take such a tree and
give one back. Nodes are immutable and shared freely: a merged file is made of the nodes of the
files that it came from, so that a position survives every phase.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from serverless_containers.findings import KeyPath, Location

Plain: TypeAlias = str | int | float | bool | None
"""What a scalar can be once YAML's tags are resolved."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value.

    Attributes:
        value: The value with its YAML type.
        at: Where it starts.
        text: The characters as written, before YAML gave them a type (``"0o17"`` for 15).
        quoted: Whether it was quoted or a block, and so a string whatever it looks like.
    """

    value: Plain
    at: Location
    text: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple["Node", ...]
    at: Location

    def __iter__(self) -> Iterator["Node"]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class MappingNode:
    """A mapping, in the order of the file.

    Attributes:
        entries: The values by key.
        at: Where the mapping starts.
        keys_at: Where each key stands: what an unknown key is blamed on.
    """

    entries: Mapping[str, "Node"]
    at: Location
    keys_at: Mapping[str, Location] = field(default_factory=dict)

    def get(self, key: str) -> "Node | None":
        """The value under a key, or None."""
        return self.entries.get(key)

    def key_at(self, key: str) -> Location:
        """Where a key stands; the mapping itself for a key that no file holds."""
        return self.keys_at.get(key, self.at)

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Keys and values in the order of the file."""
        return iter(self.entries.items())


Node: TypeAlias = Scalar | Sequence | MappingNode


def locate(node: Node, path: KeyPath) -> Location:
    """Where the value at ``path`` below ``node`` stands.

    A path that leads nowhere ends at the last value that exists on it: a missing key is blamed on
    the mapping that lacks it.
    """
    for part in path:
        child: Node | None = None
        if isinstance(node, MappingNode) and isinstance(part, str):
            child = node.get(part)
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node):
            child = node.items[part]
        if child is None:
            break
        node = child
    return node.at
