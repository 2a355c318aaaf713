"""``serverless-containers config``."""

import json
import os
import sys

import click

from serverless_containers.cli.arguments import ProjectArguments, format_option, project_arguments
from serverless_containers.cli.errors import errors_in_words
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.output import print_findings, write_document
from serverless_containers.cli.yaml_model import to_yaml_model
from serverless_containers.cli.yaml_text import to_yaml
from serverless_containers.compose import to_canonical
from serverless_containers.compose.model import Project
from serverless_containers.findings import Finding, Findings, Severity


@click.command(name="config")
@errors_in_words()
@project_arguments
@format_option("yaml", "json", of="the model")
def command(*, project: ProjectArguments, output_format: str) -> None:
    """Print the project as it is understood, in the shape of `docker compose config`.

    PATH is a folder with a Compose file or a Dockerfile, or such a file; by default the current
    folder. As in Docker Compose, variables take the values of this shell. Exits with 1, and prints
    nothing but the findings, if there are errors.
    """
    findings = Findings()
    model = project.load(findings, variables=os.environ)
    places = project.places
    grave = [finding for finding in findings if finding.rule.severity is not Severity.NOTE]
    worth_showing = _not_suppressed(grave, model) if grave and model else grave
    print_findings(Findings(worth_showing), places, sys.stderr)
    if model is None or findings.errors:
        sys.exit(ExitCode.FAILED)
    if output_format == "json":
        write_document(json.dumps(to_canonical(model), indent=2, ensure_ascii=False))
    else:
        write_document(to_yaml(to_yaml_model(model)))


def _not_suppressed(findings: list[Finding], model: Project) -> list[Finding]:
    """Leave out what the project suppresses, which is a matter of its plan."""
    from serverless_containers.plan.suppressions import read_suppressions  # noqa: PLC0415

    # What is wrong with the suppressions themselves is the deployment's affair, and check's.
    suppressed = read_suppressions(model, Findings())
    return [each for each in findings if not any(its.covers(each) for its in suppressed)]
