"""Patterns of ``.gitignore``, as git itself matches them: by bytes, and not as Go does.

Source: https://git-scm.com/docs/gitignore, and ``wildmatch.c`` of git.
"""

import re
import string
from collections.abc import Iterator

from serverless_containers.plan.build_context.glob import Glob, Part, Wildcard

_CLASSES = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "blank": " \t",
    "cntrl": "".join(map(chr, (*range(32), 127))),
    "digit": string.digits,
    "graph": "".join(map(chr, range(33, 127))),
    "lower": string.ascii_lowercase,
    "print": "".join(map(chr, range(32, 127))),
    "punct": string.punctuation,
    "space": " \t\n\v\f\r",
    "upper": string.ascii_uppercase,
    "xdigit": string.hexdigits,
}
_NAMED = re.compile(r"\[:([^\]]*):\]")


def read_git_glob(pattern: str) -> Glob | None:
    """Read a pattern; None if it matches nothing.

    Args:
        pattern: The pattern, against the folder of its file, without a slash around it.
    """
    try:
        return Glob(_parts(as_bytes(pattern)))
    except ValueError:
        return None


def as_bytes(text: str) -> str:
    """A character for each byte of a text."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def _parts(pattern: str) -> Iterator[Part]:
    # Git compares what is before the first of these by itself, and matches the rest as a pattern.
    first = next((at for at, each in enumerate(pattern) if each in "*?[\\"), len(pattern))
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "*":
            end = len(pattern) - len(pattern[at:].lstrip("*"))
            is_of_folders = end - at > 1 and (at == first or pattern[at - 1] == "/")
            if is_of_folders and end == len(pattern):
                yield Wildcard.ANY
            elif is_of_folders and pattern.startswith("/", end):
                yield Wildcard.FOLDERS
                end += 1
            else:
                yield Wildcard.IN_NAME
            at = end
        elif character == "[":
            characters, at = _class(pattern, at + 1)
            yield f"[{''.join(map(re.escape, characters))}]" if characters else "(?!)"
        elif character == "\\":
            if at + 1 == len(pattern):
                raise ValueError("nothing follows a backslash")
            yield re.escape(pattern[at + 1])
            at += 2
        else:
            yield "[^/]" if character == "?" else re.escape(character)
            at += 1


def _class(pattern: str, at: int) -> tuple[str, int]:
    """The characters that a class stands for, and the place after it.

    Raises:
        ValueError: If it has no end, or names a class that there is not.
    """
    pattern += "\0"
    is_negated = pattern[at] in "!^"
    at += is_negated
    found: set[str] = set()
    before = ""
    is_first = True
    while is_first or pattern[at] != "]":
        is_first = False
        character = pattern[at]
        named = _NAMED.match(pattern, at)
        if character == "-" and before and pattern[at + 1] not in "\0]":
            at += 1 + (pattern[at + 1] == "\\")
            found.update(map(chr, range(ord(before), ord(pattern[at]) + 1)))
            before = ""
        elif named is not None:
            if named[1] not in _CLASSES:
                raise ValueError("no class of that name")
            found.update(_CLASSES[named[1]])
            at = named.end() - 1
            before = ""
        else:
            at += character == "\\"
            before = pattern[at]
            found.add(before)
        if pattern[at] == "\0":
            raise ValueError("a class without an end")
        at += 1
    every = map(chr, range(256))
    return "".join(each for each in every if (each in found) != is_negated and each != "/"), at + 1
