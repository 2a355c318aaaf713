"""``serverless-containers explain``."""

import json
import sys
from pathlib import Path

import click

from serverless_containers.cli.arguments import (
    ProjectArguments,
    format_option,
    outputs_option,
    project_arguments,
)
from serverless_containers.cli.errors import errors_in_words
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.output import print_findings, write_document, write_line
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
@format_option("text", "json", of="them")
def command(*, project: ProjectArguments, outputs: Path | None, output_format: str) -> None:
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
    told = [_entry(outcome) for outcome in explain(model)]
    if outputs is not None:
        told += _variables(outputs)
    if output_format == "json":
        write_document(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for entry in told:
        write_line(_line(entry), sys.stdout)


_Entry = dict[str, str | int]


def _entry(outcome: KeyOutcome) -> _Entry:
    return {
        "file": outcome.at.file,
        "line": outcome.at.line,
        "column": outcome.at.column,
        "key": dotted(outcome.path),
        "class": str(outcome.support),
        "becomes": outcome.becomes,
    }


def _line(entry: _Entry) -> str:
    said = entry["becomes"]
    if entry["class"] != Support.MAPPED:
        said = f"{entry['class']}: {said}"
    return f"{entry['file']}:{entry['line']}:{entry['column']}: {entry['key']} -> {said}"


def _variables(file: Path) -> list[_Entry]:
    """Return the variables of every stack that has told some."""
    try:
        stacks = load_outputs(file)
    except ClientConfigError as error:
        raise click.ClickException(str(error)) from error
    return [entry for stack in stacks for entry in _variables_of(stack)]


def _variables_of(stack: StackOutputs) -> list[_Entry]:
    output = stack.outputs.get(VARIABLES_OUTPUT)
    if output is None or output.value is None:
        return []
    return [
        {
            "file": output.at.file,
            "line": output.at.line,
            "column": output.at.column,
            "key": f"{stack.name}.resources",
            "class": str(Support.MAPPED),
            "becomes": f"{name} in every container",
        }
        for name in output.value.split(", ")
    ]
