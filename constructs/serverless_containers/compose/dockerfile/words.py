"""Words of an instruction, split before any variable is replaced.

Source: https://docs.docker.com/reference/dockerfile/#env for quotes, #healthcheck for options.
"""

import re
from dataclasses import dataclass

_BLANKS = re.compile(r"[\t\v\f\r ]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line.

    Attributes:
        text: The word.
        start: Where it starts in the line's text.
    """

    text: str
    start: int


def split_blanks(text: str, start: int) -> tuple[Word, ...]:
    """Split at every blank, whatever the quotes: the arguments of FROM and EXPOSE."""
    words = []
    position = 0
    for blank in _BLANKS.finditer(text):
        if blank.start() > position:
            words.append(Word(text[position : blank.start()], start + position))
        position = blank.end()
    if position < len(text):
        words.append(Word(text[position:], start + position))
    return tuple(words)


def split_first(text: str, start: int) -> tuple[Word, Word]:
    """The first word, and the rest without the blanks between; the rest may be empty."""
    stripped = text.lstrip()
    start += len(text) - len(stripped)
    blank = _BLANKS.search(stripped)
    if blank is None:
        return Word(stripped, start), Word("", start + len(stripped))
    return (
        Word(stripped[: blank.start()], start),
        Word(stripped[blank.end() :].rstrip(), start + blank.end()),
    )


def split_quoted(text: str, start: int, escape: str) -> tuple[Word, ...]:
    """Split at the blanks outside quotes, keeping quotes and escapes: the arguments of ENV and ARG.

    A quotation mark that is never closed reaches to the end: whoever unquotes the word reports it.
    """
    words = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        end = _end_of_word(text, position, escape)
        words.append(Word(text[position:end], start + position))
        position = end
    return tuple(words)


def split_options(text: str, start: int, escape: str) -> tuple[tuple[Word, ...], Word]:
    """Take the leading ``--options`` off, unquoted, and give the rest back as it stands."""
    options = []
    position = 0
    while True:
        while position < len(text) and text[position].isspace():
            position += 1
        if not text.startswith("--", position):
            break
        end = _end_of_word(text, position, escape)
        word = _unquote(text[position:end], escape)
        position, begin = end, position
        if word == "--":
            break
        options.append(Word(word, start + begin))
    rest = text[position:]
    stripped = rest.lstrip()
    return tuple(options), Word(stripped.rstrip(), start + len(text) - len(stripped))


def _end_of_word(text: str, position: int, escape: str) -> int:
    quote = ""
    while position < len(text):
        char = text[position]
        if char == escape and quote != "'":
            position += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char.isspace():
            break
        position += 1
    return min(position, len(text))


def _unquote(word: str, escape: str) -> str:
    plain = ""
    quote = ""
    escaped = False
    for char in word:
        if escaped:
            plain += char
            escaped = False
        elif char == escape:
            escaped = True
        elif char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        else:
            plain += char
    return plain
