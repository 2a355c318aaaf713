"""The files that say what is no part of a build's context: ``.dockerignore`` and its like.

Source: https://docs.docker.com/build/concepts/context/#dockerignore-files.
"""

import os
import posixpath
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from serverless_containers.plan.build_context.glob import Glob, read_glob

_LARGEST = 1024 * 1024
"""Bytes of such a file that are read."""

Matched: TypeAlias = tuple[bool, ...]
"""The places of the patterns that match a path or a folder above it."""


class IgnoreRules:
    """Tells which paths of a folder are left out. The last pattern that matches decides.

    Args:
        lines: The patterns, as the file has them.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._patterns: list[Glob] = []
        self._excludes: list[bool] = []
        for line in lines:
            pattern = "" if line.startswith("#") else line.strip()
            is_exception = pattern.startswith("!")
            pattern = pattern.removeprefix("!").strip()
            if not pattern:
                continue
            found = read_glob(posixpath.normpath(pattern).lstrip("/"))
            # What is no pattern stops the build itself, with a message that names the line.
            if found is not None:
                self._patterns.append(found)
                self._excludes.append(not is_exception)
        self.has_exceptions = not all(self._excludes)
        self.top: Matched = (False,) * len(self._patterns)

    @staticmethod
    def of(context: str, dockerfile: str | None) -> "IgnoreRules":
        """The rules for a context: its ``.dockerignore``, or that of the Dockerfile alone.

        Args:
            context: The folder.
            dockerfile: The Dockerfile, against the folder; None if it is not in a file.
        """
        file = ignore_file_of(context, dockerfile)
        if file is not None:
            return IgnoreRules(_lines(Path(file)))
        return IgnoreRules(())

    def match(self, path: str, above: Matched) -> Matched:
        """Match a path in the folder.

        Args:
            path: The path, against the folder, with slashes.
            above: What matches the folder that it is in, or ``top``.
        """
        if not above:
            return above
        return tuple(
            matched or pattern.matches(path)
            for matched, pattern in zip(above, self._patterns, strict=True)
        )

    def ignores(self, matched: Matched) -> bool:
        """Return whether what is matched like this is left out."""
        for is_match, excludes in zip(reversed(matched), reversed(self._excludes), strict=True):
            if is_match:
                return excludes
        return False


def ignore_file_of(context: str, dockerfile: str | None) -> str | None:
    """Return the file that says what is left out of a context; None if there is none.

    Args:
        context: The folder.
        dockerfile: The Dockerfile, against the folder; None if it is not in a file.
    """
    names = [".dockerignore"]
    if dockerfile is not None:
        names.insert(0, f"{dockerfile}.dockerignore")
    for name in names:
        file = os.path.join(context, name)  # noqa: PTH118  # has an answer for any text
        if os.path.isfile(file):  # noqa: PTH113  # the same
            return file
    return None


def _lines(file: Path) -> list[str]:
    try:
        with file.open("rb") as opened:
            text = opened.read(_LARGEST).decode("utf-8-sig", "surrogateescape")
    except OSError:
        return []
    return text.splitlines()


def literally(path: str) -> str:
    """Write a path as a pattern of ``.dockerignore`` that matches it and nothing else.

    Args:
        path: The path, against the folder.
    """
    # The CDK makes a regular expression of it, splits it at line breaks and strips blanks; it
    # cannot be told a name that is no text.
    text = re.sub(r"[\ud800-\udfff]+", "*", "".join(map(_escaped, path)))
    text = re.sub(r"\A\\? ", "?", text)
    return re.sub(r"\\? \Z", "?", text)


def _escaped(character: str) -> str:
    if character in "\r\n\t\v\f":
        return "?"
    plain = character.isalnum() or character in "/-_ " or not character.isascii()
    return character if plain else f"\\{character}"
