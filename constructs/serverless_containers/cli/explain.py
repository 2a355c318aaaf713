"""``serverless-containers explain``."""

import sys
from pathlib import Path

import click

from serverless_containers.cli.arguments import ProjectArguments, project_arguments
from serverless_containers.cli.guard import guarded
from serverless_containers.cli.show import show, write_line
from serverless_containers.compose import load_project
from serverless_containers.findings import Findings, dotted
from serverless_containers.findings.places import Places
from serverless_containers.plan.support import Effect, Support, explain


@click.command(name="explain")
@project_arguments
def command(
    *,
    source: Path,
    files: tuple[Path, ...],
    env_files: tuple[Path, ...],
    profiles: tuple[str, ...],
    environment: str | None,
) -> None:
    """Say what becomes of each key of the project: its CloudFormation property, or why none.

    PATH is a folder with a Compose file, or the file; by default the current folder. As in a
    deployment, compose.override.yaml is left out.
    """
    with guarded():
        arguments = ProjectArguments.of(source, files, env_files, profiles, environment)
        findings = Findings()
        project = load_project(
            arguments.source,
            files=arguments.files,
            environment=arguments.environment,
            override=False,
            env_files=arguments.env_files,
            profiles=arguments.profiles,
            findings=findings,
        )
        if project is None or findings.errors:
            show(findings, Places(arguments.source, arguments.folder), sys.stderr)
            sys.exit(1)
        for effect in explain(project):
            write_line(_line(effect), sys.stdout)


def _line(effect: Effect) -> str:
    said = effect.becomes
    if effect.support is not Support.MAPPED:
        said = f"{effect.support}: {said}"
    return f"{effect.at}: {dotted(effect.path)} -> {said}"
