"""``serverless-containers logs``."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import cycle

import click

from serverless_containers.cli.arguments import NameType
from serverless_containers.cli.deployed import (
    DeployedArguments,
    deployed_arguments,
    json_option,
)
from serverless_containers.cli.documents import write_json_line
from serverless_containers.cli.misuse import MisuseCommand, MisuseError
from serverless_containers.cli.output import is_coloured, print_error, print_output
from serverless_containers.cli.times import since_option
from serverless_containers.operations.deployed import DeployedService
from serverless_containers.operations.logs import (
    ERRORS,
    LogLine,
    follow_lines,
    log_sources,
    past_lines,
)
from serverless_containers.spelling import nearest

_COLOURS = ("cyan", "yellow", "green", "magenta", "blue", "bright_cyan", "bright_yellow")


@click.command(name="logs", cls=MisuseCommand)
@deployed_arguments(service_is_container=True)
@click.option(
    "--service",
    "services",
    type=NameType(),
    multiple=True,
    metavar="NAME",
    help="A service of the Compose file; may be repeated. By default all of them.",
)
@click.option("--follow", "-f", is_flag=True, help="Go on with the lines that come, until Ctrl-C.")
@since_option("10m", "Lines")
@click.option(
    "--filter",
    "pattern",
    metavar="PATTERN",
    default="",
    help="Lines that CloudWatch's filter pattern fits: 'word', '\"two words\"', "
    "'{ $.status >= 500 }'.",
)
@click.option("--errors", is_flag=True, help="Lines that tell an error.")
@json_option
def command(
    *,
    arguments: DeployedArguments,
    services: tuple[str, ...],
    follow: bool,
    since: datetime,
    pattern: str,
    errors: bool,
    as_json: bool,
) -> None:
    """Print the log lines of a deployed service, of all its containers in the order of time.

    With --json each line is a JSON object.
    """
    if errors and pattern:
        raise MisuseError("--errors is a filter pattern itself: leave it or --filter out")
    clients, deployed = arguments.find()
    _check(services, deployed)
    sources = log_sources(deployed.log_groups, deployed.log_prefixes, services)
    lines = (follow_lines if follow else past_lines)(
        clients, sources, since=since, pattern=ERRORS if errors else pattern
    )
    printer = _Printer([each.container for each in sources])
    for line in lines:
        if as_json:
            write_json_line(line)
        else:
            printer.print(line)
        if follow:
            sys.stdout.flush()
    if not printer.printed and not as_json:
        print_error(f"No line since {since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC.")


def _check(services: Sequence[str], deployed: DeployedService) -> None:
    """Raise an error unless services of the Compose file have logs in CloudWatch."""
    for name in services:
        if name in deployed.log_groups:
            continue
        if name in deployed.containers:
            raise click.ClickException(
                f"the container {name} logs by another driver than awslogs: its lines are not in "
                "CloudWatch Logs"
            )
        meant = nearest(name, deployed.containers)
        known = (
            f"did you mean {meant}?" if meant else f"there are: {', '.join(deployed.containers)}"
        )
        raise click.ClickException(f"{deployed.service} has no container {name}; {known}")
    if not deployed.log_groups:
        raise click.ClickException(
            "no container logs to CloudWatch Logs: look where the drivers of the Compose file's "
            "logging send the lines"
        )


class _Printer:
    """Prints lines, each after the name of its container."""

    def __init__(self, containers: Sequence[str]) -> None:
        self.printed = False
        self._width = max(map(len, containers), default=0)
        self._in_colour = is_coloured(sys.stdout)
        self._colours: Mapping[str, str] = dict(zip(containers, cycle(_COLOURS), strict=False))

    def print(self, line: LogLine) -> None:
        self.printed = True
        head = f"{line.time:%Y-%m-%d %H:%M:%S} {line.container.ljust(self._width)} |"
        if self._in_colour:
            head = click.style(head, fg=self._colours[line.container])
        print_output(head, line.message)
