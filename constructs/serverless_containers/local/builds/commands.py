"""Puts the commands in place that builds use."""

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from serverless_containers.local.builds.aws import REAL as REAL_AWS
from serverless_containers.local.builds.docker import LABEL, PLATFORM, REAL, TAGS
from serverless_containers.local.engine import Engine, EngineError
from serverless_containers.local.engine.client import LABEL as OWNER
from serverless_containers.local.failure import LocalError

_MODULES = {
    "docker": "serverless_containers.local.builds.docker",
    "aws": "serverless_containers.local.builds.aws",
}


def tags_file(folder: Path) -> Path:
    """The file that takes every name that is given to an image."""
    return folder / "image-names"


def names_given(folder: Path) -> tuple[str, ...]:
    """The names that were given to images."""
    file = tags_file(folder)
    return tuple(sorted(set(file.read_text().split()))) if file.exists() else ()


def place_commands(
    folder: Path, environ: Mapping[str, str], *, engine: str, run: str, platform: str
) -> dict[str, str]:
    """Write the commands into a folder.

    Args:
        folder: The emulator's folder.
        environ: The caller's environment, with the real commands on its PATH.
        engine: The engine's address.
        run: The run's id.
        platform: The processor that the engine runs images for.

    Returns:
        The variables that make builds use them.
    """
    commands = folder / "bin"
    commands.mkdir(exist_ok=True)
    for name, module in _MODULES.items():
        file = commands / name
        # Not by a first line that names Python: a path there may hold no space.
        file.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m {module} "$@"\n')
        file.chmod(0o755)
    real = environ.get("CDK_DOCKER") or shutil.which("docker", path=environ.get("PATH"))
    aws = shutil.which("aws", path=environ.get("PATH"))
    return {
        "CDK_DOCKER": str(commands / "docker"),
        "DOCKER_HOST": engine,
        REAL: real or "docker",
        **({REAL_AWS: aws} if aws and aws != str(commands / "aws") else {}),
        LABEL: f"{OWNER}={run}",
        PLATFORM: f"linux/{platform}",
        TAGS: str(tags_file(folder)),
    }


def build_variables(folder: Path, *, engine: str, run: str) -> dict[str, str]:
    """Make the variables by which builds use an engine; none where there is none.

    Args:
        folder: The emulator's folder.
        engine: The engine's address; empty for none.
        run: The run's id.

    Raises:
        LocalError: If the engine does not answer.
    """
    if not engine:
        return {}
    try:
        platform = Engine(engine, run).platform()
    except EngineError as error:
        raise LocalError(str(error)) from error
    return place_commands(folder, os.environ, engine=engine, run=run, platform=platform)
