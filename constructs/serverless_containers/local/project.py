"""The folder ``.local`` of a CDK app: logs, and the emulators that were started for it."""

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from serverless_containers.local.emulator import Emulator
from serverless_containers.local.engine import Engine, EngineError, find_engine, sweep
from serverless_containers.local.failure import LocalError

_RUN = re.compile(r"[0-9a-f]{8}")


class Project:
    """A CDK app's folder.

    Args:
        folder: Where cdk.json is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._own = folder / ".local"
        self._state = self._own / "emulator.json"
        self._deployed = self._own / "deployed.json"

    def log(self, step: str) -> Path:
        """The file for a step's output."""
        self._make_own()
        log = self._own / f"{step}.log"
        if log.is_symlink():
            # It would lead a step's output to somebody else's file.
            log.unlink()
        return log

    def kept(self) -> Emulator | None:
        """The emulator that an earlier run left running, if it still does."""
        emulator = _read(self._state)
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
        self._state.unlink(missing_ok=True)
        self._deployed.unlink(missing_ok=True)

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
            note.unlink(missing_ok=True)
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
                note.unlink(missing_ok=True)

    def note_deployed(self, what: Mapping[str, Any]) -> None:
        """Note what was deployed to the emulator that is kept."""
        self._make_own()
        _write(self._deployed, json.dumps(what, indent=2) + "\n")

    def deployed(self) -> dict[str, Any]:
        """What was deployed to the emulator that is kept.

        Raises:
            LocalError: If nothing was.
        """
        try:
            found: dict[str, Any] = json.loads(self._deployed.read_text())
        except (OSError, ValueError) as error:
            raise LocalError(
                "nothing was deployed in this folder: `serverless-containers local up` does that"
            ) from error
        return found

    def _started(self) -> Iterator[tuple[Path, Emulator]]:
        for note in sorted(self._own.glob("run-*.json")):
            if emulator := _read(note):
                yield note, emulator
            else:
                self._forget_lost(note)

    def _note(self, note: Path, emulator: Emulator) -> None:
        # What it is to be believed stands in its own folder, where nobody else can write.
        known = {"folder": emulator.folder, "engine": emulator.engine, "run": emulator.run}
        _write(note, json.dumps(known, indent=2) + "\n")

    def _forget_lost(self, note: Path) -> None:
        """Remove a note whose folder is gone, as temporary files are when a machine starts.

        Of what it says only the run's id is used, and only at the engine that is found anyway.
        """
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            known = json.loads(note.read_text())
            engine = find_engine()
            if _RUN.fullmatch(known["run"]) and getattr(engine, "url", None) == known["engine"]:
                with contextlib.suppress(EngineError):
                    sweep(Engine(known["engine"], known["run"]), known["run"])
        note.unlink(missing_ok=True)

    def _make_own(self) -> None:
        if self._own.is_symlink():
            raise LocalError(f"{self._own} is a symbolic link; remove it")
        self._own.mkdir(mode=0o700, exist_ok=True)
        # A consumer's repository need not know this folder.
        _write(self._own / ".gitignore", "*\n")


def _write(file: Path, content: str) -> None:
    """Write a file that only its user may read, in place of whatever has its name."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(content)


def _read(file: Path) -> Emulator | None:
    try:
        return Emulator.find(str(json.loads(file.read_text())["folder"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _works(note: Path) -> bool:
    """Whether the run that wrote a note is still there."""
    try:
        os.kill(int(note.stem.split("-")[1]), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
