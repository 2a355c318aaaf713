"""The parameters that several commands have, declared once."""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from serverless_containers.compose import load_project
from serverless_containers.compose.model import Project
from serverless_containers.findings import Findings
from serverless_containers.findings.places import Places

if TYPE_CHECKING:
    from serverless_containers.plan import PlanOptions, TaskPlan
    from serverless_containers.plan.build_context.check import Detector

Command = TypeVar("Command", bound=Callable[..., Any])


class NameType(click.ParamType[str]):
    """A name, which is not empty: a script's unset variable is no wish for the default."""

    name = "text"

    def convert(  # noqa: D102  # click's
        self,
        value: str,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        if not value.strip():
            self.fail("it is empty; leave the option out for the default", param, ctx)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectArguments:
    """A project as it is given on the command line.

    Attributes:
        source: The folder, or the file.
        files: The Compose files to merge, absolute. Default: Docker Compose's choice.
        env_files: The files of variables, absolute. Default: .env, if it is there.
        profiles: The active profiles. Default: those of COMPOSE_PROFILES.
        environment: The environment. Default: none.
    """

    source: Path
    files: tuple[Path, ...] = ()
    env_files: tuple[Path, ...] = ()
    profiles: tuple[str, ...] = ()
    environment: str | None = None

    @property
    def places(self) -> Places:
        """The names of the project's files, as they are found from the current folder."""
        folder = self.files[0].parent if self.files else _folder_of(self.source)
        return Places(self.source, folder)

    def load(
        self,
        findings: Findings,
        *,
        override: bool = True,
        variables: Mapping[str, str] | None = None,
    ) -> Project | None:
        """Read the project; see `load_project`."""
        return load_project(
            self.source,
            files=self.files,
            environment=self.environment,
            override=override,
            env_files=self.env_files,
            profiles=self.profiles,
            variables=variables,
            findings=findings,
        )

    def plan(
        self, options: PlanOptions, findings: Findings, *, detector: Detector | None = None
    ) -> TaskPlan | None:
        """Read the project and plan its task; see `plan_source`."""
        # It takes as long to load as all else that `config` needs.
        from serverless_containers.plan.source import plan_source  # noqa: PLC0415

        return plan_source(
            self.source,
            options,
            findings,
            environment=self.environment,
            files=self.files,
            env_files=self.env_files,
            profiles=self.profiles,
            detector=detector,
        )


class MinutesType(click.FloatRange):
    """A number of minutes, neither infinite nor none at all."""

    def __init__(self) -> None:
        super().__init__(min=0)

    def convert(  # noqa: D102  # click's
        self,
        value: Any,  # noqa: ANN401  # click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        minutes: float = super().convert(value, param, ctx)
        if not math.isfinite(minutes):
            self.fail(f"{value} is no number of minutes", param, ctx)
        return minutes


def _folder_of(source: Path) -> Path:
    source = source.absolute()
    # Unlike pathlib, os.path has an answer for a name that is too long.
    return source if os.path.isdir(source) else source.parent  # noqa: PTH112


def _resolved(file: Path, source: Path) -> Path:
    """Return a file of the project folder or else, as a shell completes it, of the current one."""
    there = _folder_of(source) / file
    is_here = os.path.exists(file) and not os.path.exists(there)  # noqa: PTH110
    return file.absolute() if is_here else there


def declare(*parameters: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Return a decorator that declares parameters of click, in the order in which help lists them.

    Args:
        *parameters: What ``click.option`` and ``click.argument`` return.
    """

    def decorate(command: Command) -> Command:
        for parameter in reversed(parameters):
            command = parameter(command)
        return command

    return decorate


def project_arguments(command: Callable[..., None]) -> Callable[..., None]:
    """Declare which project is meant; the command gets it as ``project``, `ProjectArguments`."""

    @functools.wraps(command)
    def wrapped(
        *,
        source: Path,
        files: tuple[Path, ...],
        env_files: tuple[Path, ...],
        profiles: tuple[str, ...],
        environment: str | None,
        **others: Any,  # noqa: ANN401  # the command's own
    ) -> None:
        project = ProjectArguments(
            source=source,
            files=tuple(_resolved(file, source) for file in files),
            env_files=tuple(_resolved(file, source) for file in env_files),
            profiles=profiles,
            environment=environment,
        )
        command(project=project, **others)

    path = click.Path(path_type=Path)
    return declare(
        click.argument("source", metavar="[PATH]", type=path, default="."),
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
        click.option(
            "--env-file",
            "env_files",
            multiple=True,
            type=path,
            metavar="FILE",
            help="A file of variables, looked for likewise. By default .env, if it is there.",
        ),
        click.option(
            "--profile",
            "profiles",
            multiple=True,
            metavar="NAME",
            help="A profile to activate. By default those of COMPOSE_PROFILES in .env; the shell's "
            "counts for `config` alone.",
        ),
        click.option(
            "--environment",
            "--env",
            metavar="ENV",
            help="Merge compose.ENV.yaml over the file, where there is one.",
        ),
    )(wrapped)


def format_option(*formats: str, of: str) -> Callable[[Command], Command]:
    """Declare ``--format``, which the command gets as ``output_format``.

    Args:
        *formats: The formats, the default one first.
        of: What is printed, for the help.
    """
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help=f"How to print {of}.",
    )


def outputs_option(help_text: str, *, required: bool = False) -> Callable[[Command], Command]:
    """Declare ``--outputs``, the file that ``cdk deploy --outputs-file`` wrote.

    Args:
        help_text: The help.
        required: Whether it must be given. Default: it need not.
    """
    return click.option(
        "--outputs",
        required=required,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=help_text,
    )
