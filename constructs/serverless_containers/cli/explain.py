"""``serverless-containers explain``."""

import sys
from pathlib import Path

import click

from serverless_containers.cli.arguments import ProjectArguments, project_arguments
from serverless_containers.cli.guard import guarded
from serverless_containers.cli.show import show, write_line
from serverless_containers.clients import (
    ClientConfigError,
    StackOutputs,
    read_bytes,
    read_outputs,
)
from serverless_containers.compose import load_project
from serverless_containers.findings import Findings, dotted
from serverless_containers.findings.places import Places
from serverless_containers.plan.support import KeyOutcome, Support, explain

VARIABLES = "VariablesOfContainers"
"""The output that names the variables of the resources given to a service."""

_DEPLOY = "write it with cdk deploy 'dev/*' --outputs-file {file}"


@click.command(name="explain")
@project_arguments
@click.option(
    "--outputs",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What `cdk deploy --outputs-file FILE` wrote: the variables of resources are told too.",
)
def command(
    *,
    source: Path,
    files: tuple[Path, ...],
    env_files: tuple[Path, ...],
    profiles: tuple[str, ...],
    environment: str | None,
    outputs: Path | None,
) -> None:
    """Say what becomes of each key of the project: its CloudFormation property, or why none.

    PATH is a folder with a Compose file, or the file; by default the current folder. As in a
    deployment, compose.override.yaml is left out. Tables, buckets, pools and functions are given
    in the CDK app and not in the file: --outputs tells the variables that name them.
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
        for outcome in explain(project):
            write_line(_line(outcome), sys.stdout)
        if outputs is not None:
            for line in _variables(outputs):
                write_line(line, sys.stdout)


def _line(outcome: KeyOutcome) -> str:
    said = outcome.becomes
    if outcome.support is not Support.MAPPED:
        said = f"{outcome.support}: {said}"
    return f"{outcome.at}: {dotted(outcome.path)} -> {said}"


def _variables(file: Path) -> tuple[str, ...]:
    """The variables of every stack that has told some, a line each."""
    try:
        stacks = read_outputs(read_bytes(file, _DEPLOY.format(file=file)), str(file))
    except ClientConfigError as error:
        raise click.ClickException(str(error)) from error
    return tuple(line for stack in stacks for line in _variables_of(stack))


def _variables_of(stack: StackOutputs) -> tuple[str, ...]:
    output = stack.outputs.get(VARIABLES)
    if output is None or output.value is None:
        return ()
    return tuple(
        f"{output.at}: {stack.name}.resources -> {name} in every container"
        for name in output.value.split(", ")
    )
