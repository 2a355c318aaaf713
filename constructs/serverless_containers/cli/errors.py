"""Errors of the machine, and defects of this program, told in words: nobody sees a traceback."""

import errno
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

_REMEDIES = {
    errno.ENOSPC: "the disk is full; make room on it",
    errno.EDQUOT: "this user's quota of the disk is used up; remove what is not needed",
    errno.EROFS: "the file system is read-only; use a folder that can be written",
    errno.EACCES: "this user may not; change the owner or the mode, or use another folder",
    errno.EPERM: "this user may not; change the owner or the mode, or use another folder",
}
_FULL = 1 << 20
"""Bytes below which a disk is full: what a run writes is larger."""


@contextmanager
def errors_in_words() -> Iterator[None]:
    """Tell what goes wrong, other than in the user's files, in a sentence; it decorates, too.

    Raises:
        click.ClickException: In place of any exception that is none of click's. Its traceback is
            in a file that the message names.
    """
    if sys.stdout is None:
        raise click.ClickException("standard output is closed: nothing could be shown")
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except OSError as error:
        # Of the machine, such as a full disk: no finding, and no defect either.
        raise click.ClickException(describe_os_error(error)) from error
    except Exception as error:
        raise click.ClickException(
            f"this is a defect of serverless-containers ({type(error).__name__}); "
            f"{_kept_traceback()}"
        ) from error


def has_remedy(error: OSError) -> bool:
    """Return whether an error is the machine's, with a remedy that its user can apply."""
    return error.errno in _REMEDIES


def describe_os_error(error: OSError) -> str:
    """Say what the machine refused, of which file, and what to do."""
    what = error.strerror or str(error)
    where = f"{error.filename}: " if error.filename else ""
    remedy = _REMEDIES.get(error.errno or 0)
    return f"{where}{what}" + (f" ({remedy})" if remedy else "")


def full_disks(folders: Iterable[Path]) -> list[Path]:
    """Return those folders in which no more can be written.

    Programs whose disk is full rarely say so.

    Args:
        folders: Folders that were written to.
    """
    found = []
    for folder in folders:
        try:
            left, inodes = shutil.disk_usage(folder).free, os.statvfs(folder)
        except OSError:
            continue
        # Some file systems do not count them.
        if left < _FULL or (inodes.f_files and not inodes.f_favail):
            found.append(folder)
    return found


def _kept_traceback() -> str:
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="serverless-containers-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            traceback.print_exc(file=log)
    except OSError as error:
        return f"its traceback could not be written: {describe_os_error(error)}"
    return f"its traceback is in {log.name}"
