"""Reading files: what they hold, how a user would name them, and why they cannot be read.

Whatever a user's file names is read here, so that one set of rules holds for all of it: regular
files only, up to a bound, inside the project unless the file that names it says otherwise.
"""

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NoReturn

from serverless_containers.compose import limits, rules
from serverless_containers.compose.quota import Quota, QuotaError, StoppedError
from serverless_containers.findings import Findings, KeyPath, Location

SECRET_PREFIX = ".secret-"  # noqa: S105  # how a name starts
"""Start of the names of secrets' files, so that ``.gitignore`` knows them all."""

_TEMPLATES = ("example", "template", "sample", "dist")
"""The ends of the names of templates of files of variables: ``.env.example``."""
_ASSIGNED = re.compile(r"(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=")
_KERNEL = ("/proc", "/sys", "/dev")
"""Folders without files of anybody's, though some look regular: credentials, memory."""


def is_file(path: Path) -> bool:
    """Return whether there is a file of this name, which is any text that a user wrote.

    `os.path` says no where `pathlib` raises: for a name that is too long, or holds a zero byte.
    """
    return os.path.isfile(path)  # noqa: PTH113


def exists(path: Path) -> bool:
    """Return whether there is anything of this name; see `is_file`."""
    return os.path.exists(path)  # noqa: PTH110


def is_secret(path: Path) -> bool:
    """Return whether a file, or the one that it is a link to, has the name of a secret's file.

    Nothing here reads one: what a file holds may end up in a template, or in a finding.
    """
    names = [os.path.basename(path)]  # noqa: PTH119  # any text
    with contextlib.suppress(ValueError):
        # No file can have a name with a zero byte.
        names.append(os.path.basename(os.path.realpath(path)))  # noqa: PTH119
    return any(name.startswith(SECRET_PREFIX) for name in names)


class NotRegularError(OSError):
    """Something that is no regular file. ``strerror`` says what it is: ``is a folder``."""


class TooLargeError(OSError):
    """A file with more bytes than are read. ``strerror`` says how many those are."""


def read_regular(path: Path, *, most: int) -> bytes:
    """Read a regular file.

    Args:
        path: The file.
        most: The bytes that it may have.

    Raises:
        NotRegularError: If it is a folder, a device, a pipe, a socket or a file of the kernel's.
        TooLargeError: If it has more bytes.
        OSError: If it cannot be read, for instance because it does not exist.
        ValueError: If no file can have the name.
    """
    with open_regular(path) as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        raise TooLargeError(errno.EFBIG, f"has more than {most} bytes", str(path))
    return content


@contextmanager
def open_regular(path: Path, *, follow: bool = True) -> Iterator[BinaryIO]:
    """Open a regular file for reading, and nothing that would wait, answer or never end.

    Args:
        path: The file.
        follow: Whether it may be a symbolic link.

    Raises:
        NotRegularError: If it is a folder, a device, a pipe, a socket or a file of the kernel's.
        OSError: If it cannot be opened.
        ValueError: If no file can have the name.
    """
    # Before it is opened, because opening alone can make a device do something, and after, because
    # it is another file by then if somebody is quick.
    _refuse_special(os.stat(path, follow_symlinks=follow), path)  # noqa: PTH116  # any text
    descriptor = os.open(path, _flags(follow=follow))
    with open(descriptor, "rb") as opened:  # noqa: PTH123  # a descriptor
        _refuse_special(os.fstat(descriptor), path)
        yield opened


def _flags(*, follow: bool) -> int:
    # Not every system has them all.
    names = (
        "O_NONBLOCK",
        "O_NOCTTY",
        "O_CLOEXEC",
        "O_BINARY",
        *(() if follow else ("O_NOFOLLOW",)),
    )
    flags = os.O_RDONLY
    for name in names:
        flags |= getattr(os, name, 0)
    return flags


def _refuse_special(status: os.stat_result, path: Path) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise NotRegularError(errno.EISDIR, "is a folder", str(path))
    if not stat.S_ISREG(status.st_mode):
        raise NotRegularError(errno.EINVAL, "is no regular file", str(path))
    real = os.path.realpath(path)
    if real.startswith(tuple(f"{folder}/" for folder in _KERNEL)) or status.st_dev in {
        os.stat(folder).st_dev  # noqa: PTH116
        for folder in _KERNEL
        if os.path.ismount(folder)
    }:
        raise NotRegularError(errno.EINVAL, "is a file of the operating system's", str(path))


@dataclass(frozen=True, slots=True)
class Template:
    """A file beside the one of variables, from which people make that one.

    Attributes:
        name: Its name.
        names: The variables that it names.
    """

    name: str
    names: frozenset[str]


