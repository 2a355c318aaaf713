"""The lines of a Dockerfile: continuations joined, comments dropped, places kept.

Source: https://docs.docker.com/reference/dockerfile/#format and #parser-directives.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

from serverless_containers.compose.dockerfile.rules import DIRECTIVE
from serverless_containers.findings import Findings, Location

_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=(.+)\Z")
_KNOWN_DIRECTIVES = frozenset({"syntax", "escape", "check"})


@dataclass(frozen=True, slots=True)
class Line:
    """One instruction's text, joined from one or more lines of the file.

    Attributes:
        text: The text without continuation characters, comments and line ends.
        file: The file, for locations.
        pieces: For each joined piece: where it starts in ``text``, its line and its column.
    """

    text: str
    file: str
    pieces: tuple[tuple[int, int, int], ...]

    def at(self, offset: int) -> Location:
        """Return the place of the character at ``offset`` of the text in the file."""
        index = max(bisect_right(self.pieces, offset, key=lambda piece: piece[0]) - 1, 0)
        start, line, column = self.pieces[index]
        return Location(self.file, line, column + offset - start)


class LineReader:
    """Hands out the instructions' lines from top to bottom.

    Args:
        text: The Dockerfile. A byte order mark and CRLF line ends are accepted.
        file: Its name, for locations.
        findings: Where a bad parser directive is reported.

    Attributes:
        escape: The escape character: a backslash, or what the ``escape`` directive says.
    """

    def __init__(self, text: str, file: str, findings: Findings) -> None:
        self._lines = [line.rstrip("\r") for line in text.removeprefix("\ufeff").split("\n")]
        self._next = 0
        self._file = file
        self.escape = "\\"
        self._read_directives(findings)
        escape = re.escape(self.escape)
        # An escape character that is itself escaped continues nothing.
        self._continuation = re.compile(rf"(?:(?<=[^{escape}])|^){escape}[ \t]*\Z")

    def _read_directives(self, findings: Findings) -> None:
        seen = set[str]()
        for number, line in enumerate(self._lines, start=1):
            match = _DIRECTIVE.match(line.lstrip())
            if match is None or (name := match[1].lower()) not in _KNOWN_DIRECTIVES:
                return
            # Something has to stand there, and be it a blank.
            value = match[2].strip() or match[2][-1]
            column = len(line) - len(line.lstrip()) + 1
            at = Location(self._file, number, column)
            if name in seen:
                findings.report(
                    DIRECTIVE,
                    at,
                    (),
                    f"the parser directive {name!r} is given twice",
                    "keep one of them",
                )
            elif name == "escape" and value not in {"\\", "`"}:
                findings.report(
                    DIRECTIVE,
                    at,
                    (),
                    f"expected the escape character to be \\ or `, got {value!r}",
                    "write # escape=` or leave the line out",
                )
            elif name == "escape":
                self.escape = value
            seen.add(name)

    def next_line(self) -> Line | None:
        """The next instruction's line, or None at the end of the file."""
        text = ""
        pieces: list[tuple[int, int, int]] = []
        while self._next < len(self._lines):
            raw = self._lines[self._next]
            self._next += 1
            stripped = raw.lstrip()
            if not stripped or stripped.startswith("#"):
                continue
            column = 1 if pieces else len(raw) - len(stripped) + 1
            piece = raw if pieces else stripped
            pieces.append((len(text), self._next, column))
            end = self._continuation.search(piece)
            text += piece[: end.start()] if end else piece
            if end is None:
                break
        return Line(text, self._file, tuple(pieces)) if text.strip() else None

    def skip_heredoc(self, delimiter: str, *, strip_tabs: bool) -> bool:
        """Pass over a here-document's body.

        Args:
            delimiter: The line that ends it.
            strip_tabs: Whether tabs before the delimiter are ignored, as after ``<<-``.

        Returns:
            Whether the delimiter was found. If not, the whole file has been passed over.
        """
        while self._next < len(self._lines):
            line = self._lines[self._next]
            self._next += 1
            if (line.lstrip("\t") if strip_tabs else line) == delimiter:
                return True
        return False
