"""``serverless-containers explain``."""

import sys
from pathlib import Path

import click

from serverless_containers.cli.arguments import ProjectArguments, outputs_option, project_arguments
from serverless_containers.cli.errors import errors_in_words
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.output import print_findings, write_line
from serverless_containers.client_config import (
    VARIABLES_OUTPUT,
    ClientConfigError,
    StackOutputs,
    load_outputs,
)
from serverless_containers.findings import Findings, dotted
from serverless_containers.plan.support import KeyOutcome, Support, explain


@click.command(name="explain")
@errors_in_words()
@project_arguments
@outputs_option(
    "What `cdk deploy --outputs-file FILE` wrote: the variables of resources are told too."
)
def command(*, project: ProjectArguments, outputs: Path | None) -> None:
    """Say what becomes of each key of the project: its CloudFormation property, or why none.

    PATH is a folder with a Compose file, or the file; by default the current folder. As in a
    deployment, compose.override.yaml is left out. Tables, buckets, pools and functions are given
    in the CDK app and not in the file: --outputs tells the variables that name them.
    """
    findings = Findings()
    model = project.load(findings, override=False)
    if model is None or findings.errors:
        print_findings(findings, project.places, sys.stderr)
        sys.exit(ExitCode.FAILED)
    for outcome in explain(model):
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
    """Return the variables of every stack that has told some, a line each."""
    try:
        stacks = load_outputs(file)
    except ClientConfigError as error:
        raise click.ClickException(str(error)) from error
    return tuple(line for stack in stacks for line in _variables_of(stack))


def _variables_of(stack: StackOutputs) -> tuple[str, ...]:
    output = stack.outputs.get(VARIABLES_OUTPUT)
    if output is None or output.value is None:
        return ()
    return tuple(
        f"{output.at}: {stack.name}.resources -> {name} in every container"
        for name in output.value.split(", ")
    )