def find_template(file: Path) -> Template | None:
    """Return the template of a file of variables; None if there is none that can be read.

    Args:
        file: The file of variables, which is missing.
    """
    plain = file.name.removeprefix(".")
    names = [f"{stem}.{end}" for end in _TEMPLATES for stem in (file.name, plain)]
    for name in (*names, *(f"{end}.{plain}" for end in _TEMPLATES)):
        path = file.parent / name
        if not is_file(path):
            continue
        try:
            text = read_regular(path, most=limits.LARGEST_VARIABLES).decode("utf-8", "replace")
        except (OSError, ValueError):
            continue
        return Template(name, frozenset(_ASSIGNED.findall(text)))
    return None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads files and reports those that cannot be read.

    Attributes:
        directory: The project folder: what the names in findings are relative to.
        findings: Where problems are reported.
        quota: What the project may still take.
        template: The template of a file of variables that is missing, if one is there.
    """

    directory: Path
    findings: Findings
    quota: Quota = field(default_factory=Quota)
    template: Template | None = None
    _known: set[Path] = field(default_factory=set)

    def shown(self, path: Path | str) -> str:
        """A file as the user would name it: relative to the project folder where it can be."""
        absolute = os.path.normpath(os.path.join(self.directory, path))  # noqa: PTH118  # lexical
        relative = os.path.relpath(absolute, self.directory)
        return absolute if relative.count("..") > 2 else relative

    def stop(self, error: QuotaError, at: Location | None, keys: KeyPath = ()) -> NoReturn:
        """Report that a project asks for too much, and end reading it.

        Args:
            error: What there is too much of.
            at: Where it is asked for.
            keys: The keys that lead there.

        Raises:
            StoppedError: Always.
        """
        self.findings.report(rules.TOO_LARGE, at, keys, str(error), error.fix)
        raise StoppedError

    def count_values(self, amount: int, at: Location | None, keys: KeyPath = ()) -> None:
        """Count values that are not written where they count.

        Args:
            amount: How many there are.
            at: Where they come into being.
            keys: The keys that lead there.

        Raises:
            StoppedError: If there are too many; it has been reported.
        """
        try:
            self.quota.take_values(amount)
        except QuotaError as error:
            self.stop(error, at, keys)

    def count_text(self, amount: int, at: Location | None, keys: KeyPath = ()) -> None:
        """Count characters that variables are replaced by.

        Args:
            amount: How many there are.
            at: Where they are put.
            keys: The keys that lead there.

        Raises:
            StoppedError: If there are too many; it has been reported.
        """
        try:
            self.quota.take_characters(amount)
        except QuotaError as error:
            self.stop(error, at, keys)

    def count_file(self, path: Path, size: int, at: Location | None, keys: KeyPath = ()) -> None:
        """Count a file that is read, which may be for the second time.

        Args:
            path: The file.
            size: Its size.
            at: Where it is named, None for a file that nothing names.
            keys: The keys that lead there.

        Raises:
            StoppedError: If files are read too often; it has been reported.
        """
        if path not in self._known:
            self._known.add(path)
            self.quota.grant(size)
            amount = size
        else:
            amount = size * limits.COST_OF_REREADING
        self.count_text(amount, at, keys)

    def read(
        self,
        path: Path,
        at: Location | None = None,
        keys: KeyPath = (),
        *,
        most: int = limits.LARGEST_FILE,
        folders: Sequence[Path | str] = (),
    ) -> bytes | None:
        """Give a file's bytes.

        Args:
            path: The file.
            at: Where it is named, None for a file that nothing names.
            keys: The keys that lead there.
            most: The bytes that it may have.
            folders: The folders that it may be in besides the project's. See `is_inside`.

        Raises:
            StoppedError: If files are read too often; it has been reported.
        """
        shown = self.shown(path)
        if is_secret(path):
            self.findings.report(
                rules.SECRET_READ,
                at,
                keys,
                f"{shown} is the file of a secret, which nothing but `secrets push` reads",
                "define a secret with it, and list that under secrets",
            )
            return None
        if at is not None and not self.is_inside(path, at, keys, folders=folders):
            return None
        rule, fix = rules.SOURCE_MISSING, "name a file that exists"
        try:
            content = read_regular(path, most=most)
        except FileNotFoundError:
            reason = "does not exist"
        except TooLargeError as error:
            rule, reason, fix = rules.TOO_LARGE, str(error.strerror), "write a smaller one"
        except NotRegularError as error:
            rule, reason = rules.NO_REGULAR_FILE, str(error.strerror)
            fix = "name a file of the project's"
        except (OSError, ValueError) as error:
            reason = f"cannot be read ({getattr(error, 'strerror', None) or error})"
        else:
            self.count_file(path, len(content), at, keys)
            return content
        self.findings.report(rule, at, keys, f"{shown} {reason}", fix)
        return None

    def is_inside(
        self, path: Path, at: Location, keys: KeyPath, *, folders: Sequence[Path | str] = ()
    ) -> bool:
        """Return whether a file that another one names may be read.

        A path out of the project, absolute or with ``..``, is a warning: Docker Compose takes it,
        and whoever reads the file sees it. A symbolic link that does so in secret is an error.

        Args:
            path: The file.
            at: Where it is named.
            keys: The keys that lead there.
            folders: The folders that it may be in besides the project's.
        """
        allowed = (self.directory, *folders)
        try:
            real = os.path.realpath(path)
        except (OSError, ValueError):
            return True
        if not any(_is_below(os.path.normpath(path), os.path.normpath(each)) for each in allowed):
            self.findings.report(
                rules.OUTSIDE_PROJECT,
                at,
                keys,
                f"{self.shown(path)} is outside the project folder; what it holds becomes part of "
                "the deployment",
                "keep a copy in the project, if it is meant for others too",
            )
            return True
        if any(_is_below(real, os.path.realpath(each)) for each in allowed):
            return True
        self.findings.report(
            rules.LINK_OUT,
            at,
            keys,
            f"{self.shown(path)} is a symbolic link, or behind one, that leads out of the project",
            "name the file that is meant by its own path, or copy it into the project",
        )
        return False


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))  # noqa: PTH118  # text
