"""The files that git leaves alone, by the ``.gitignore`` files of a repository.

Source: https://git-scm.com/docs/gitignore. Only files of the repository count: those of a user
differ from machine to machine.
"""

import codecs
import os
import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from serverless_containers.compose.files import open_regular
from serverless_containers.plan.build_context.glob import Glob
from serverless_containers.plan.resources.git_patterns import as_bytes, read_git_glob

_LARGEST = 1024 * 1024
"""Bytes of a ``.gitignore`` that are read."""
_DEEPEST = 64
"""Folders above the project in which a repository may start."""
_PLACEHOLDERS = frozenset({".gitkeep", ".gitignore", ".keep", ".placeholder", ".DS_Store"})
"""Files that are there so that git keeps an empty folder, or by themselves."""
_MOST_ENTRIES = 20_000
_TRAILING_BLANKS = re.compile(r"\A((?:[^\\ ]|\\.?| +(?! |\Z))*) *\Z", re.DOTALL)


def is_placeholder(path: str) -> bool:
    """Return whether a file is there so that git keeps a folder, and for nothing else."""
    return path.rpartition("/")[2] in _PLACEHOLDERS


@dataclass(frozen=True, slots=True)
class _Pattern:
    glob: Glob
    excludes: bool
    folders_only: bool
    anchored: str
    """Its text, where that is bound to the folder of its file; else empty."""
    text: str


_File: TypeAlias = tuple[str, tuple[_Pattern, ...]]
"""The folder of a ``.gitignore``, and its patterns."""


@dataclass(slots=True)
class GitIgnore:
    """Tells which files of a project git leaves alone.

    Attributes:
        folder: The project folder, without links. Its repository may start above it.
    """

    folder: str
    _top: str = ""
    _files: dict[str, tuple[_File, ...]] = field(default_factory=dict)
    _ignored: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._top = self.folder
        path = self.folder
        for _ in range(_DEEPEST):
            if os.path.exists(f"{path}/.git"):  # noqa: PTH110  # has an answer for any text
                self._top = path
                break
            path = posixpath.dirname(path)
        self._top = self._top.rstrip("/")

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Return whether a file or a folder, or a folder that it is in, is left alone.

        Args:
            path: The absolute path, without links, in the project folder.
            is_folder: Whether it is a folder, or would be one.
        """
        if not path.startswith(f"{self._top}/"):
            return False
        above = path.rpartition("/")[0]
        # No recursion: folders may be thousands deep.
        todo = []
        while above != self._top and above not in self._ignored:
            todo.append(above)
            above = above.rpartition("/")[0]
        ignored = self._ignored.get(above, False)
        for folder in reversed(todo):
            ignored = ignored or self._matches(folder, is_folder=True)
            self._ignored[folder] = ignored
        return ignored or self._matches(path, is_folder=is_folder)

    def pattern_below(self, folder: str) -> str | None:
        """Return a pattern that is about files in a folder alone, as a line of a file has it.

        That is one of a ``.gitignore`` in the folder, or one above it that names the folder first.

        Args:
            folder: The absolute path, without links, in the project folder.
        """
        if not folder.startswith(f"{self._top}/"):
            return None
        for at, patterns in self._files_for(folder):
            inside = f"{folder[len(at) + 1 :]}/".lstrip("/")
            for pattern in patterns:
                text = pattern.anchored if inside else pattern.text
                if pattern.excludes and text.startswith(inside):
                    return text
        return None

    def has_tracked_files(self, folder: str) -> bool:
        """Return whether a folder holds a file that git would keep, as far as one can read.

        Args:
            folder: The absolute path, without links, in the project folder.
        """
        todo, seen = [folder], 0
        while todo:
            try:
                with os.scandir(todo.pop()) as listed:
                    entries = sorted(listed, key=lambda each: each.name)
            except OSError:
                continue
            for entry in entries:
                seen += 1
                is_folder = entry.is_dir(follow_symlinks=False)
                if seen > _MOST_ENTRIES:
                    return True
                if entry.name in _PLACEHOLDERS or self._matches(entry.path, is_folder=is_folder):
                    continue
                if not is_folder:
                    return True
                todo.append(entry.path)
        return False

    def _matches(self, path: str, *, is_folder: bool) -> bool:
        """Return whether the last pattern that matches says that this one is left alone."""
        found = False
        for folder, patterns in self._files_for(path.rpartition("/")[0]):
            below = as_bytes(path[len(folder) + 1 :])
            for pattern in patterns:
                if (is_folder or not pattern.folders_only) and pattern.glob.matches(below):
                    found = pattern.excludes
        return found

    def _files_for(self, folder: str) -> tuple[_File, ...]:
        """The files with patterns in a folder and in those that it is in, the outermost first."""
        todo = []
        while folder not in self._files:
            todo.append(folder)
            if folder in {self._top, ""}:
                break
            folder = folder.rpartition("/")[0]
        found = self._files.get(folder, ())
        for each in reversed(todo):
            patterns = _patterns(each)
            found = (*found, (each, patterns)) if patterns else found
            self._files[each] = found
        return found


def _patterns(folder: str) -> tuple[_Pattern, ...]:
    try:
        # git follows no link to one, either: https://git-scm.com/docs/gitignore#_notes.
        with open_regular(Path(f"{folder}/.gitignore"), follow=False) as opened:
            content = opened.read(_LARGEST).removeprefix(codecs.BOM_UTF8)
    except (OSError, ValueError):
        content = b""
    # A line ends where git ends it, and not at a form feed.
    text = content.decode("utf-8", "surrogateescape") + "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    return tuple(found for line in lines if (found := _read(line)) is not None)


def _read(line: str) -> _Pattern | None:
    if line.startswith("#"):
        return None
    # A backslash keeps a blank.
    text = _TRAILING_BLANKS.sub(r"\1", line)
    excludes = not text.startswith("!")
    text = text.removeprefix("!")
    folders_only = text.endswith("/")
    text = text.removesuffix("/")
    # A slash at the start or within binds it to the folder of the file.
    anchored = text.removeprefix("/") if "/" in text else ""
    glob = read_git_glob(anchored or f"**/{text}") if text else None
    if glob is None:
        return None
    return _Pattern(glob, excludes, folders_only, anchored, text)
