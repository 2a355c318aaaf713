"""The folder ``.local`` of a CDK app: logs, and the emulators that were started for it."""

import errno
import fcntl
import json
import os
import re
import stat
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from serverless_containers.local.emulator.emulator import Emulator
from serverless_containers.local.emulator.run_folder import RunFolder
from serverless_containers.local.engine import Engine, EngineError, find_engine, sweep
from serverless_containers.local.failure import LocalError

_LARGEST = 1024 * 1024
"""Bytes of a note that are read: the outputs of a deployment fit in well."""
_RUN = re.compile(r"[0-9a-f]{8}")
_ENDING_SECONDS = 60.0
_PAUSE_SECONDS = 0.2
_WORDS_OF_THE_HOLDER = 100


class LocalFolder:
    """A CDK app's folder.

    Args:
        folder: Where cdk.json is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._own = folder / ".local"
        self._state = self._own / "emulator.json"
        self._deployed = self._own / "deployed.json"
        self._sources = self._own / "sources.json"

    def is_new(self) -> bool:
        """Return whether nothing was ever run here."""
        return not self._own.exists()

    def log(self, step: str) -> Path:
        """The file for a step's output."""
        self._make_own()
        log = self._own / f"{step}.log"
        if log.is_symlink():
            # It would lead a step's output to somebody else's file.
            log.unlink()
        return log

    @contextmanager
    def locked(
        self, command: str, *, end_other: Callable[[], object] | None = None
    ) -> Generator[None, None, None]:
        """Lock of the folder: what changes its emulator is done by one run at a time.

        The kernel releases it when the run ends, however that is. No process that the run starts
        inherits it.

        Args:
            command: The command that takes it, for the message to another.
            end_other: Makes a run that deploys end, which is then waited for. By default it is
                left alone.

        Raises:
            LocalError: If another run has it, or the folder is not this user's own.
        """
        lock = self._open_lock()
        try:
            deadline = time.monotonic() + _ENDING_SECONDS
            while not _take(lock):
                other = _words(lock)
                endable = end_other is not None and not other.endswith(f"`{command}`)")
                if not endable or time.monotonic() > deadline:
                    raise LocalError(
                        f"another run {other} is under way in {self.folder}: "
                        "wait until it ends, or end it with `serverless-containers local down`"
                    )
                if end_other is not None:
                    end_other()
                time.sleep(_PAUSE_SECONDS)
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"(process {os.getpid()}, `{command}`)\n".encode(), 0)
            yield
        finally:
            os.close(lock)

    def holder(self) -> str:
        """Return which run has the lock, in words; an empty text if none has."""
        if self.is_new():
            return ""
        lock = self._open_lock()
        try:
            return "" if _take(lock) else _words(lock)
        finally:
            os.close(lock)

    def _open_lock(self) -> int:
        try:
            self._make_own()
            folder = os.open(self._own, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except (NotADirectoryError, FileExistsError) as error:
            raise LocalError(
                f"{self._own} is a file, and has to be a folder of its own: remove it"
            ) from error
        try:
            if os.fstat(folder).st_uid != os.geteuid():
                raise LocalError(
                    f"{self._own} belongs to another user: remove it, or run this as its owner"
                )
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            return os.open("lock", flags, 0o600, dir_fd=folder)
        except OSError as error:
            if error.errno not in (errno.ELOOP, errno.EISDIR):
                raise
            raise LocalError(f"{self._own}/lock is no file of its own: remove it") from error
        finally:
            os.close(folder)

    def kept(self) -> Emulator | None:
        """The emulator that an earlier run left running, if it still does."""
        emulator = self._emulator(self._state)
        if emulator is None:
            self._forget_lost(self._state)
            return None
        if emulator.status() is None:
            # It ended with the machine, or was killed.
            emulator.stop()
            self.forget()
            return None
        return emulator

    def remember(self, emulator: Emulator) -> None:
        """Note an emulator, for `kept`."""
        self._make_own()
        self._note(self._state, emulator)

    def forget(self) -> None:
        """Note that none runs."""
        _remove(self._state)
        _remove(self._deployed)
        _remove(self._sources)

    def note_start(self, emulator: Emulator) -> Path:
        """Note an emulator that ends with its run, so that it is found if that run is killed.

        Returns:
            The note, to be deleted in the end.
        """
        self._make_own()
        note = self._own / f"run-{os.getpid()}-{emulator.port}.json"
        self._note(note, emulator)
        return note

    def stop_started(self) -> int:
        """Stop the emulators of runs that have not ended yet. Returns how many there were."""
        count = 0
        for note, emulator in self._started():
            emulator.stop()
            _remove(note)
            count += 1
        return count

    def recover(self) -> None:
        """Remove what killed runs left behind, as far as the engine answers."""
        for note, emulator in self._started():
            if emulator.status() is None and not _works(note):
                try:
                    emulator.stop()
                except LocalError:
                    # Another time; what is new is not to suffer from it.
                    continue
                _remove(note)

    def note_deployed(self, what: Mapping[str, Any]) -> None:
        """Note what was deployed to the emulator that is kept."""
        self._make_own()
        _write(self._deployed, json.dumps(what, indent=2) + "\n")

    def deployed(self) -> dict[str, Any]:
        """Read what was deployed to the emulator that is kept.

        Raises:
            LocalError: If nothing was.
        """
        try:
            found = _read(self._deployed)
        except (OSError, ValueError) as error:
            raise LocalError(
                "nothing was deployed in this folder: `serverless-containers local up` does that"
            ) from error
        return found

    def note_sources(self, folders: Iterable[str]) -> None:
        """Note the folders that the tasks of the app are made of."""
        self._make_own()
        _write(self._sources, json.dumps({"folders": sorted(folders)}, indent=2) + "\n")

    def sources(self) -> tuple[Path, ...]:
        """Read the folders that the tasks of the app are made of; none where none are noted."""
        try:
            return tuple(map(Path, _read(self._sources)["folders"]))
        except (OSError, ValueError, TypeError, KeyError):
            return ()

    def _started(self) -> Iterator[tuple[Path, Emulator]]:
        for note in sorted(self._own.glob("run-*.json")):
            if emulator := self._emulator(note):
                yield note, emulator
            else:
                self._forget_lost(note)

    def _note(self, note: Path, emulator: Emulator) -> None:
        # What it is to be believed stands in its own folder, where nobody else can write.
        known = {"folder": emulator.folder, "engine": emulator.engine, "run": emulator.run}
        if folder := RunFolder.find(emulator.folder):
            folder.belong_to(self.folder)
        _write(note, json.dumps(known, indent=2) + "\n")

    def _emulator(self, note: Path) -> Emulator | None:
        """The emulator that a note names, if it was started for this project."""
        try:
            folder = str(_read(note)["folder"])
        except (OSError, ValueError, TypeError, KeyError):
            return None
        found = RunFolder.find(folder)
        if found is None or not found.belongs_to(self.folder):
            return None
        return Emulator.find(folder)

    def _forget_lost(self, note: Path) -> None:
        """Remove a note whose folder is gone, as temporary files are when a machine starts.

        Of what it says only the run's id is used, and only at the engine that is found anyway.
        """
        with suppress(OSError, ValueError, TypeError, KeyError):
            known = _read(note)
            engine = find_engine()
            if _RUN.fullmatch(known["run"]) and getattr(engine, "url", None) == known["engine"]:
                with suppress(EngineError):
                    sweep(Engine(known["engine"], known["run"]), known["run"])
        _remove(note)

    def _make_own(self) -> None:
        if self._own.is_symlink():
            raise LocalError(f"{self._own} is a link, and has to be a folder of its own: remove it")
        self._own.mkdir(mode=0o700, exist_ok=True)
        # A consumer's repository need not know this folder.
        _write(self._own / ".gitignore", "*\n")


def _write(file: Path, content: str) -> None:
    """Write a file that only its user may read, in place of whatever has its name."""
    _remove(file)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(content)


def _words(lock: int) -> str:
    """Read what the run that has a lock says of itself."""
    words = os.pread(lock, _WORDS_OF_THE_HOLDER, 0).decode(errors="replace").strip()
    return words or "(just started)"


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove(file: Path) -> None:
    """Remove a file, or the link that has its name.

    Raises:
        LocalError: If it is a folder, or somebody else's.
    """
    try:
        file.unlink(missing_ok=True)
    except (IsADirectoryError, PermissionError) as error:
        raise LocalError(f"{file} cannot be removed ({error.strerror}): remove it") from error


def _read(file: Path) -> dict[str, Any]:
    """Read a file of this folder's own: no link, no pipe and no device, and nothing large.

    Raises:
        OSError: If it is anything else, or is not there.
        ValueError: If it holds no mapping in JSON.
    """
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        opened = os.open(file.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)
    with os.fdopen(opened, "rb") as reading:
        status = os.fstat(opened)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, "no file of its user's own", str(file))
        content = json.loads(reading.read(_LARGEST))
    if not isinstance(content, dict):
        raise ValueError(f"{file} holds no mapping")  # noqa: TRY004  # as JSON's own errors are
    return content


def _works(note: Path) -> bool:
    """Return whether the run that wrote a note is still there."""
    try:
        os.kill(int(note.stem.split("-")[1]), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
