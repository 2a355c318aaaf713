"""Shapes of the values of a Compose file: types, lists, mappings, and their restrictions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Flag, auto


class Kind(Flag):
    """The types of a single value."""

    NONE = 0
    TEXT = auto()
    INTEGER = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    NULL = auto()


EMPTY: Mapping[str, "Shape"] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Shape of a value.

    Attributes:
        kinds: The types of single values that are allowed.
        items: What a list holds; None where no list is allowed.
        is_set: Whether an item of the list may stand there once only.
        keys: What a mapping holds under known keys; None where no mapping is allowed.
        names: What the other keys look like, None where there are no others.
        others: What a mapping holds under those.
        is_open: Whether keys that are neither may hold anything.
        has_extensions: Whether keys that start with ``x-`` may hold anything.
        required: The keys without which the mapping means nothing.
        allowed: The texts that are allowed; empty for any.
        pattern: What text must contain, None for anything.
        lowest: The lowest number.
        highest: The highest number.
    """

    kinds: Kind = Kind.NONE
    items: "Shape | None" = None
    is_set: bool = False
    keys: Mapping[str, "Shape"] | None = None
    names: re.Pattern[str] | None = None
    others: "Shape | None" = None
    is_open: bool = False
    has_extensions: bool = True
    required: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    lowest: int | None = None
    highest: int | None = None
    takes: frozenset[type] = field(init=False)

    def __post_init__(self) -> None:
        types = [python for kind, python in _PYTHON_TYPES if kind in self.kinds]
        object.__setattr__(self, "takes", frozenset(types))


_PYTHON_TYPES = (
    (Kind.TEXT, str),
    (Kind.INTEGER, int),
    (Kind.NUMBER, int),
    (Kind.NUMBER, float),
    (Kind.BOOLEAN, bool),
    (Kind.NULL, type(None)),
)


NAME = re.compile(r"\A[a-zA-Z0-9._-]+\Z")


ANY_NAME = re.compile(r"[^\n]+")


TEXT = Shape(kinds=Kind.TEXT)


INTEGER_OR_TEXT = Shape(kinds=Kind.INTEGER | Kind.TEXT)


NUMBER_OR_TEXT = Shape(kinds=Kind.NUMBER | Kind.TEXT)


BOOLEAN = Shape(kinds=Kind.BOOLEAN)


BOOLEAN_OR_TEXT = Shape(kinds=Kind.BOOLEAN | Kind.TEXT)


TEXTS = Shape(items=TEXT)


SET = Shape(items=TEXT, is_set=True)


TEXT_OR_SET = Shape(kinds=Kind.TEXT, items=TEXT, is_set=True)


TEXT_OR_TEXTS = Shape(kinds=Kind.TEXT, items=TEXT)


COMMAND = Shape(kinds=Kind.TEXT | Kind.NULL, items=TEXT)


LIST_OR_MAPPING = Shape(
    items=TEXT,
    is_set=True,
    keys=EMPTY,
    names=ANY_NAME,
    others=Shape(kinds=Kind.TEXT | Kind.NUMBER | Kind.BOOLEAN | Kind.NULL),
    has_extensions=False,
)


DRIVER_OPTIONS = Shape(
    keys=EMPTY,
    names=ANY_NAME,
    others=NUMBER_OR_TEXT,
    is_open=True,
    has_extensions=False,
)
