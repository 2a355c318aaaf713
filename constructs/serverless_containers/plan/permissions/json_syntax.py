"""The reasons why a text is no JSON, in words that say what to write."""

import json
import re
from typing import TypeAlias

from serverless_containers.plan.words import short

Problem: TypeAlias = tuple[int, str, str]
"""The position of a character, what is wrong there, and what to do about it."""

_SPACE = " \t\n\r"
_WORD = re.compile(r"[^\W\d][\w.-]*")
_COMMENTS = ("//", "/*", "#")
_QUOTES = frozenset(
    "'`\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
    "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"
)
_CONSTANTS = {"True": "true", "False": "false", "None": "null", "undefined": "null"}
_EXPECTED = {
    "Expecting ',' delimiter": ("a comma or a closing bracket", "put commas between entries"),
    "Expecting ':' delimiter": ("a colon after the key", 'write "key": value'),
    "Expecting property name": ("a key in double quotes", 'write "key": value'),
    "Extra data": ("the end of the file", "keep one array, with every statement in it"),
}
_VALUE = ("a value", "write text in double quotes, an array or an object")


def explain(text: str, error: json.JSONDecodeError) -> Problem:
    """Say what is wrong with a text.

    Versions of Python word such errors differently, and blame different characters for a comma too
    many: what is said rests on the text, and on the beginnings of messages that all of them share.

    Args:
        text: The text.
        error: What `json` says of it.
    """
    if not text.strip(_SPACE):
        return 0, "the file is empty", "write [] where there are no policies"
    return _in_string(text, error) or _between_strings(text, error)


def _in_string(text: str, error: json.JSONDecodeError) -> Problem | None:
    position = error.pos
    if error.msg.startswith("Unterminated string"):
        return position, "the string that starts here has no end", "close it with a double quote"
    if error.msg.startswith("Invalid control character"):
        if text[position] in "\r\n":
            return (
                position,
                "a string ends in the line where it starts",
                "close it with a double quote",
            )
        escape = json.dumps(text[position])[1:-1]
        return position, "a string holds no control characters", f"write {escape}"
    if error.msg.startswith("Invalid \\u"):
        return position, "the escape is incomplete", "write \\u and four hexadecimal digits"
    if error.msg.startswith("Invalid \\escape"):
        escape = text[position : position + 2]
        return (
            position,
            f"JSON has no escape {escape}",
            "remove the backslash, or write two of them for one",
        )
    return None


def _between_strings(text: str, error: json.JSONDecodeError) -> Problem:
    position = error.pos
    if text.startswith(_COMMENTS, position):
        return position, "JSON has no comments", "remove it"
    end = len(text.rstrip(_SPACE))
    if position >= end:
        return end, "the file ends too early", "close every bracket and brace"
    comma = _last_comma(text, position)
    if comma is not None:
        return comma, "a comma stands before a closing bracket", "remove the comma"
    if text[position] in _QUOTES:
        return position, "expected double quotes around text", 'write "…"'
    word = _WORD.match(text, position)
    if word and word[0] in _CONSTANTS:
        return position, f"JSON has no {word[0]}", f"write {_CONSTANTS[word[0]]}"
    known = (words for start, words in _EXPECTED.items() if error.msg.startswith(start))
    expected, fix = next(known, _VALUE)
    if text[position] in "]}":
        fix = "remove it, or complete what it closes"
    elif word and not error.msg.startswith("Extra data"):
        fix = f'write "{short(word[0])}"'
    got = short(word[0]) if word else text[position]
    return position, f"expected {expected}, got {got!r}", fix


def _last_comma(text: str, position: int) -> int | None:
    """The comma after the last entry, if that is what is wrong at a position."""
    if text[position] == ",":
        after = text[position + 1 :].lstrip(_SPACE)
        return position if after.startswith(("]", "}")) else None
    before = text[:position].rstrip(_SPACE)
    is_last = text[position] in "]}" and before.endswith(",")
    return len(before) - 1 if is_last else None
