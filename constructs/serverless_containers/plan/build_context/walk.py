"""One walk over everything that is packed: the pipeline's source, and the contexts of builds."""

import fnmatch
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from serverless_containers.compose.files import SECRET_PREFIX
from serverless_containers.compose.model import Project
from serverless_containers.plan.build_context.folders import real
from serverless_containers.plan.build_context.ignore import IgnoreRules, Matched

NEVER_SENT = (
    ".git",
    ".venv",
    "node_modules",
    "__pycache__",
    ".*_cache",
    ".DS_Store",
    ".secret-*",
    "cdk.out",
    "custom-policies.json",
    "*.override.yml",
    "*.override.yaml",
)
"""Names that are no part of a pipeline's source: what an engine would not find in a clone."""

_NEVER_SENT = re.compile("|".join(map(fnmatch.translate, NEVER_SENT)))
_OF_OTHERS = frozenset({"node_modules", ".venv", "venv", "site-packages"})
"""Folders that a package manager fills with what everybody can download."""


def is_never_sent(name: str) -> bool:
    """Return whether a file or a folder of this name is no part of a pipeline's source."""
    return _NEVER_SENT.match(name) is not None


def is_left_out(rules: IgnoreRules, path: str) -> bool:
    """Return whether patterns leave a path out, by itself or with a folder that it is in.

    Args:
        rules: The patterns.
        path: The path against their folder.
    """
    matched, above = rules.top, ""
    for part in path.split("/"):
        above = f"{above}/{part}".lstrip("/")
        matched = rules.match(above, matched)
    return rules.ignores(matched)


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """The context of a build: a folder on this machine.

    Attributes:
        folder: The folder, absolute and without links.
        rules: The patterns of what is left out of it.
    """

    folder: str
    rules: IgnoreRules


@dataclass(frozen=True, slots=True)
class _Within:
    """A folder as one context has it."""

    context: Context
    path: str
    matched: Matched

    def below(self, name: str) -> "_Within":
        path = f"{self.path}/{name}" if self.path else name
        return _Within(self.context, path, self.context.rules.match(path, self.matched))

    @property
    def is_ignored(self) -> bool:
        return self.context.rules.ignores(self.matched)


@dataclass(slots=True, eq=False)
class Entry:
    """A file, a folder or a symbolic link in a folder that is packed.

    Attributes:
        path: Its absolute path, without links above it.
        is_folder: Whether it is a folder.
        is_link: Whether it is a symbolic link.
        is_file: Whether it is a regular file.
        in_source: Whether a pipeline's source holds it.
        in_clone: Whether it, and what it is in, has a name that a clone may hold.
        of_others: The outermost folder of a package manager that it is in; empty: in none.
        descend: Whether a folder is walked, too. May be set to False before the next entry.
    """

    path: str
    is_folder: bool
    is_link: bool
    is_file: bool
    in_source: bool
    in_clone: bool
    of_others: str
    _above: tuple[_Within, ...]
    descend: bool = True

    @property
    def in_context(self) -> bool:
        """Whether it is in the context of a build, left out of it or not."""
        return bool(self._above)

    def is_read(self) -> bool:
        """Return whether some build can read it."""
        name = os.path.basename(self.path)  # noqa: PTH119  # text
        return any(not each.below(name).is_ignored for each in self._above)

    @property
    def is_sent(self) -> bool:
        """Whether it is packed at all, in one way or another."""
        return self.in_source or self.is_read()


def contexts_of(project: Project) -> tuple[Context, ...]:
    """The contexts of a project's builds that are folders on this machine."""
    found: dict[tuple[str, str | None], Context] = {}
    for service in project.services.values():
        build = service.build
        if build is None or not build.is_local:
            continue
        dockerfile = build.dockerfile if build.dockerfile_inline is None else None
        wanted = [(build.context, dockerfile)]
        # What BuildKit leaves out of these depends on its version: taken as whole.
        wanted += [
            (os.path.join(project.directory, other), "")  # noqa: PTH118  # text
            for other in build.additional_contexts.values()
            if "://" not in other
        ]
        for folder, file in wanted:
            top = real(folder)
            if (top, file) not in found:
                rules = IgnoreRules(()) if file == "" else IgnoreRules.of(top, file)
                found[top, file] = Context(top, rules)
    return tuple(found.values())


_MOST_OF_PART = 20_000
"""Files and folders that are looked at in a part of a context."""


