"""Positions in a user's files."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""The keys and indexes that lead to a value: ``("services", "api", "ports", 0)``."""
LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""Ends of lines as YAML counts them. Nobody writes the rarer ones into a Dockerfile."""
_LINE_FEED = re.compile("\n")


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
        return Lines(file, text).at(offset)


class Lines:
    """The lines of a text, for many places in it.

    Args:
        file: The file as the user would name it.
        text: Its text.
        breaks: What ends a line.
    """

    def __init__(self, file: str, text: str, breaks: re.Pattern[str] = _LINE_FEED) -> None:
        self._file = file
        self._starts = [0, *(match.end() for match in breaks.finditer(text))]

    def at(self, offset: int) -> Location:
        """Return the place of an offset in characters from 0."""
        return Location(*self.mark(offset))

    def mark(self, offset: int) -> tuple[str, int, int]:
        """Return the parts of a place, which take less where there are many."""
        line = bisect_right(self._starts, offset)
        return self._file, line, offset - self._starts[line - 1] + 1


def dotted(path: KeyPath) -> str:
    """Write a key path as a person would: ``services.api.ports[0]``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text
