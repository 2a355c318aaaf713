"""``serverless-containers diagnose``."""

import sys
from collections.abc import Sequence

import click
from rich.padding import Padding
from rich.text import Text

from serverless_containers.cli.deployed import DeployedArguments, deployed_arguments, json_option
from serverless_containers.cli.documents import write_json
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.misuse import MisuseCommand
from serverless_containers.cli.output import encodable
from serverless_containers.cli.tables import make_console
from serverless_containers.diagnosis.collect import collect
from serverless_containers.diagnosis.diagnose import Diagnosis, diagnose
from serverless_containers.diagnosis.evidence import Unseen
from serverless_containers.findings.formats import printable
from serverless_containers.operations.deployed import DeployedService


@click.command(name="diagnose", cls=MisuseCommand)
@deployed_arguments()
@json_option
def command(*, arguments: DeployedArguments, as_json: bool) -> None:
    """Find out why a deployed service does not work.

    Looks at its tasks, events, logs, targets, network, names and pipeline, and at what its public
    address answers, and names the causes that are known, with the evidence and the way out. Changes
    nothing, and reads no value of a secret.

    Exits with 0 if nothing was found, and with 1 if something was. Notes do not count.
    """
    clients, deployed = arguments.find()
    evidence = collect(clients, deployed)
    found = diagnose(evidence)
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
    console = make_console()

    def line(indent: int, *parts: str | tuple[str, str]) -> None:
        words = [
            encodable(printable(each), console.encoding)
            if isinstance(each, str)
            else (encodable(printable(each[0]), console.encoding), each[1])
            for each in parts
        ]
        console.print(Padding(Text.assemble(*words), (0, 0, 0, indent), expand=False))

    line(0, (str(deployed), "bold"))
    for each in found:
        console.print()
        style = "cyan" if each.note else "bold red"
        line(0, (each.title, style), ("  (note)" if each.note else "", "cyan"), f"  {each.code}")
        for shown in each.evidence:
            line(2, ("seen  ", "dim"), shown)
        line(2, ("why   ", "dim"), each.why)
        line(2, ("fix   ", "dim"), each.fix)
        line(2, ("look  ", "dim"), each.look)
        if each.repair:
            line(2, ("run   ", "dim"), each.repair)
        for other in each.follows:
            line(2, ("also  ", "dim"), f"explains: {other}")
        line(2, ("page  ", "dim"), each.page)
    console.print()
    if not any(not each.note for each in found):
        line(0, ("Nothing was found that is known to fail.", "green"))
    for part in unseen:
        words = f"lacks {part.action}" if part.action else part.message
        line(0, (f"could not look at {part.part}: {words}", "yellow"))
