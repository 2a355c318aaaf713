"""``serverless-containers config``."""

import json
import os
import sys
from pathlib import Path

import click

from serverless_containers.cli.arguments import ProjectArguments, project_arguments
from serverless_containers.cli.guard import guarded
from serverless_containers.cli.show import show, write_document
from serverless_containers.cli.yaml_model import to_yaml_model
from serverless_containers.cli.yaml_text import to_yaml
from serverless_containers.compose import load_project, to_canonical
from serverless_containers.findings import Findings, Severity
from serverless_containers.findings.places import Places
from serverless_containers.plan.suppressions import read_suppressions


@click.command(name="config")
@project_arguments
@click.option(
    "--format",
    "form",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="How to print the model.",
)
def command(
    *,
    source: Path,
    files: tuple[Path, ...],
    env_files: tuple[Path, ...],
    profiles: tuple[str, ...],
    environment: str | None,
    form: str,
) -> None:
    """Print the project as it is understood, in the shape of `docker compose config`.

    PATH is a folder with a Compose file or a Dockerfile, or such a file; by default the current
    folder. As in Docker Compose, variables take the values of this shell. Exits with 1, and prints
    nothing but the findings, if there are errors.
    """
    with guarded():
        arguments = ProjectArguments.of(source, files, env_files, profiles, environment)
        findings = Findings()
        project = load_project(
            arguments.source,
            files=arguments.files,
            environment=arguments.environment,
            env_files=arguments.env_files,
            profiles=arguments.profiles,
            variables=os.environ,
            findings=findings,
        )
        places = Places(arguments.source, arguments.folder)
        # What is wrong with the suppressions themselves is the deployment's affair, and check's.
        suppressed = read_suppressions(project, Findings()) if project else ()
        worth_showing = Findings(
            finding
            for finding in findings
            if finding.rule.severity is not Severity.NOTE
            and not any(each.covers(finding) for each in suppressed)
        )
        show(worth_showing, places, sys.stderr)
        if project is None or findings.errors:
            sys.exit(1)
        if form == "json":
            write_document(json.dumps(to_canonical(project), indent=2, ensure_ascii=False))
        else:
            write_document(to_yaml(to_yaml_model(project)))