def files_of_part(context: Context, part: str) -> Iterator[tuple[str, bool]]:
    """The files of a part of a context, each with whether the context leaves it out.

    A folder that is empty, or left out as a whole, is given like a file. Symbolic links are not
    followed.

    Args:
        context: The context.
        part: The path of a file or a folder in it, without ``..``; empty: all of it.
    """
    within = _Within(context, "", context.rules.top)
    for name in part.split("/") if part else ():
        within = within.below(name)
    todo, seen = [within], 0
    while todo and seen < _MOST_OF_PART:
        seen += 1
        within = todo.pop()
        is_whole = within.is_ignored and not context.rules.has_exceptions
        listed: list[str] = []
        path = os.path.join(context.folder, within.path)  # noqa: PTH118  # text
        if not is_whole and not os.path.islink(path):  # noqa: PTH114  # text
            try:
                listed = sorted(os.listdir(path), reverse=True)  # noqa: PTH208  # text
            except (OSError, ValueError):
                listed = []
        todo += [within.below(name) for name in listed]
        if not listed:
            yield within.path, within.is_ignored


def walk(source: str, contexts: Sequence[Context]) -> Iterator[Entry]:
    """Walk over what is packed, each folder once, in no order.

    Symbolic links are given and not followed, as neither the CDK nor an engine follows those that
    stay inside. A folder that no asset holds is not entered.

    Args:
        source: The project folder, absolute and without links.
        contexts: The contexts of its builds, in the folder or elsewhere.
    """
    starts = dict.fromkeys((source, *(each.folder for each in contexts)))
    for start in starts:
        if not any(_is_in(start, other) for other in starts):
            yield from _Walk(source, contexts).below(start)


def _is_in(path: str, folder: str) -> bool:
    return path.startswith(folder if folder.endswith("/") else f"{folder}/")


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    in_source: bool
    in_clone: bool
    of_others: str
    within: tuple[_Within, ...]


class _Walk:
    def __init__(self, source: str, contexts: Sequence[Context]) -> None:
        self._source = source
        self._tops: dict[str, list[Context]] = {}
        for context in contexts:
            self._tops.setdefault(context.folder, []).append(context)

    def below(self, start: str) -> Iterator[Entry]:
        todo = [_Folder(start, in_source=False, in_clone=True, of_others="", within=())]
        while todo:
            folder = self._entered(todo.pop())
            try:
                with os.scandir(folder.path) as listed:
                    entries = list(listed)
            except OSError:
                # Exclusions it fails, and says so.
                continue
            for found in entries:
                entry = self._entry(found, folder)
                yield entry
                if entry.is_folder and entry.descend and (within := self._kept(entry)) is not None:
                    todo.append(
                        _Folder(
                            path=entry.path,
                            in_source=entry.in_source,
                            in_clone=entry.in_clone,
                            of_others=entry.of_others,
                            within=within,
                        )
                    )

    def _entered(self, folder: _Folder) -> _Folder:
        """A folder, with what begins at it."""
        tops = [_Within(each, "", each.rules.top) for each in self._tops.get(folder.path, ())]
        in_source = folder.in_source or folder.path == self._source
        return _Folder(
            folder.path, in_source, folder.in_clone, folder.of_others, (*folder.within, *tops)
        )

    def _entry(self, found: "os.DirEntry[str]", folder: _Folder) -> Entry:
        in_clone = folder.in_clone and _NEVER_SENT.match(found.name) is None
        is_folder = found.is_dir(follow_symlinks=False)
        starts_of_others = is_folder and found.name in _OF_OTHERS
        return Entry(
            path=found.path,
            is_folder=is_folder,
            is_link=found.is_symlink(),
            is_file=found.is_file(follow_symlinks=False),
            in_source=folder.in_source and in_clone,
            in_clone=in_clone,
            of_others=folder.of_others or (found.path if starts_of_others else ""),
            # Neither a source nor a context ever holds the file of a secret.
            _above=() if found.name.startswith(SECRET_PREFIX) else folder.within,
        )

    def _kept(self, entry: Entry) -> tuple[_Within, ...] | None:
        """The contexts that a folder is walked for; None if it need not be walked."""
        name = os.path.basename(entry.path)  # noqa: PTH119  # text
        within = [each.below(name) for each in entry._above]  # noqa: SLF001  # of this module
        # Kept, where something below may be an exception.
        readable = any(not each.is_ignored or each.context.rules.has_exceptions for each in within)
        leads_to_more = any(_is_in(f"{top}/", entry.path) for top in (self._source, *self._tops))
        return tuple(within) if entry.in_source or readable or leads_to_more else None
