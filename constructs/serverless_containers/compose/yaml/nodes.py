"""The tree of a Compose file in which every value knows where it stands.

The phases of the reader (parse, interpolate, merge, normalise, validate) each take such a tree and
give one back. Nodes are immutable and shared freely: a merged file is made of the nodes of the
files that it came from, so that a position survives every phase.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, TypeVar, dataclass_transform

from serverless_containers.findings import KeyPath, Location

Plain: TypeAlias = str | int | float | bool | None
"""Types of a scalar once YAML's tags are resolved."""

Mark: TypeAlias = tuple[str, int, int]
"""File, line and column. A file of a thousand services has fifty thousand of them, of which a
handful are ever shown: :class:`Location` is made for those alone."""

_Class = TypeVar("_Class", bound=type)

if TYPE_CHECKING:

    @dataclass_transform(frozen_default=True)
    def _node(cls: _Class) -> _Class: ...

else:
    # Frozen to the type checker only: at run time freezing triples the cost of making a node.
    _node = dataclass(slots=True, eq=False)


class Timestamp(str):
    """A YAML timestamp, as text in RFC 3339. Compose has no use for one, outside extensions."""

    __slots__ = ()


@_node
class Scalar:
    """A single value.

    Attributes:
        value: The value with its YAML type.
        mark: Where it starts.
        text: The characters as written, before YAML gave them a type (``"0o17"`` for 15).
        quoted: Whether it was quoted or a block, and so a string whatever it looks like.
    """

    value: Plain
    mark: Mark
    text: str = ""
    quoted: bool = False

    @property
    def at(self) -> Location:
        """The place where it starts."""
        return Location(*self.mark)


@_node
class Sequence:
    """A list.

    Attributes:
        items: Its items.
        mark: Where it starts.
        numbers: The index that each item had, where some were left out with an error; paths have
            it. Empty: the items have their own.
    """

    items: tuple["Node", ...]
    mark: Mark
    numbers: tuple[int, ...] = ()

    @property
    def at(self) -> Location:
        """The place where it starts."""
        return Location(*self.mark)

    def __iter__(self) -> Iterator["Node"]:
        return iter(self.items)

    def number(self, index: int) -> int:
        """Return the index for the path of an item; see `numbers`."""
        return self.numbers[index] if index < len(self.numbers) else index

    def without_none(self, items: "Iterable[Node | None]") -> "Sequence":
        """Return the list with items in place of its own, of which None is left out."""
        kept = [(self.number(at), item) for at, item in enumerate(items) if item is not None]
        numbers = tuple(at for at, _ in kept)
        is_whole = numbers == tuple(range(len(kept)))
        return Sequence(tuple(item for _, item in kept), self.mark, () if is_whole else numbers)

    def __len__(self) -> int:
        return len(self.items)


@_node
class MappingNode:
    """A mapping, in the order of the file.

    Attributes:
        entries: The values by key.
        mark: Where the mapping starts.
        key_marks: Where each key stands: what an unknown key is blamed on.
    """

    entries: Mapping[str, "Node"]
    mark: Mark
    key_marks: Mapping[str, Mark] = field(default_factory=dict)

    @property
    def at(self) -> Location:
        """The place where it starts."""
        return Location(*self.mark)

    def get(self, key: str) -> "Node | None":
        """The value under a key, or None."""
        return self.entries.get(key)

    def key_at(self, key: str) -> Location:
        """Return the place of a key; the mapping's own for a key that no file holds."""
        return Location(*self.key_marks.get(key, self.mark))

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Keys and values in the order of the file."""
        return iter(self.entries.items())


Node: TypeAlias = Scalar | Sequence | MappingNode


def locate(node: Node, path: KeyPath) -> Location:
    """Return the place of the value at ``path`` below ``node``.

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


def replaced(node: MappingNode, changes: Mapping[str, Node]) -> MappingNode:
    """A mapping with some values replaced or added; the keys keep their places."""
    return MappingNode({**node.entries, **changes}, node.mark, node.key_marks) if changes else node


def without(node: MappingNode, key: str) -> MappingNode:
    """A mapping without one key."""
    if key not in node.entries:
        return node
    entries = {name: value for name, value in node.entries.items() if name != key}
    return MappingNode(entries, node.mark, node.key_marks)


def text_at(value: str, mark: Mark) -> Scalar:
    """A string that stands for something written at ``mark``."""
    return Scalar(value, mark, value, quoted=True)


def same(one: Node, other: Node) -> bool:
    """Return whether two nodes mean the same, wherever they stand."""
    if one is other:
        return True
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return type(one.value) is type(other.value) and one.value == other.value
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return len(one) == len(other) and all(map(same, one.items, other.items))
    if isinstance(one, MappingNode) and isinstance(other, MappingNode):
        return one.entries.keys() == other.entries.keys() and all(
            same(value, other.entries[key]) for key, value in one.entries.items()
        )
    return False


def is_null(node: Node) -> bool:
    """Return whether a node is YAML's null."""
    return isinstance(node, Scalar) and node.value is None


def value_of(node: Node | None) -> Plain:
    """Return the value of a scalar; None for anything else."""
    return node.value if isinstance(node, Scalar) else None


def text_of(node: Node | None) -> str | None:
    """Return the text of a scalar; None for anything else."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def numbered(node: Node | None) -> Iterator[tuple[int, Node]]:
    """Give the items of a list with their numbers; none for anything else."""
    for index, item in enumerate(node.items if isinstance(node, Sequence) else ()):
        yield node.number(index), item  # type: ignore[union-attr]


def mappings_of(node: Node | None) -> Iterator[tuple[str, MappingNode]]:
    """Give the mappings below a mapping, by their keys; none for anything else."""
    for key, value in node.items() if isinstance(node, MappingNode) else ():
        if isinstance(value, MappingNode):
            yield key, value
