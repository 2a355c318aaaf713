"""Files of variables in Compose's own dialect, and in the ``raw`` one of ``docker run``.

What is wrong with a line is told by its number and by the variable's name, where it is one. Nothing
else of a line is repeated: what is taken for a name may be a part of the value before.
"""

import re
from collections.abc import MutableMapping
from dataclasses import dataclass, replace

from serverless_containers.compose import rules
from serverless_containers.compose.quota import Quota, QuotaError
from serverless_containers.compose.variables.template import (
    Lookup,
    RequiredVariableError,
    TemplateError,
    counted,
    substitute,
)
from serverless_containers.findings import Rule

_ESCAPE = re.compile(r'\\([abcfnrtv$"\\]|0[0-9]{0,3})')
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_INLINE_SPACE = "\t\v\f\r \x85\xa0"
_NAME = re.compile(r"(?:[\w.\-\[\]]|[\t\v\f\r \x85\xa0])*")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,62}")
_EXPORT = re.compile(r"export(?=[ \t\n\r\f])")


@dataclass(frozen=True, slots=True)
class DotenvError(ValueError):
    """A line that cannot be read.

    Attributes:
        line: The line, from 1.
        message: What is wrong with it.
        fix: What to do about it.
        rule: The rule that it breaks.
    """

    line: int
    message: str
    fix: str = ""
    rule: Rule = rules.INVALID_DOTENV


def read_dotenv(
    content: bytes,
    variables: MutableMapping[str, str],
    lookup: Lookup,
    quota: Quota | None = None,
) -> None:
    """Add the variables of a ``.env`` file.

    Args:
        content: The file's bytes.
        variables: The variables so far, which the file may refer to; those of the file are added.
        lookup: Gives variables from elsewhere, which come before those of the file.
        quota: What values may still take. Default: what one project may.

    Raises:
        DotenvError: If a line cannot be read.
    """
    _Parser(_decode(content), variables, lookup, quota or Quota()).parse()


def read_raw(
    content: bytes,
    variables: MutableMapping[str, str],
    lookup: Lookup,
    quota: Quota | None = None,
) -> None:
    """Add the variables of a file in the ``raw`` format: each line as it stands.

    Args:
        content: The file's bytes.
        variables: The variables so far; those of the file are added.
        lookup: Gives the value of a variable that is named without one.
        quota: Is not touched: nothing is replaced in this format.

    Raises:
        DotenvError: If a line cannot be read.
    """
    del quota
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            line = raw.removesuffix(b"\r").decode()
        except UnicodeDecodeError as error:
            raise DotenvError(number, "expected UTF-8 text", "save the file as UTF-8") from error
        line = line.lstrip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not name:
            raise DotenvError(number, "expected a name before =", "write NAME=value")
        if any(char.isspace() for char in name):
            raise DotenvError(number, "a space in the name of a variable", "write NAME=value")
        if equals:
            variables[name] = value
        elif (found := lookup(name)) is not None:
            variables[name] = found


def _decode(content: bytes) -> str:
    return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


class _Parser:
    def __init__(
        self, text: str, variables: MutableMapping[str, str], lookup: Lookup, quota: Quota
    ) -> None:
        self.text = text
        self.at = 0
        self.variables = variables
        self.lookup = lookup
        self.quota = quota

    def parse(self) -> None:
        while self._skip():
            self._statement()

    def _error(self, message: str, fix: str, at: int | None = None) -> DotenvError:
        line = self.text.count("\n", 0, self.at if at is None else at) + 1
        return DotenvError(line, message, fix)

    def _skip(self) -> bool:
        """Go to the next statement. Whether there is one."""
        text = self.text
        while self.at < len(text):
            if text[self.at] == "#":
                newline = text.find("\n", self.at)
                if newline < 0:
                    return False
                self.at = newline
            elif text[self.at].isspace():
                self.at += 1
            else:
                return True
        return False

    def _skip_inline(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _INLINE_SPACE:
            self.at += 1

    def _statement(self) -> None:
        text = self.text
        if export := _EXPORT.match(text, self.at):
            self.at = export.end()
            self._skip_inline()
            if self.at == len(text):
                raise self._error("nothing after export", "write export NAME=value")
        start = self.at
        named = _NAME.match(text, start)
        end = named.end() if named else start
        ending = text[end : end + 1]
        if ending not in {"=", ":", "\n", ""}:
            raise self._error(
                "a character before the = that the name of a variable cannot have",
                "write NAME=value; a value of several lines stands in quotes",
            )
        name = text[start:end].rstrip()
        if " " in name:
            raise self._error(
                "a space in the name of a variable",
                "write NAME=value; a value of several lines stands in quotes",
            )
        self.at = end + 1
        self._skip_inline()
        if ending in {"\n", ""}:
            if (found := self.lookup(name)) is not None:
                self.variables[name] = found
            return
        value = self._value(name)
        if not _is_text(value):
            raise self._error(
                f"expected UTF-8 text as {_shown(name)}", "save the file as UTF-8", start
            )
        self.variables[name] = value

    def _value(self, name: str) -> str:
        quote = self.text[self.at : self.at + 1]
        if quote in {"'", '"'}:
            return self._quoted(quote, name)
        newline = self.text.find("\n", self.at)
        end = newline if newline >= 0 else len(self.text)
        value = self.text[self.at : end].partition(" #")[0].rstrip()
        expanded = self._expand(value, name)
        self.at = end + 1
        return expanded

    def _quoted(self, quote: str, name: str) -> str:
        text = self.text
        start = self.at
        chars: list[str] = []
        at = start + 1
        while at < len(text):
            char = text[at]
            if char == "\\" and at + 1 < len(text):
                # A backslash before the quote keeps the quote; before anything else, both stay.
                chars.append(text[at + 1] if text[at + 1] == quote else text[at : at + 2])
                at += 2
                continue
            if char == quote:
                value = "".join(chars)
                if quote == '"':
                    value = self._expand(_ESCAPE.sub(_unescape, value), name)
                self.at = at + 1
                return value
            chars.append(char)
            at += 1
        message = f"the quote that {_shown(name)} starts with is not closed"
        raise self._error(message, "close it, or leave it out", start)

    def _expand(self, value: str, name: str) -> str:
        def look(name: str) -> str | None:
            found = self.lookup(name)
            return self.variables.get(name) if found is None else found

        try:
            return substitute(value, counted(look, self.quota), lambda _name: None)
        except QuotaError as error:
            problem = self._error(str(error), error.fix)
            raise replace(problem, rule=rules.TOO_LARGE) from None
        except TemplateError:
            raise self._error(
                f"no variable after a $ in {_shown(name)}", "write $$ for a dollar sign"
            ) from None
        except RequiredVariableError:
            raise self._error(
                f"a variable that {_shown(name)} requires has no value",
                "set it, or put the value into single quotes",
            ) from None


def _shown(name: str) -> str:
    """A value, by its variable's name if that can be one."""
    return f"the value of {name}" if _PLAIN_NAME.fullmatch(name) else "a value"


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unescape(match: re.Match[str]) -> str:
    escape = match.group(1)
    if escape == "$":
        return "$$"
    if escape[0] == "0":
        # Octal with three digits after the zero; Go takes nothing else.
        number = int(escape[1:], 8) if re.fullmatch("[0-7]{3}", escape[1:]) else 256
        return chr(number) if number < 256 else match.group()
    return _ESCAPED.get(escape, "\\c" if escape == "c" else escape)
