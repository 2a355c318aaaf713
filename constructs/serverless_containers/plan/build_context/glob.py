"""Patterns of paths: those of ``.dockerignore`` and of COPY.

They are Go's ``filepath.Match``, and ``**`` for any number of folders. One is matched in time that
grows with the length of a path, whatever it holds: a regular expression with several asterisks
would try each way to share a path among them.

Source: https://docs.docker.com/build/concepts/context/#syntax.
"""

import re
from collections.abc import Iterator
from enum import Enum
from functools import reduce
from operator import or_
from typing import TypeAlias

_CLASS = re.compile(r"\[((?:\\.|[^\\])(?:\\.|[^\]\\])*)\]", re.DOTALL)
"""A class of characters, in which a backslash takes the meaning from the next one."""
_SPECIAL = re.compile(r"\\(.)|[\[&~|^]", re.DOTALL)
"""Characters of a class that mean something in a regular expression alone, or that are escaped."""


class Wildcard(Enum):
    """Parts that stand for any number of characters, each with its regular expression."""

    IN_NAME = "[^/]*"
    FOLDERS = "(?:.*/)?"
    ANY = ".*"


Part: TypeAlias = str | Wildcard
"""A wildcard, or the regular expression of one character."""


def read_glob(pattern: str) -> "Glob | None":
    """Read a pattern; None if it is none.

    Args:
        pattern: The pattern, with slashes.
    """
    try:
        return Glob(_parts(pattern))
    except re.error:
        return None


class Glob:
    """A pattern that was read.

    Args:
        given: Its parts.

    Raises:
        re.error: A class of characters is none, as ``[z-a]``.
    """

    def __init__(self, given: Iterator[Part]) -> None:
        parts = _joined(given)
        self._regex: re.Pattern[str] | None = None
        self._needed: list[str] = []
        if sum(isinstance(each, Wildcard) for each in parts) < 2:
            texts = (each.value if isinstance(each, Wildcard) else each for each in parts)
            self._regex = re.compile("".join(texts), re.DOTALL)
            return
        # The parts as the states of an automaton, each a bit; the last one is the end.
        self._ones: dict[int, re.Pattern[str]] = {}
        self._kept: dict[Wildcard, int] = dict.fromkeys(Wildcard, 0)
        self._entries = 0
        state = 1
        for part in parts:
            if isinstance(part, str):
                self._ones[state] = re.compile(part, re.DOTALL)
            else:
                if part is Wildcard.FOLDERS:
                    # What skips it and what is in it are two states.
                    self._entries |= state
                    state <<= 1
                self._kept[part] |= state
            state <<= 1
        self._end = state
        self._accepting: dict[str, int] = {}
        self._needed = _literals(parts)

    def matches(self, path: str) -> bool:
        """Return whether the pattern stands for a path, the whole of it."""
        if self._regex is not None:
            return self._regex.fullmatch(path) is not None
        if not all(each in path for each in self._needed):
            return False
        states = self._onward(1)
        anywhere = self._kept[Wildcard.ANY] | self._kept[Wildcard.FOLDERS]
        in_name = anywhere | self._kept[Wildcard.IN_NAME]
        for character in path:
            accepting = self._accepting.get(character)
            if accepting is None:
                accepting = self._accepting[character] = self._accepted_by(character)
            moved = (states & accepting) << 1
            if character == "/":
                moved |= states & anywhere | (states & self._kept[Wildcard.FOLDERS]) << 1
            else:
                moved |= states & in_name
            states = self._onward(moved)
            if not states:
                return False
        return bool(states & self._end)

    def _onward(self, states: int) -> int:
        """The states, and those that are reached from them without a character."""
        entries = states & self._entries
        skipped = states & (self._kept[Wildcard.IN_NAME] | self._kept[Wildcard.ANY])
        # No wildcard follows another one, so that one step is all.
        return states | entries << 1 | entries << 2 | skipped << 1

    def _accepted_by(self, character: str) -> int:
        accepting = (state for state, one in self._ones.items() if one.fullmatch(character))
        return reduce(or_, accepting, 0)


def _parts(pattern: str) -> Iterator[Part]:
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if pattern.startswith("**", at):
            at += 3 if pattern.startswith("/", at + 2) else 2
            yield Wildcard.FOLDERS if at < len(pattern) else Wildcard.ANY
            continue
        if character == "[" and (found := _CLASS.match(pattern, at)) is not None:
            yield _class(found[1])
            at = found.end()
            continue
        if character == "\\" and at + 1 < len(pattern):
            at += 1
            yield re.escape(pattern[at])
        elif character == "*":
            yield Wildcard.IN_NAME
        else:
            yield "[^/]" if character == "?" else re.escape(character)
        at += 1


def _class(inside: str) -> str:
    negation = "^" if inside.startswith("^") else ""
    escaped = _SPECIAL.sub(lambda each: re.escape(each[1] or each[0]), inside[len(negation) :])
    return f"[{negation}{escaped}]"


def _joined(parts: Iterator[Part]) -> list[Part]:
    """The parts, of which no wildcard follows another one."""
    joined: list[Part] = []
    for part in parts:
        before = joined[-1] if joined else ""
        if isinstance(part, Wildcard) and isinstance(before, Wildcard):
            # Any folders and then any name are anything.
            joined[-1] = before if before is part else Wildcard.ANY
        else:
            joined.append(part)
    return joined


def _literals(parts: list[Part]) -> list[str]:
    """The runs of characters that each path has to hold."""
    runs = [""]
    for part in parts:
        if isinstance(part, str) and (len(part) == 1 or (len(part) == 2 and part[0] == "\\")):
            runs[-1] += part[-1]
        elif runs[-1]:
            runs.append("")
    return [each for each in runs if each]
