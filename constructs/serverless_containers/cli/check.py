"""``serverless-containers check``."""

import sys
from contextlib import nullcontext
from importlib.metadata import version
from pathlib import Path

import click

from serverless_containers.cli.arguments import ProjectArguments, project_arguments
from serverless_containers.cli.detect import detector
from serverless_containers.cli.guard import guarded
from serverless_containers.cli.show import show, write_document, write_line
from serverless_containers.findings import Findings
from serverless_containers.findings.formats import summarise, to_json, to_sarif
from serverless_containers.findings.places import Places
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.catalogue import RULES
from serverless_containers.plan.source import plan_source


@click.command(name="check")
@project_arguments
@click.option(
    "--entrypoint",
    metavar="NAME",
    help="The service that receives the traffic. By default the only one with ports.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="How to print the findings.",
)
@click.option(
    "--detect-secrets",
    is_flag=True,
    help="Look for credentials in the text of every file that is packed, too.",
)
def command(
    *,
    source: Path,
    files: tuple[Path, ...],
    env_files: tuple[Path, ...],
    profiles: tuple[str, ...],
    environment: str | None,
    entrypoint: str | None,
    form: str,
    detect_secrets: bool,
) -> None:
    """Report what a deployment of the project would find wrong, or worth knowing.

    PATH is a folder with a Compose file or a Dockerfile, or such a file; by default the current
    folder. As in a deployment, compose.override.yaml is left out, and the variables of this shell
    do not count. Exits with 1 if there are errors.
    """
    with guarded():
        arguments = ProjectArguments.of(source, files, env_files, profiles, environment)
        findings = Findings()
        with detector() if detect_secrets else nullcontext() as detect:
            plan_source(
                arguments.source,
                PlanOptions(entrypoint=entrypoint, may_delay_stop=True),
                findings,
                environment=arguments.environment,
                files=arguments.files,
                env_files=arguments.env_files,
                profiles=arguments.profiles,
                detector=detect,
            )
        places = Places(arguments.source, arguments.folder)
        if form == "json":
            write_document(to_json(map(places.shown, findings)))
        elif form == "sarif":
            release = version("serverless-containers")
            write_document(to_sarif(map(places.portable, findings), RULES, version=release))
        else:
            show(findings, places, sys.stdout)
            write_line(summarise(findings), sys.stdout)
        sys.exit(1 if findings.errors else 0)
