"""The folder of a run's files, which only its user may read, and which tells whether it goes on.

A note in a project may name any folder at all: somebody else may have written it. So a folder is
believed only where it lies in the folder for temporary files, under the name that `make` gives, and
belongs to this user alone.
"""

import fcntl
import json
import os
import re
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

_PREFIX = "serverless-containers-local-"
_NAME = re.compile(rf"{_PREFIX}[A-Za-z0-9_]{{8}}")
_LOCK = "lock"
_RECORD = "run.json"
_PROJECT = "project"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class RunFolder:
    """The folder of a run.

    Args:
        path: Where it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def make(cls) -> "RunFolder":
        """Make one among the temporary files.

        Raises:
            OSError: If there is no room for one.
        """
        return cls(Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_temporary())))

    @classmethod
    def find(cls, path: str) -> "RunFolder | None":
        """Find a folder again, if it is one of this user's runs."""
        folder = Path(path)
        return cls(folder) if _is_ours(folder) else None

    def write(self, record: dict[str, Any]) -> None:
        """Write what is to be known of the run."""
        file = os.open(
            self.path / _RECORD,
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW,
            0o600,
        )
        with os.fdopen(file, "w") as opened:
            json.dump(record, opened, indent=2)

    def read(self) -> dict[str, Any]:
        """Read what is known of the run; nothing if it cannot be read."""
        with suppress(OSError, ValueError):
            file = os.open(self.path / _RECORD, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(file) as opened:
                record = json.load(opened)
            if isinstance(record, dict):
                return record
        return {}

    def belong_to(self, project: Path) -> None:
        """Note the project whose run it is."""
        file = self.path / _PROJECT
        file.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(file, flags, 0o600), "wb") as opened:
            opened.write(os.fsencode(project.resolve()))

    def belongs_to(self, project: Path) -> bool:
        """Return whether it is of a run of this project: a note in another one may name it, too."""
        with suppress(OSError):
            return (self.path / _PROJECT).read_bytes() == os.fsencode(project.resolve())
        return False

    def lock(self) -> int:
        """Hold the folder's lock, as long as the file is open that is returned.

        Whoever inherits the file holds it, too; the kernel lets go of it when the last one ends.
        """
        file = os.open(
            self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return file

    def is_locked(self) -> bool:
        """Return whether the process still runs that was given the lock.

        Its number alone would not tell: another one may have it by now.
        """
        with suppress(FileNotFoundError):
            file = os.open(self.path / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            finally:
                os.close(file)
        return False

    def remove(self) -> None:
        """Remove it with all that is in it, if it is still one of this user's runs."""
        if _is_ours(self.path):
            shutil.rmtree(self.path, ignore_errors=True)


def _temporary() -> Path:
    return Path(tempfile.gettempdir()).resolve()


def _is_ours(folder: Path) -> bool:
    if not _NAME.fullmatch(folder.name) or folder.parent != _temporary():
        return False
    try:
        found = folder.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & _OTHERS
    )
