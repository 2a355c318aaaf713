"""Positions in a user's files."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""The keys and indexes that lead to a value: ``("services", "api", "ports", 0)``."""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a text file.

    Attributes:
        file: The file as the user would name it: relative to the project folder where it can be.
        line: The line, counted from 1.
        column: The column in characters, counted from 1.
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    @staticmethod
    def at_offset(file: str, text: str, offset: int) -> "Location":
        """Return the place of an offset into a text.

        Args:
            file: The file as the user would name it.
            text: Its text.
            offset: In characters, from 0.
        """
        before = text[:offset]
        return Location(file, before.count("\n") + 1, offset - before.rfind("\n"))


class Lines:
    """The lines of a text, for many places in it.

    Args:
        file: The file as the user would name it.
        text: Its text.
    """

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, offset: int) -> Location:
        """Return the place of an offset in characters from 0."""
        line = bisect_right(self._starts, offset)
        return Location(self.file, line, offset - self._starts[line - 1] + 1)


def dotted(path: KeyPath) -> str:
    """Write a key path as a person would: ``services.api.ports[0]``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text
