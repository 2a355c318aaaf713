"""Variables in text: ``$NAME`` and ``${NAME}`` with defaults, alternatives and requirements."""

import re
from collections.abc import Callable
from typing import TypeAlias

from serverless_containers.compose.quota import Quota

Lookup: TypeAlias = Callable[[str], str | None]
"""Returns the value of a variable, or None when it is not set."""

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATOR = re.compile(r":?[-+?]")

# Deeper than anyone writes, and shallow enough for every stack.
_DEEPEST = 50


class TemplateError(ValueError):
    """Text whose ``$`` starts no variable."""


class RequiredVariableError(ValueError):
    """A variable written ``${NAME:?message}`` that has no value.

    Attributes:
        name: The variable.
        reason: The message, which may be empty.
    """

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(name)


def counted(lookup: Lookup, quota: Quota) -> Lookup:
    """Count the characters of the values that a lookup gives.

    Args:
        lookup: Gives the value of a variable.
        quota: What the values may still take.

    Returns:
        The same lookup, which raises QuotaError when values come to too much.
    """

    def look(name: str) -> str | None:
        value = lookup(name)
        if value:
            quota.take_characters(len(value))
        return value

    return look


def substitute(text: str, lookup: Lookup, unset: Callable[[str], object], depth: int = 0) -> str:
    """Put values in place of variables.

    Args:
        text: The text.
        lookup: Gives the value of a variable.
        unset: Called with the name of each variable that has neither a value nor a default.
        depth: How many defaults this text is nested in.

    Raises:
        TemplateError: If a ``$`` starts no variable.
        RequiredVariableError: If a required variable has no value.
    """
    if depth > _DEEPEST:
        raise TemplateError
    parts: list[str] = []
    done = 0
    line = _Line(text)
    while (start := text.find("$", done)) >= 0:
        parts.append(text[done:start])
        following = text[start + 1 : start + 2]
        if following == "$":
            parts.append("$")
            done = start + 2
        elif following == "{":
            braced, done = _inside_braces(text, start, line)
            parts.append(_braced(braced, lookup, unset, depth))
        elif named := _NAME.match(text, start + 1):
            parts.append(_plain(named.group(), lookup, unset))
            done = named.end()
        else:
            parts.append("$")
            done = start + 1
    parts.append(text[done:])
    return "".join(parts)


class _Line:
    """Knows the last closing brace of a line, for all of its variables at once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = -1
        self._last = -1

    def last_brace(self, start: int, after: int) -> int:
        """Return the offset of the last brace of the line of a variable, or -1.

        Args:
            start: Where the variable starts, not before the one that was asked for last.
            after: Where its default starts, before which no brace counts.
        """
        if start > self._end:
            newline = self._text.find("\n", start)
            self._end = newline if newline >= 0 else len(self._text)
            self._last = self._text.rfind("}", start, self._end)
        return self._last if self._last >= after else -1


def _inside_braces(text: str, start: int, line: _Line) -> tuple[str, int]:
    """Return the text between the braces of the variable at ``start``, and its end."""
    name = _NAME.match(text, start + 2)
    if name is None:
        raise TemplateError
    if text[name.end() : name.end() + 1] == "}":
        return name.group(), name.end() + 1
    operator = _OPERATOR.match(text, name.end())
    if operator is None:
        raise TemplateError
    last = line.last_brace(start, operator.end())
    if last < 0:
        raise TemplateError
    # A default whose own braces do not match reaches to the last brace of the line.
    closing = _closing_brace(text, start, last)
    return text[start + 2 : closing], closing + 1


def _plain(name: str, lookup: Lookup, unset: Callable[[str], object]) -> str:
    value = lookup(name)
    if value is None:
        unset(name)
        return ""
    return value


def _braced(braced: str, lookup: Lookup, unset: Callable[[str], object], depth: int) -> str:
    operator = _OPERATOR.search(braced)
    if operator is None:
        return _plain(braced, lookup, unset)
    name, symbol, rest = braced[: operator.start()], operator.group(), braced[operator.end() :]
    value = lookup(name)
    given = value is not None and (value != "" or symbol[0] != ":")
    uses_rest = given if symbol[-1] == "+" else not given
    # A faulty default is an error even where the default is not needed.
    rest = substitute(rest, lookup, unset if uses_rest else _quiet, depth + 1)
    if symbol[-1] == "?" and not given:
        raise RequiredVariableError(name, rest)
    return rest if uses_rest else value or ""


def _quiet(_name: str) -> None:
    pass


def _closing_brace(text: str, start: int, last: int) -> int:
    opened = 0
    at = start
    while at <= last:
        if text[at] == "}":
            opened -= 1
            if opened == 0:
                return at
        elif text[at] == "{":
            opened += 1
            # The character after an opening brace is never looked at: "${}" does not close.
            at += 1
        at += 1
    return last
