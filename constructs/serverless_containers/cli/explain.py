"""``serverless-containers explain``."""

import json
import sys
import textwrap
from collections.abc import Iterator, Sequence
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
from serverless_containers.cli.output import (
    print_error,
    print_findings,
    print_line,
    write_document,
    write_line,
)
from serverless_containers.client_config import (
    VARIABLES_OUTPUT,
    ClientConfigError,
    load_outputs,
)
from serverless_containers.compose.model import Project
from serverless_containers.findings import Findings, dotted
from serverless_containers.plan.decisions import Decision, decide, plan_as_deployed
from serverless_containers.plan.picture import NamedBy, draw
from serverless_containers.plan.support import KeyOutcome, Support, explain

_WIDTH = 80
_INDENT = 12
"""Columns of the subjects of decisions."""


@click.command(name="explain")
@errors_in_words()
@project_arguments
@outputs_option(
    "What `cdk deploy --outputs-file FILE` wrote: the variables of resources are told too."
)
@click.option("--decisions", "only_decisions", is_flag=True, help="Leave the keys out.")
@format_option("text", "json", "mermaid", of="them")
@click.option("--json", "output_format", flag_value="json", help="The same as --format json.")
def command(
    *, project: ProjectArguments, outputs: Path | None, only_decisions: bool, output_format: str
) -> None:
    """Say what is decided for the task and each service, and what becomes of each key.

    Decisions are the entrypoint, images, sizes, files that are copied, volumes, secrets and the
    order of starts, each with its reason. A key becomes a CloudFormation property, or none.
    Where errors leave no plan, there are keys alone, and check shows the errors.

    With --format mermaid, a flowchart shows what the project becomes, from what requests reach to
    the data, each part with its line of the files.

    PATH is a folder with a Compose file, or the file; by default the current folder. As in a
    deployment, compose.override.yaml is left out. Tables, buckets, pools and functions are given
    in the CDK app and not in the file: --outputs tells the variables that name them.
    """
    findings = Findings()
    model = project.load(findings, override=False)
    if model is None or findings.errors:
        print_findings(findings, project.places, sys.stderr)
        print_error(
            "nothing is explained before these errors are mended; check shows them with all that "
            "it finds besides, in the plan as well"
        )
        sys.exit(ExitCode.FAILED)
    if output_format == "mermaid":
        _draw(model, project.environment, outputs)
        return
    decisions = decide(model, environment=project.environment)
    if decisions is None:
        print_error("no decisions: the project has errors, which check shows")
    told = [] if only_decisions else [_entry(outcome) for outcome in explain(model)]
    if outputs is not None:
        told += _variables(outputs)
    if output_format == "json":
        decided = [_decided(each) for each in decisions or ()]
        write_document(json.dumps([*decided, *told], indent=2, ensure_ascii=False))
        return
    _print_decisions(decisions or ())
    if decisions and told:
        print_line("")
    for entry in told:
        write_line(_line(entry), sys.stdout)


def _draw(model: Project, environment: str | None, outputs: Path | None) -> None:
    plan = plan_as_deployed(model, Findings(), environment=environment)
    if plan is None:
        raise click.ClickException("no picture: the project has errors, which check shows")
    resources = [] if outputs is None else list(_named(outputs))
    write_document(draw(model, plan, resources).rstrip("\n"))


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


def _decided(decision: Decision) -> _Entry:
    return {
        "file": decision.at.file,
        "line": decision.at.line,
        "column": decision.at.column,
        "key": dotted(decision.path),
        "class": "decision",
        "service": decision.service,
        "subject": decision.subject,
        "becomes": decision.decided,
        "why": decision.why,
    }


def _print_decisions(decisions: Sequence[Decision]) -> None:
    """Print the decisions, a paragraph for each service, within the width of a terminal."""
    above: str | None = None
    for each in decisions:
        if each.service != above:
            if above is not None:
                print_line("")
            print_line(each.service or "the task")
            above = each.service
        said = f"{each.decided} ({each.why})" if each.why else each.decided
        for line in textwrap.wrap(
            said,
            _WIDTH,
            initial_indent=f"  {each.subject}".ljust(_INDENT),
            subsequent_indent=" " * _INDENT,
            # A path or a name is one word, however long.
            break_long_words=False,
            break_on_hyphens=False,
        ):
            print_line(line)


def _line(entry: _Entry) -> str:
    said = entry["becomes"]
    if entry["class"] != Support.MAPPED:
        said = f"{entry['class']}: {said}"
    return f"{entry['file']}:{entry['line']}:{entry['column']}: {entry['key']} -> {said}"


def _variables(file: Path) -> list[_Entry]:
    """Return the variables of every stack that has told some."""
    return [
        {
            "file": each.at.file,
            "line": each.at.line,
            "column": each.at.column,
            "key": f"{stack}.resources",
            "class": str(Support.MAPPED),
            "becomes": f"{each.variable} in every container",
        }
        for stack, each in _told(file)
    ]


def _named(file: Path) -> Iterator[NamedBy]:
    """Give each variable once, although an API and a site of one project have it both."""
    seen = set()
    for _, each in _told(file):
        if each.variable not in seen:
            seen.add(each.variable)
            yield each


def _told(file: Path) -> Iterator[tuple[str, NamedBy]]:
    """Give the variables with the names of the stacks that tell them."""
    try:
        stacks = load_outputs(file)
    except ClientConfigError as error:
        raise click.ClickException(str(error)) from error
    for stack in stacks:
        output = stack.outputs.get(VARIABLES_OUTPUT)
        if output is not None and output.value is not None:
            for name in output.value.split(", "):
                yield stack.name, NamedBy(variable=name, at=output.at)
