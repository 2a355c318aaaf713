"""``serverless-containers check``."""

import sys
from contextlib import nullcontext
from importlib.metadata import version

import click

from serverless_containers.cli.arguments import ProjectArguments, format_option, project_arguments
from serverless_containers.cli.detect import detector
from serverless_containers.cli.errors import errors_in_words
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.output import print_findings, write_document, write_line
from serverless_containers.findings import Findings, Severity
from serverless_containers.findings.formats import summarise, to_json, to_sarif
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.catalogue import RULES
from serverless_containers.scaffold.model import Kind


@click.command(name="check")
@errors_in_words()
@project_arguments
@click.option(
    "--entrypoint",
    metavar="NAME",
    help="The service that receives the traffic. By default the only one with ports, or the "
    "likeliest one.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="The port of that service which does. By default its first one that may speak HTTP.",
)
@click.option(
    "--api",
    "kind",
    flag_value=Kind.API.value,
    help="Check the project as a ContainerApi. By default as whatever its ports allow.",
)
@click.option(
    "--hosting",
    "kind",
    flag_value=Kind.HOSTING.value,
    help="Check it as a ContainerHosting, which itself asks the entrypoint whether it is healthy.",
)
@click.option(
    "--worker",
    "kind",
    flag_value=Kind.WORKER.value,
    help="Check it as a ContainerService, which no requests reach.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Let guesses be errors: what is chosen, changed or left out that the files do not say.",
)
@format_option("text", "json", "sarif", of="the findings")
@click.option(
    "--fail-on",
    type=click.Choice([each.value for each in Severity]),
    default=Severity.ERROR.value,
    show_default=True,
    help="The least severity that the exit code 1 tells of.",
)
@click.option(
    "--detect-secrets",
    is_flag=True,
    help="Look for credentials in the text of every file that is packed, too.",
)
def command(
    *,
    project: ProjectArguments,
    entrypoint: str | None,
    port: int | None,
    kind: str | None,
    strict: bool,
    output_format: str,
    fail_on: str,
    detect_secrets: bool,
) -> None:
    """Report what a deployment of the project would find wrong, or worth knowing.

    PATH is a folder with a Compose file or a Dockerfile, or such a file; by default the current
    folder. As in a deployment, compose.override.yaml is left out, and the variables of this shell
    do not count. Exits with 1 if there are errors, or what --fail-on names.
    """
    findings = Findings()
    with detector() if detect_secrets else nullcontext() as detect:
        options = PlanOptions(
            entrypoint=entrypoint,
            port=port,
            # Whoever has no ports in the file may well mean a worker.
            ingress=None if kind is None else kind != Kind.WORKER,
            health_checked=kind == Kind.HOSTING,
            # Without the option the file decides.
            strict=strict or None,
            may_delay_stop=True,
        )
        project.plan(options, findings, detector=detect)
    places = project.places
    if output_format == "json":
        write_document(to_json(map(places.displayed, findings)))
    elif output_format == "sarif":
        release = version("serverless-containers")
        write_document(to_sarif(map(places.portable, findings), RULES, version=release))
    else:
        print_findings(findings, places, sys.stdout)
        write_line(summarise(findings), sys.stdout)
    order = list(Severity)
    fatal = order[: order.index(Severity(fail_on)) + 1]
    failed = any(each.rule.severity in fatal for each in findings)
    sys.exit(ExitCode.FAILED if failed else ExitCode.OK)
