"""The folder ``.local`` of a CDK app: logs, and the emulators that were started for it."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from serverless_containers.local.emulator import Emulator
from serverless_containers.local.failure import LocalError


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
        return self._own / f"{step}.log"

    def kept(self) -> Emulator | None:
        """The emulator that an earlier run left running, if it still does."""
        emulator = _read(self._state)
        if emulator is None:
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
        self._state.write_text(json.dumps(asdict(emulator), indent=2) + "\n")

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
        note.write_text(json.dumps(asdict(emulator), indent=2) + "\n")
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
        self._deployed.write_text(json.dumps(what, indent=2) + "\n")

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

    def _make_own(self) -> None:
        self._own.mkdir(exist_ok=True)
        # A consumer's repository need not know this folder.
        (self._own / ".gitignore").write_text("*\n")


def _read(file: Path) -> Emulator | None:
    try:
        return Emulator(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
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
