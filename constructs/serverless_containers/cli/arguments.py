"""The arguments of the commands that read a project."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectArguments:
    """Which project is meant, and how it is read.

    Attributes:
        source: The folder, or the file.
        files: The Compose files to merge, absolute.
        env_files: The files of variables, absolute.
        profiles: The active profiles.
        environment: The environment.
    """

    source: Path
    files: tuple[Path, ...] = ()
    env_files: tuple[Path, ...] = ()
    profiles: tuple[str, ...] = ()
    environment: str | None = None

    @staticmethod
    def of(
        source: Path,
        files: tuple[Path, ...],
        env_files: tuple[Path, ...],
        profiles: tuple[str, ...],
        environment: str | None,
    ) -> "ProjectArguments":
        """What was given on the command line."""
        return ProjectArguments(
            source=source,
            files=tuple(_placed(file, source) for file in files),
            env_files=tuple(_placed(file, source) for file in env_files),
            profiles=profiles,
            environment=environment,
        )

    @property
    def folder(self) -> Path:
        """The project folder, to which the files that findings name are relative."""
        return self.files[0].parent if self.files else _folder_of(self.source)


def _folder_of(source: Path) -> Path:
    source = source.absolute()
    # Unlike pathlib, os.path has an answer for a name that is too long.
    return source if os.path.isdir(source) else source.parent  # noqa: PTH112


def _placed(file: Path, source: Path) -> Path:
    """A file of the project folder or else, as a shell completes it, of the current folder."""
    there = _folder_of(source) / file
    is_here = os.path.exists(file) and not os.path.exists(there)  # noqa: PTH110
    return file.absolute() if is_here else there


def project_arguments(command: _Command) -> _Command:
    """Declare the arguments of a command that reads a project."""
    path = click.Path(path_type=Path)
    for declare in (
        click.option(
            "--environment",
            "--env",
            metavar="ENV",
            help="Merge compose.ENV.yaml over the file, where there is one.",
        ),
        click.option(
            "--profile",
            "profiles",
            multiple=True,
            metavar="NAME",
            help="A profile to activate. By default those of COMPOSE_PROFILES.",
        ),
        click.option(
            "--env-file",
            "env_files",
            multiple=True,
            type=path,
            metavar="FILE",
            help="A file of variables, looked for likewise. By default .env, if it is there.",
        ),
        click.option(
            "-f",
            "--file",
            "files",
            multiple=True,
            type=path,
            metavar="FILE",
            help="A Compose file, in PATH or else in the current folder; several are merged. By "
            "default Docker Compose's choice.",
        ),
        click.argument("source", metavar="[PATH]", type=path, default="."),
    ):
        command = declare(command)
    return command
