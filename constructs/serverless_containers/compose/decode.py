"""The model, decoded from the canonical values by the annotations of its parts.

A field is decoded from the value under the key of its name, as its annotation says: a part from a
mapping, a tuple of parts from a list, a length of time from nanoseconds. The markers of
:mod:`~serverless_containers.compose.model` say where it comes from another place.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import timedelta
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from serverless_containers.compose.model import Exposed, Given, Name, Part, Ulimit, Under
from serverless_containers.compose.notation.durations import to_timedelta
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Sequence
from serverless_containers.findings import KeyPath

_Part = TypeVar("_Part", bound=Part)

Values: TypeAlias = Mapping[str, Any]
"""The values of a mapping of the canonical model."""

_LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Place:
    """A canonical node, and the keys that lead to it."""

    node: Node
    path: KeyPath

    def below(self, key: str) -> "Place":
        """Return the place under a key; this node where the key is implied."""
        child = self.node.get(key) if isinstance(self.node, MappingNode) else None
        return Place(child if child is not None else self.node, (*self.path, key))

    def item(self, index: int) -> "Place":
        """Return the place of an item; this node where the item is implied."""
        if not isinstance(self.node, Sequence) or index >= len(self.node):
            return Place(self.node, (*self.path, index))
        return Place(self.node.items[index], (*self.path, self.node.number(index)))


@dataclass(frozen=True, slots=True)
class Decoder:
    """Makes parts of the model.

    Attributes:
        others: By the class of a part, the fields that are no key of a Compose file: a function of
            its values and its place.
    """

    others: Mapping[type[Part], Callable[[Values, Place], Mapping[str, Any]]]

    def part(self, cls: type[_Part], value: Any, place: Place) -> _Part:  # noqa: ANN401  # JSON
        """Make a part.

        Args:
            cls: Its class.
            value: Its canonical value.
            place: Where it stands.
        """
        plan = _PLANS.get(cls) or _plan(cls)
        if type(value) is not dict and cls in _SHORT:
            value = _SHORT[cls](value)
        given = {**plan.missing}
        for name in plan.names:
            given[name] = place.path[-1]
        for name, key, convert in plan.single:
            found = value.get(key)
            if found is not None:
                given[name] = found if convert is None else convert(found)
        for name, keys, convert in plan.nested:
            found = _below(value, keys)
            if found is not None:
                given[name] = found if convert is None else convert(found)
        for name, any_of in plan.given:
            given[name] = any(key in value for key in any_of)
        for name, keys, make in plan.parts:
            found = _below(value, keys)
            if found is not None:
                at = place
                for key in keys:
                    at = at.below(key)
                given[name] = make(self, found, at)
        if cls in self.others:
            given.update(self.others[cls](value, place))
        return cls(node=place.node, path=place.path, **given)


_Convert: TypeAlias = "Callable[[Any], Any] | None"
_Make: TypeAlias = Callable[[Decoder, Any, Place], Any]
_Keys: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """Plan of how the fields of a class are decoded.

    Attributes:
        missing: What stands for those that have no default and no value.
        names: Those that are the last key of the part's path.
        single: Those under one key that are no parts, and what makes them of the value.
        nested: Those that are no parts under several keys.
        parts: Those that are parts, or hold parts.
        given: Those that say whether there is one of some keys.
    """

    missing: dict[str, Any]
    names: list[str]
    single: list[tuple[str, str, _Convert]]
    nested: list[tuple[str, _Keys, _Convert]]
    parts: list[tuple[str, _Keys, _Make]]
    given: list[tuple[str, _Keys]]


_PLANS: dict[type[Part], _Plan] = {}


def _plan(cls: type[Part]) -> _Plan:
    plan = _PLANS[cls] = _Plan({}, [], [], [], [], [])
    hints = get_type_hints(cls, include_extras=True)
    for field in fields(cls):
        if field.name in {"node", "path"}:
            continue
        hint, markers = _unmarked(hints[field.name])
        kind = _not_none(hint)
        if field.default is MISSING:
            origin = get_origin(kind) or kind
            plan.missing[field.name] = {} if origin is Mapping else _EMPTY.get(origin)
        unders = [marker.keys for marker in markers if isinstance(marker, Under)] or [()]
        if any(isinstance(marker, Name) for marker in markers):
            plan.names.append(field.name)
        elif given := [marker for marker in markers if isinstance(marker, Given)]:
            plan.given.append((field.name, given[0].keys))
        elif make := _maker(kind):
            plan.parts.extend((field.name, (*keys, field.name), make) for keys in unders)
        elif unders == [()]:
            plan.single.append((field.name, field.name, _converter(kind)))
        else:
            plan.nested.extend((field.name, keys, _converter(kind)) for keys in unders)
    return plan


_EMPTY: Mapping[Any, object] = {str: "", int: 0}


def _unmarked(hint: Any) -> tuple[Any, tuple[object, ...]]:  # noqa: ANN401  # a type
    if get_origin(hint) is Annotated:
        inner, *markers = get_args(hint)
        return inner, tuple(markers)
    return hint, ()


def _not_none(hint: Any) -> Any:  # noqa: ANN401  # a type
    if get_origin(hint) in {Union, UnionType}:
        (hint,) = (each for each in get_args(hint) if each is not type(None))
    return hint


def _converter(kind: Any) -> _Convert:  # noqa: ANN401  # a type
    """Return what makes a value of a type; None for a value that is of the type."""
    if kind is timedelta:
        return to_timedelta
    if kind is int or (isinstance(kind, type) and issubclass(kind, (Path, Enum))):
        return kind
    if get_origin(kind) is tuple:
        return tuple
    if get_origin(kind) is Mapping and get_origin(get_args(kind)[1]) is tuple:
        return _tuples
    return None


def _tuples(lists: Mapping[str, list[Any]]) -> dict[str, tuple[Any, ...]]:
    return {key: tuple(items) for key, items in lists.items()}


def _maker(kind: Any) -> _Make | None:  # noqa: ANN401  # a type
    """Return what makes parts for a field of a type; None for a field that holds none."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and _is_part(arguments[0]):
        return _each(arguments[0])
    if origin is Mapping and _is_part(arguments[1]):
        return _by_name(arguments[1])
    if _is_part(kind):
        return lambda decoder, value, place: decoder.part(kind, value, place)
    return None


