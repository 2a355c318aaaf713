"""The line of a file that a finding is about, unless it may hold a secret."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

from serverless_containers.findings.finding import Finding
from serverless_containers.findings.location import LINE_BREAK

_TAB = 4
_WIDTH = 200

_SECRET_KEYS = frozenset({"environment", "env_file", "secrets", "args", "content"})
_SECRET_KEY = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(_SECRET_KEYS))})[\"']?\s*:")
_LOOKS_SECRET = re.compile(
    r"pass(?:word|wd|phrase)?(?![a-z])|secret|token|credential|(?:api|access|private)[_-]?key"
    r"|://[^/\s@:]*:[^/\s@]*@",
    re.IGNORECASE,
)
_DOCKERFILE_VARIABLE = re.compile(r"\s*(?:ENV|ARG)\s", re.IGNORECASE)
_MARKS = re.compile(r"\\.|[\"'{}\[\]]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line to show.

    Attributes:
        line: Its number.
        text: It, with tabs expanded and without control characters.
        offset: How many characters of the text come before the finding.
    """

    line: int
    text: str
    offset: int


class SourceText:
    """The lines of a file, and which of them may be shown."""

    def __init__(self, content: bytes) -> None:
        self._lines = LINE_BREAK.split(_decoded(content))
        self._hidden: list[bool] | None = None

    def excerpt(self, finding: Finding) -> Excerpt | None:
        """The line of a finding; None if there is none, or if it may hold a secret.

        The values of ``environment``, ``env_file``, ``secrets`` and build arguments are never
        shown, nor is a line that speaks of a password, a token or a key.
        """
        at = finding.at
        if at is None or at.line > len(self._lines) or not _SECRET_KEYS.isdisjoint(finding.path):
            return None
        if (
            not finding.rule.excerpt
            or _is_environment_file(at.file)
            or finding.rule.code == "invalid-env-file"
        ):
            return None
        if self._hidden is None:
            self._hidden = _hidden_lines(self._lines)
        line = self._lines[at.line - 1]
        if not line.strip() or self._hidden[at.line - 1]:
            return None
        column = at.column - 1
        # Of a long line its part around the finding: each of a thousand findings shows one.
        start = max(column - _WIDTH, 0) if len(line) > 2 * _WIDTH else 0
        end = start + 2 * _WIDTH
        before = ("…" if start else "") + _clean(line[start:column])
        after = _clean(line[column:end], len(before)) + ("…" if end < len(line) else "")
        return Excerpt(at.line, before + after, len(before))


def _decoded(content: bytes) -> str:
    for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if content.startswith(mark):
            return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")


def _is_environment_file(name: str) -> bool:
    name = name.rpartition("/")[2]
    return name.startswith(".env") or name.endswith(".env")


def _clean(text: str, column: int = 0) -> str:
    """Expand tabs, and put a sign in the place of what a terminal would take for a command."""
    cleaned = ""
    for character in text:
        if character == "\t":
            cleaned += " " * (_TAB - (column + len(cleaned)) % _TAB)
        else:
            cleaned += character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
    return cleaned


def _hidden_lines(lines: Sequence[str]) -> list[bool]:
    """Return for each line whether it is to be hidden.

    Works on the text, because what is wrong with a file may be that it has no other structure.
    """
    hidden: list[bool] = []
    within: int | None = None  # the column of the key that the lines before belong to
    depth = 0  # the brackets that were opened since that key and not closed
    for line in lines:
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            hidden.append(within is not None or bool(_LOOKS_SECRET.search(line)))
            continue
        if within is not None:
            indent = len(line) - len(line.lstrip())
            is_item = stripped.startswith("-")
            if depth <= 0 and indent <= within and not (is_item and indent == within):
                within = None
        if within is not None:
            depth += _brackets(line)
            hidden.append(True)
            continue
        key = _SECRET_KEY.search(line)
        if key:
            within = key.start() - (line[key.start() - 1 : key.start()] in {'"', "'"})
            depth = _brackets(line[key.end() :])
        hidden.append(bool(key or _LOOKS_SECRET.search(line) or _DOCKERFILE_VARIABLE.match(line)))
    return hidden


def _brackets(text: str) -> int:
    """Return how many more brackets are opened than closed, outside quotes.

    One pass, and no search for the end of each quote: where none is, there may be many of them.
    """
    depth = open_depth = 0
    quote = ""
    for found in _MARKS.finditer(text):
        mark = found[0]
        if mark[0] == "\\":
            # An escape in double quotes; elsewhere the character after it counts as any other.
            if quote == '"' or mark[1] not in "\"'{}[]":
                continue
            mark = mark[1]
        if mark in {'"', "'"}:
            if not quote:
                quote, open_depth = mark, depth
            elif quote == mark:
                quote, depth = "", open_depth
        else:
            depth += 1 if mark in "{[" else -1
    # What a quote holds does not count, unless it is none.
    return depth
