"""The files of a folder that is mounted, as a deployment takes them."""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from serverless_containers.compose.files import SECRET_PREFIX, is_secret
from serverless_containers.plan.build_context.credentials import (
    READ_HERE,
    Credential,
    credential_of,
)
from serverless_containers.plan.build_context.folders import real
from serverless_containers.plan.build_context.walk import is_never_sent
from serverless_containers.plan.model import mode_of

_MOST_FILES = 20_000
"""Files and folders of one mount."""
UNSOUND = re.compile(r"[\0-\x1f\x7f\ud800-\udfff]")
"""Characters that no path should hold: of control, and of what is no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MountedFile:
    """A file of this machine.

    Attributes:
        source: Its absolute path.
        executable: Whether its owner may execute it.
        size: Its bytes.
        permissions: Its permissions here. Of them git keeps `executable` alone.
    """

    source: Path
    executable: bool
    size: int
    permissions: int

    @property
    def is_opened(self) -> bool:
        """Whether it may be read in a container by users who may not read it here."""
        return bool(self.mode & ~self.permissions & (stat.S_IRGRP | stat.S_IROTH))

    @property
    def mode(self) -> int:
        """Its permissions in a container."""
        return mode_of(executable=self.executable)


@dataclass(frozen=True, slots=True, kw_only=True)
class MountedCredential:
    """A file that holds credentials, in what is mounted.

    Attributes:
        path: Its absolute path.
        credential: Its kind.
    """

    path: str
    credential: Credential


@dataclass(frozen=True, slots=True, kw_only=True)
class MountedFiles:
    """Files found at the source of a mount.

    Attributes:
        files: The files by their paths below it, sorted. The path of a single file is empty.
        problem: The reason why it cannot be copied, as an end of a sentence. None: it can.
        credentials: The files in it that hold credentials, or may.
        left_out: The paths below it that no source of a pipeline holds, sorted.
    """

    files: Mapping[str, MountedFile]
    problem: str | None = None
    credentials: tuple[MountedCredential, ...] = ()
    left_out: tuple[str, ...] = ()


def find_files(
    source: str, *, read_here: frozenset[str], secrets: frozenset[str] = frozenset()
) -> MountedFiles:
    """Find the files of a mount. Folders of the machine's own (``.git``) are left out.

    Args:
        source: The absolute path of a file or a folder.
        read_here: The files of variables that are read on this machine.
        secrets: The files with the values of secrets, by their paths without links.
    """
    files: dict[str, MountedFile] = {}
    credentials: list[MountedCredential] = []
    left_out: list[str] = []
    todo, seen = [(source, "")], 0
    while todo:
        path, name = todo.pop()
        seen += 1
        if seen > _MOST_FILES:
            return _refused(f"holds more than {_MOST_FILES} files")
        try:
            status = os.stat(path, follow_symlinks=False)  # noqa: PTH116  # any text
            is_folder = stat.S_ISDIR(status.st_mode)
            found = READ_HERE if path in read_here else credential_of(path, is_folder=is_folder)
            inside = sorted(os.listdir(path)) if is_folder else []  # noqa: PTH208  # any text
        except (OSError, ValueError) as error:
            return _refused(f"cannot be read: {_within(name)}{getattr(error, 'strerror', error)}")
        if problem := _problem(path, name, status.st_mode, secrets):
            return _refused(problem)
        if found is not None:
            credentials.append(MountedCredential(path=path, credential=found))
        if not is_folder:
            files[name] = MountedFile(
                source=Path(path),
                executable=bool(status.st_mode & stat.S_IXUSR),
                size=status.st_size,
                permissions=stat.S_IMODE(status.st_mode),
            )
        for each in inside:
            below = f"{name}/{each}".lstrip("/")
            if is_never_sent(each) and not each.startswith(SECRET_PREFIX):
                left_out.append(below)
            else:
                todo.append((os.path.join(path, each), below))  # noqa: PTH118  # any text
    return MountedFiles(
        files=dict(sorted(files.items())),
        credentials=tuple(credentials),
        left_out=tuple(sorted(left_out)),
    )


def _problem(path: str, name: str, mode: int, secrets: frozenset[str]) -> str | None:
    """Return what makes something impossible to copy."""
    if UNSOUND.search(name):
        return f"holds a file whose name is no text: {name!r}"
    if is_secret(Path(path)) or real(path) in secrets:
        return f"{'holds' if name else 'is'} the file of a secret{f' ({name})' if name else ''}"
    if stat.S_ISLNK(mode):
        return f"{'holds' if name else 'is'} a symbolic link{f' ({name})' if name else ''}"
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        what = "socket" if stat.S_ISSOCK(mode) else "pipe" if stat.S_ISFIFO(mode) else "device"
        return f"{'holds' if name else 'is'} a {what}{f' ({name})' if name else ''}"
    return None


def _within(name: str) -> str:
    return f"{name}, " if name else ""


def _refused(problem: str) -> MountedFiles:
    return MountedFiles(files={}, problem=problem)
