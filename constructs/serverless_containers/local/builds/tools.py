"""Gives builds the commands by which images are built at an emulator's engine."""

import os
from pathlib import Path

from serverless_containers.local.builds.commands import place_commands
from serverless_containers.local.emulator.emulator import Emulator
from serverless_containers.local.engine import Engine, EngineError
from serverless_containers.local.failure import LocalError


def tools_for(emulator: Emulator) -> dict[str, str]:
    """The variables that make builds use the engine of an emulator; none where it has none.

    Raises:
        LocalError: If the engine does not answer.
    """
    if not emulator.engine:
        return {}
    try:
        platform = Engine(emulator.engine, emulator.run).platform()
    except EngineError as error:
        raise LocalError(str(error)) from error
    return place_commands(
        Path(emulator.folder),
        os.environ,
        engine=emulator.engine,
        run=emulator.run,
        platform=platform,
    )
