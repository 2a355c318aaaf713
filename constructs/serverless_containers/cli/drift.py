"""``serverless-containers drift``."""

import sys

import click

from serverless_containers.cli.deployed import (
    DeployedArguments,
    deployed_arguments,
    json_option,
)
from serverless_containers.cli.documents import write_json
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.misuse import MisuseCommand
from serverless_containers.cli.output import print_line
from serverless_containers.cli.tables import print_columns
from serverless_containers.operations.drift import Comparison, compare


@click.command(name="drift", cls=MisuseCommand)
@deployed_arguments()
@click.option(
    "--cloudformation",
    is_flag=True,
    help="Have CloudFormation detect the service's drift, too, which takes some seconds.",
)
@json_option
def command(*, arguments: DeployedArguments, cloudformation: bool, as_json: bool) -> None:
    """Compare what a deployed service runs with what its stack's template says.

    Exits with 2 if they differ. An image that the pipeline has rolled out is no difference. Of
    variables the names are told, never the values.
    """
    clients, deployed = arguments.find()
    found = compare(clients, deployed, cloudformation=cloudformation)
    differs = any(each.differs for each in found)
    if as_json:
        write_json({"service": deployed.service, "differs": differs, "parts": found})
    else:
        print_line(f"{deployed.service} of {deployed.stack} in {deployed.region}")
        print_columns(
            ("part", "agrees", "template -> running"),
            [(each.part, each.agreement.value, _values(each)) for each in found],
        )
        print_line(
            "The next deployment of the stack brings what the template says."
            if differs
            else "It runs what the template says."
        )
    sys.exit(ExitCode.DIFFERENT if differs else ExitCode.OK)


def _values(comparison: Comparison) -> str:
    if comparison.template == comparison.running:
        return comparison.running
    return f"{comparison.template or 'none'} -> {comparison.running or 'none'}"
