"""The folder ``.local`` of a CDK app: logs of the last run, and the emulator that was kept."""

import json
from dataclasses import asdict
from pathlib import Path

from serverless_containers.local.emulator import Emulator


class Project:
    """A CDK app's folder.

    Args:
        folder: Where cdk.json is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._own = folder / ".local"
        self._state = self._own / "emulator.json"

    def log(self, step: str) -> Path:
        """The file for a step's output."""
        self._own.mkdir(exist_ok=True)
        # A consumer's repository need not know this folder.
        (self._own / ".gitignore").write_text("*\n")
        return self._own / f"{step}.log"

    def kept(self) -> Emulator | None:
        """The emulator that an earlier run left running, if it still does."""
        try:
            emulator = Emulator(**json.loads(self._state.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        if emulator.status() is None:
            # It ended with the machine, or was killed.
            emulator.stop()
            self.forget()
            return None
        return emulator

    def remember(self, emulator: Emulator) -> None:
        """Note an emulator, for `kept`."""
        self._own.mkdir(exist_ok=True)
        self._state.write_text(json.dumps(asdict(emulator), indent=2) + "\n")

    def forget(self) -> None:
        """Note that none runs."""
        self._state.unlink(missing_ok=True)
