"""Runs a buildspec on this machine, as CodeBuild does.

After "Build specification reference" and "Build phase transitions", AWS CodeBuild User Guide. Each
command gets a shell of its own; the environment and the folder are handed on from one to the next.
"""

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_PHASES = ("install", "pre_build", "build", "post_build")


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """Result of a build.

    Attributes:
        succeeded: Whether every command did.
        exported: The variables that later stages may read.
    """

    succeeded: bool
    exported: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class _Shell:
    """Shell of a build: the folder and the variables that pass from one command to the next."""

    folder: str
    variables: dict[str, str]
    kept: Path
    write: Callable[[str], None]

    def run(self, command: str) -> bool:
        after = f"\nstatus=$?\nenv -0 > '{self.kept}'\npwd >> '{self.kept}'\nexit $status\n"
        with subprocess.Popen(  # noqa: S603  # the project's own buildspec
            ["/bin/sh", "-c", command + after],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                self.write(line.rstrip("\n"))
        if self.kept.exists():
            *pairs, folder = self.kept.read_bytes().split(b"\0")
            self.variables = dict(os.fsdecode(pair).split("=", 1) for pair in pairs)
            self.variables.pop("status", None)
            self.folder = os.fsdecode(folder).removesuffix("\n")
            self.kept.unlink()
        return process.returncode == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildspecRun:
    """A build.

    Attributes:
        buildspec: The buildspec, as YAML.
        source: The folder of the source, which the build may write to.
        variables: The whole environment, but for what the buildspec sets.
        scratch: A folder for what passes from one command to the next.
        write: Takes each line of the log.
    """

    buildspec: str
    source: Path
    variables: Mapping[str, str]
    scratch: Path
    write: Callable[[str], None] = field(default=lambda _line: None)

    def run(self) -> Built:
        """Run every phase that is due."""
        spec: dict[str, Any] = yaml.safe_load(self.buildspec)
        given = spec.get("env") or {}
        shell = _Shell(
            folder=str(self.source),
            variables={
                **self.variables,
                **{name: str(value) for name, value in (given.get("variables") or {}).items()},
                "CODEBUILD_SRC_DIR": str(self.source),
                "CODEBUILD_BUILD_SUCCEEDING": "1",
            },
            kept=self.scratch / "environment",
            write=self.write,
        )
        succeeded, begun = True, False
        for name in _PHASES:
            phase = spec["phases"].get(name)
            # Of the rest post_build alone is due after a failure, and only once a build was begun.
            if phase is None or (not succeeded and not (name == "post_build" and begun)):
                continue
            begun = begun or name == "build"
            self.write(f"Phase {name}")
            well = all(shell.run(command) for command in phase.get("commands") or [])
            for command in phase.get("finally") or []:
                well = shell.run(command) and well
            if not well:
                succeeded = False
                shell.variables["CODEBUILD_BUILD_SUCCEEDING"] = "0"
        return Built(
            succeeded=succeeded,
            exported={
                name: shell.variables[name]
                for name in given.get("exported-variables") or []
                if name in shell.variables
            },
        )
