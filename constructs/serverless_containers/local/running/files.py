"""Changed files of folders, found by looking at them again and again.

Notifications of the kernel end with the folder that they are of, and lead through symbolic links to
folders elsewhere; a look at what lies there has neither trouble.
"""

import fnmatch
import os
import re
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from serverless_containers.plan.resources.git_ignore import GitIgnore

_PAUSE_SECONDS: Final = 0.5
_CALM_SECONDS: Final = 0.1
"""Seconds without a change that end a group of changes, which are taken together."""
_GROUP_SECONDS: Final = 2.0
"""Longest time for which a group grows: a file may be written to without an end."""
_SHARE: Final = 9
"""A look is followed by a pause of so many times its length."""

_IGNORED_FOLDERS: Final = (
    *(".git", ".hg", ".svn", ".idea", ".local", "cdk.out"),
    *(".venv", "venv", "node_modules", "site-packages", ".tox", ".nox"),
    *("__pycache__", ".*cache", ".hypothesis", ".next", ".nuxt", "coverage", "dist"),
)
"""Names of folders that tools, builds and runs write to."""
_IGNORED_FILES: Final = (
    *("*.py[cod]", "*.log", "*.log.[0-9]*", "*.pid", "cdk.context.json", ".DS_Store"),
    # SQLite's files, and those that it keeps beside them: https://sqlite.org/tempfiles.html.
    *("*.db", "*.db-*", "*.sqlite", "*.sqlite-*", "*.sqlite3", "*.sqlite3-*"),
    # Editors'.
    *("*~", ".*.sw?", ".#*", "flycheck_*", "*___jb_???___"),
)
"""Names of files that programs write for themselves."""
_TEMPLATE_FILE: Final = re.compile(
    r"(.*\.)?(docker-)?compose.*\.ya?ml|.*\.env.*|custom-policies\.json|cdk\.json"
    r"|(.*\.)?Dockerfile(\..*)?"
)

_Stamp: TypeAlias = tuple[int, int, int]
"""Time, size and number of a file: another one means that it changed."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Files that changed together; none, now and then, while nothing changes.

    Attributes:
        files: All of them.
        come_or_gone: Those of them that were made or deleted.
    """

    files: frozenset[Path] = frozenset()
    come_or_gone: frozenset[Path] = frozenset()


def _names(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(fnmatch.translate, patterns)))


_is_ignored_folder = _names(_IGNORED_FOLDERS).match
_is_ignored_file = _names(_IGNORED_FILES).match


def is_template_file(name: str) -> bool:
    """Return whether synthesis reads files of a name, wherever they lie."""
    return _TEMPLATE_FILE.fullmatch(name) is not None


class _Tree:
    """The files that count in some folders.

    Args:
        folders: The folders, absolute and without links, none of them in another one.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self.folders = tuple(folders)
        self._git = {str(folder): _git_ignore(str(folder)) for folder in self.folders}
        self._entered: dict[str, bool] = {}

    def look(self) -> Mapping[str, _Stamp]:
        """Return every file that counts. A link to a folder is one itself, and not followed."""
        found: dict[str, _Stamp] = {}
        for top, git in self._git.items():
            todo = [top]
            while todo:
                try:
                    with os.scandir(todo.pop()) as listed:
                        entries = list(listed)
                except OSError:
                    # It was deleted meanwhile, or this user may not read it.
                    continue
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if self._enters(entry, git):
                            todo.append(entry.path)
                    elif not _is_ignored_file(entry.name) and (stamp := _stamp(entry)):
                        found[entry.path] = stamp
        return found

    def counts(self, path: str) -> bool:
        """Return whether git would keep a file, or templates are made of it.

        Those are often left out of git: ``.env``.
        """
        if is_template_file(path.rpartition("/")[2]):
            return True
        top = next(top for top in self._git if path.startswith(f"{top.rstrip('/')}/"))
        git = self._git[top]
        return git is None or not git.ignores(path, is_folder=False)

    def _enters(self, entry: "os.DirEntry[str]", git: GitIgnore | None) -> bool:
        known = self._entered.get(entry.path)
        if known is None:
            known = not _is_ignored_folder(entry.name) and not (
                git is not None and git.ignores(entry.path, is_folder=True)
            )
            self._entered[entry.path] = known
        return known


def _git_ignore(folder: str) -> GitIgnore | None:
    """The ignore files for a folder; None where they leave out the folder as a whole."""
    git = GitIgnore(folder)
    return None if git.ignores(folder, is_folder=True) else git


def _stamp(entry: "os.DirEntry[str]") -> _Stamp | None:
    """The stamp of a file, or of a link to a folder or to nothing; None for a socket or a pipe."""
    try:
        if not entry.is_file() and not entry.is_symlink():
            return None
        # The content of a link to a file is that of the file.
        seen = entry.stat(follow_symlinks=entry.is_file())
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


def changes(
    folders: Callable[[], Iterable[Path]], *, written: Path | None = None
) -> Generator[Changes, None, None]:
    """Look for files that change, from this call on and for ever.

    What ``.gitignore`` files leave out does not count, nor do the caches, logs and databases that
    programs write.

    Args:
        folders: Gives the folders, absolute and without links. Asked again after each group of
            changes, for what these led to may have made other folders matter.
        written: A file that is written by what changes lead to, and does not count.
    """
    tree = _Tree(folders())
    return _changes(folders, tree, tree.look(), str(written))


def _changes(
    folders: Callable[[], Iterable[Path]], tree: _Tree, before: Mapping[str, _Stamp], written: str
) -> Generator[Changes, None, None]:
    while True:
        began = time.monotonic()
        now = tree.look()
        if now == before:
            yield Changes()
            time.sleep(max(_PAUSE_SECONDS, _SHARE * (time.monotonic() - began)))
            continue
        now = _calm(tree, now)
        changed = {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}
        counting = {path for path in changed if path != written and tree.counts(path)}
        yield Changes(
            frozenset(map(Path, counting)),
            frozenset(map(Path, counting & (before.keys() ^ now.keys()))),
        )
        before = now
        wanted = tuple(folders())
        if wanted != tree.folders or any(path.endswith("/.gitignore") for path in changed):
            tree = _Tree(wanted)
            # What is seen for the first time did not change.
            before = {path: now.get(path, stamp) for path, stamp in tree.look().items()}


def _calm(tree: _Tree, seen: Mapping[str, _Stamp]) -> Mapping[str, _Stamp]:
    """Look until two looks see the same."""
    deadline = time.monotonic() + _GROUP_SECONDS
    while time.monotonic() < deadline:
        time.sleep(_CALM_SECONDS)
        before, seen = seen, tree.look()
        if seen == before:
            break
    return seen
