"""Quotes, escapes and variables.

Source: https://docs.docker.com/reference/dockerfile/#environment-replacement. The forms ``:?`` and
``?`` are not on that page; BuildKit has them with the meaning that they have in a shell.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from serverless_containers.compose.dockerfile.patterns import Pattern
from serverless_containers.compose.dockerfile.rules import QUOTE, SUBSTITUTION
from serverless_containers.compose.dockerfile.words import Word
from serverless_containers.compose.quota import Quota
from serverless_containers.findings import Rule

_SPECIAL = "@*#?-$!0"
_DEEPEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """A text after replacement.

    Attributes:
        text: The whole, blanks kept.
        words: The same split at blanks that are not quoted, those of variables' values included.
        unset: The variables without a value for which the text gives no default, each once.
    """

    text: str
    words: tuple[Word, ...]
    unset: tuple[str, ...]


class ExpansionError(Exception):
    """A text that Docker cannot make sense of.

    Attributes:
        rule: The rule that it breaks.
        fix: What to do about it.
    """

    def __init__(self, rule: Rule, message: str, fix: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.fix = fix


def expand(
    text: str, variables: Mapping[str, str], escape: str, quota: Quota | None = None
) -> Expansion:
    """Replace the variables of a text and take its quotes and escapes off.

    Args:
        text: The text, as written.
        variables: The variables that have a value.
        escape: The escape character of the file.
        quota: What variables may still come to. Default: what one project may.

    Raises:
        ExpansionError: For an open quote, an open or unknown ``${…}``, and a ``${name:?message}``
            whose variable is empty.
        QuotaError: If the variables come to too much.
    """
    return _Expander(text, variables, escape, quota or Quota(), raw=False).expansion()


def split_raw(text: str) -> tuple[Word, ...]:
    """Split a shell command at the blanks outside its quotes, leaving everything as written.

    Raises:
        ExpansionError: As ``expand``.
    """
    return _Expander(text, {}, "\\", Quota(), raw=True).expansion().words


class _Expander:
    """One pass over a text. ``raw`` keeps quotes, escapes and variables as they are written."""

    def __init__(
        self, text: str, variables: Mapping[str, str], escape: str, quota: Quota, *, raw: bool
    ) -> None:
        self._text = text
        self._variables = variables
        self._escape = escape
        self._quota = quota
        self._raw = raw
        self._position = 0
        self._depth = 0
        self._unset: dict[str, None] = {}

    def expansion(self) -> Expansion:
        words: list[Word] = []
        whole = ""
        word = ""
        started: int | None = None
        while self._position < len(self._text):
            start = self._position
            piece, literal = self._piece()
            whole += piece
            for char in piece:
                if literal or not char.isspace():
                    started = start if started is None else started
                    word += char
                elif word:
                    words.append(Word(word, start if started is None else started))
                    word, started = "", None
        if word:
            words.append(Word(word, 0 if started is None else started))
        return Expansion(text=whole, words=tuple(words), unset=tuple(self._unset))

    def _piece(self) -> tuple[str, bool]:
        """The next character or construct, and whether its blanks belong to the word."""
        char = self._text[self._position]
        if char == "$":
            return self._dollar(), False
        if char == "'":
            return self._single_quoted(), True
        if char == '"':
            return self._double_quoted(), True
        if self._raw and self._text.startswith("<<", self._position):
            return self._redirection(), True
        self._position += 1
        if char != self._escape:
            return char, False
        escaped = self._take()
        return (char + escaped if self._raw else escaped), True

    def _take(self) -> str:
        char = self._text[self._position : self._position + 1]
        self._position += 1
        return char

    def _peek(self) -> str:
        return self._text[self._position : self._position + 1]

    def _redirection(self) -> str:
        # A here-document's delimiter may stand apart from its arrows, and is one word with them.
        start = self._position
        self._position += 2
        while self._peek() in ("\t", "\r", " "):
            self._position += 1
        return self._text[start : self._position]

    def _single_quoted(self) -> str:
        start = self._position
        end = self._text.find("'", start + 1)
        if end < 0:
            raise _open_quote("'")
        self._position = end + 1
        return self._text[start : end + 1] if self._raw else self._text[start + 1 : end]

    def _double_quoted(self) -> str:
        self._position += 1
        mark = '"' if self._raw else ""
        result = mark
        while char := self._peek():
            if char == '"':
                self._position += 1
                return result + mark
            if char == "$":
                result += self._dollar()
                continue
            self._position += 1
            if char == self._escape:
                # Inside quotes an escape works on these three only, and is itself otherwise.
                if self._peek() and self._peek() in ('"', "$", self._escape):
                    result += (char if self._raw else "") + self._take()
                elif self._peek():
                    result += char
            else:
                result += char
        raise _open_quote('"')

    def _dollar(self) -> str:
        start = self._position
        self._position += 1
        if self._peek() == "{":
            self._position += 1
            value = self._braced()
        else:
            name = self._name()
            if not name:
                return "$"
            value = self._value(name)
        return self._text[start : self._position] if self._raw else value

    def _name(self) -> str:
        start = self._position
        char = self._peek()
        if char.isdecimal():
            while self._peek().isdecimal():
                self._position += 1
        elif char and char in _SPECIAL:
            self._position += 1
        else:
            while (char := self._peek()) and (char.isalnum() or char == "_"):
                self._position += 1
        return self._text[start : self._position]

    def _value(self, name: str) -> str:
        value = self._variables.get(name)
        if value is None:
            self._unset.setdefault(name)
            return ""
        self._quota.take_characters(len(value))
        return value

    def _braced(self) -> str:
        if self._peek() in ("", "{", "}", ":"):
            raise _bad_substitution()
        name = self._name()
        operator = self._take()
        if operator == "}":
            return self._value(name)
        null_is_unset = operator == ":"
        if null_is_unset:
            operator = self._take()
        if not operator or operator not in ("-+?" if null_is_unset else "-+?#%/"):
            raise _bad_substitution()
        if operator in "-+?":
            return self._with_default(name, operator, null_is_unset=null_is_unset)
        if operator == "/":
            return self._replaced(name)
        return self._trimmed(name, operator)

    def _with_default(self, name: str, operator: str, *, null_is_unset: bool) -> str:
        known = len(self._unset)
        word = self._until("}", keep_escapes=False)
        value = self._variables.get(name)
        missing = value is None or (null_is_unset and not value)
        if operator != "?" and missing == (operator == "-"):
            return word
        # The word does not count, and neither does what it lacks.
        while len(self._unset) > known:
            self._unset.popitem()
        if operator == "?" and value is None:
            # No error: the base image may give it one.
            return self._value(name)
        if operator == "?" and missing:
            message = f"{name} is empty: {word or 'is not allowed to be empty'}"
            raise ExpansionError(SUBSTITUTION, message, f"give {name} a value with ARG or ENV")
        return self._value(name) if value else ""

    def _trimmed(self, name: str, operator: str) -> str:
        longest = self._peek() == operator
        if longest:
            self._position += 1
        pattern = self._pattern(self._until("}", keep_escapes=True))
        value = self._value(name)
        if operator == "#":
            return pattern.without_prefix(value, longest=longest, quota=self._quota)
        return pattern.without_suffix(value, longest=longest, quota=self._quota)

    def _replaced(self, name: str) -> str:
        everywhere = self._peek() == "/"
        if everywhere:
            self._position += 1
        pattern = self._pattern(self._until("/", keep_escapes=True))
        replacement = self._until("}", keep_escapes=True)
        value = self._value(name)
        return pattern.replace(value, replacement, everywhere=everywhere, quota=self._quota)

    def _pattern(self, text: str) -> Pattern:
        pattern = Pattern(()) if self._raw else Pattern.compile(text)
        if pattern is None:
            raise _bad_substitution()
        return pattern

    def _until(self, stop: str, *, keep_escapes: bool) -> str:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _bad_substitution()
        result = ""
        while (char := self._peek()) != stop:
            if not char:
                raise _bad_substitution()
            if char == self._escape and keep_escapes:
                result += self._take() + self._take()
            else:
                result += self._piece()[0]
        self._position += 1
        self._depth -= 1
        return result


def _open_quote(quote: str) -> ExpansionError:
    return ExpansionError(QUOTE, f"a quote {quote} is not closed", f"add a {quote}")


def _bad_substitution() -> ExpansionError:
    return ExpansionError(
        SUBSTITUTION,
        "there is a ${…} that Docker cannot read",
        "write ${NAME}, ${NAME:-default} or ${NAME:+text}; a literal dollar sign is escaped",
    )