def _is_part(kind: Any) -> bool:  # noqa: ANN401  # a type
    return isinstance(kind, type) and issubclass(kind, Part)


def _each(cls: type[Part]) -> _Make:
    def make(decoder: Decoder, value: Any, place: Place) -> tuple[Part, ...]:  # noqa: ANN401
        if type(value) is dict:
            return tuple(decoder.part(cls, item, place.below(key)) for key, item in value.items())
        return tuple(decoder.part(cls, item, place.item(index)) for index, item in enumerate(value))

    return make


def _by_name(cls: type[Part]) -> _Make:
    def make(decoder: Decoder, value: Any, place: Place) -> dict[str, Part]:  # noqa: ANN401
        return {
            key: decoder.part(cls, item, place.below(key))
            for key, item in value.items()
            if type(item) is dict or cls in _SHORT
        }

    return make


def _below(value: Values, keys: _Keys) -> Any:  # noqa: ANN401  # JSON
    found: Any = value
    for key in keys:
        found = found.get(key)
        if found is None:
            return None
    return found


def _exposed(text: str) -> Values:
    ports, _, protocol = text.partition("/")
    first, _, last = ports.partition("-")
    # Docker Compose prints any text here; the rules say which of them mean a port.
    # More digits than these are no port, and int() refuses thousands of them.
    numbers = [
        int(end) if end.isascii() and end.isdigit() and len(end) <= _LONGEST_NUMBER else 0
        for end in (first, last or first)
    ]
    return {"first": numbers[0], "last": numbers[1], "protocol": protocol or "tcp"}


def _ulimit(both: int) -> Values:
    return {"soft": both, "hard": both}


_SHORT: Mapping[type[Part], Callable[[Any], Values]] = {Exposed: _exposed, Ulimit: _ulimit}
"""Values of a part that is written as a single one."""
