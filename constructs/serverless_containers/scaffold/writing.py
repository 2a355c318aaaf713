"""Writing new files: all of them, or none."""

import os
import shutil
import stat
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


class FilesInTheWayError(Exception):
    """Files that are there already, and are not overwritten.

    Attributes:
        files: The files.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = tuple(files)
        super().__init__(", ".join(map(str, files)))


@dataclass(slots=True)
class Written:
    """Files and folders that were made, the first one first."""

    files: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)

    def undo(self) -> None:
        """Remove what was made. What somebody else has put into a folder meanwhile stays."""
        for file in reversed(self.files):
            file.unlink(missing_ok=True)
        for folder in reversed(self.folders):
            try:
                folder.rmdir()
            except OSError:
                continue


def in_the_way(files: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files that are there already, or whose folder cannot be made, or is elsewhere.

    A repository may hold links, such as one to ``.git/hooks``: below the current folder, or the
    repository, none is followed, and nothing is written into ``.git``.

    Args:
        files: Files that are to be written.
    """
    found: dict[Path, None] = {}
    for file in files:
        if os.path.lexists(file):
            found.setdefault(file)
            continue
        if leads_away := _link_on_the_way(file):
            found.setdefault(leads_away)
            continue
        for folder in file.parents:
            if os.path.lexists(folder):
                if not folder.is_dir():
                    found.setdefault(folder)
                break
    return tuple(found)


def _link_on_the_way(file: Path) -> Path | None:
    here = Path.cwd()
    for folder in file.parents:
        if here.is_relative_to(folder):
            return None
        if folder.is_symlink() or folder.name == ".git":
            return folder
        if os.path.lexists(folder / ".git"):
            return None
    return None


def write_all(files: Mapping[Path, bytes | Path]) -> Written:
    """Write new files: all of them, or none.

    Each is written under another name first, and gets its own only where nothing has it: not even
    a file that comes into being meanwhile is overwritten.

    Args:
        files: What they hold by their absolute paths: bytes, or a file that is copied, with the
            permissions that it has.

    Returns:
        What was made, which can be undone.

    Raises:
        FilesInTheWayError: If some are there already. Nothing is written.
        OSError: If one cannot be written. Nothing stays of the others.
    """
    if found := in_the_way(list(files)):
        raise FilesInTheWayError(found)
    written = Written()
    try:
        for file, content in files.items():
            _make_folder(file.parent, written)
            _write(file, content, written)
    except BaseException:
        written.undo()
        raise
    return written


def _make_folder(folder: Path, written: Written) -> None:
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir()
        written.folders.append(each)


def _write(file: Path, content: bytes | Path, written: Written) -> None:
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".init-")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            if isinstance(content, bytes):
                opened.write(content)
            else:
                with content.open("rb") as source:
                    shutil.copyfileobj(source, opened)
        mode = stat.S_IMODE(content.stat().st_mode) if isinstance(content, Path) else 0o666
        temporary.chmod(mode & 0o777 & ~_umask())
        try:
            # Unlike a rename, this fails where there is a file of the name.
            os.link(temporary, file)
        except FileExistsError as error:
            raise FilesInTheWayError([file]) from error
        except OSError:
            # A file system without links.
            if os.path.lexists(file):
                raise FilesInTheWayError([file]) from None
            temporary.rename(file)
        written.files.append(file)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
