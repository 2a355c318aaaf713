"""``serverless-containers diagnose``."""

import sys
from collections.abc import Sequence
from dataclasses import replace

import click

from serverless_containers.aws_api.errors import AwsError
from serverless_containers.cli.deployed import DeployedArguments, deployed_arguments, json_option
from serverless_containers.cli.documents import write_json
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.output import print_line
from serverless_containers.cli.tables import print_labelled, print_styled
from serverless_containers.diagnosis.collect import collect
from serverless_containers.diagnosis.diagnose import Diagnosis, diagnose
from serverless_containers.diagnosis.evidence import Unseen
from serverless_containers.operations.deployed import DeployedService

_COMMANDS = frozenset({"look", "run"})
"""The labels of commands."""


class _UnknownError(click.ClickException):
    exit_code = ExitCode.UNKNOWN


@click.command(name="diagnose")
@deployed_arguments()
@json_option
def command(*, arguments: DeployedArguments, as_json: bool) -> None:
    """Find out why a deployed service does not work.

    Looks at its tasks, events, logs, targets, network, names and pipeline, and at what its public
    address answers, and names the causes that are known, with the evidence and the way out. Changes
    nothing, and reads no value of a secret.

    Exits with 0 if nothing was found, with 1 if something was, and with 3 if AWS does not tell of
    the service. Notes do not count.
    """
    try:
        clients, deployed = arguments.find()
        evidence = collect(clients, deployed)
    except AwsError as failure:
        raise _UnknownError(str(failure)) from None
    found = [
        replace(
            each,
            look=arguments.aws.passed_on(each.look, region=deployed.region),
            repair=arguments.aws.passed_on(each.repair, region=deployed.region),
        )
        for each in diagnose(evidence)
    ]
    if as_json:
        write_json(
            {
                "service": deployed.service,
                "cluster": deployed.cluster,
                "stack": deployed.stack,
                "region": deployed.region,
                "found": found,
                "unseen": evidence.unseen,
            }
        )
    else:
        _show(deployed, found, evidence.unseen)
    failing = any(not each.note for each in found)
    sys.exit(ExitCode.FAILED if failing else ExitCode.OK)


def _show(deployed: DeployedService, found: Sequence[Diagnosis], unseen: Sequence[Unseen]) -> None:
    print_styled((str(deployed), "bold"))
    for each in found:
        print_line("")
        style = "cyan" if each.note else "bold red"
        print_styled((each.title, style), (f"  {each.code}{' (note)' if each.note else ''}", "dim"))
        print_labelled(
            (
                *(("seen", line) for line in each.evidence),
                ("why", each.why),
                ("fix", each.fix),
                ("look", each.look),
                *((("run", each.repair),) if each.repair else ()),
                *(("also", f"explains: {other}") for other in each.follows),
                ("page", each.page),
            ),
            whole=_COMMANDS,
        )
    print_line("")
    if all(each.note for each in found):
        print_styled(("Nothing was found that is known to fail.", "green"))
    for part in unseen:
        words = f"lacks {part.action}" if part.action else part.message
        print_styled((f"could not look at {part.part}: {words}", "yellow"))
