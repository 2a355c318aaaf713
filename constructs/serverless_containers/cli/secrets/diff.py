"""``serverless-containers secrets diff``."""

import sys
from collections.abc import Mapping

import click

from serverless_containers.cli.aws_arguments import AwsArguments, aws_arguments
from serverless_containers.cli.errors import errors_in_words
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.misuse import MisuseCommand
from serverless_containers.cli.output import print_line
from serverless_containers.cli.secrets.arguments import (
    SelectionArguments,
    selection_arguments,
    storage_arguments,
)
from serverless_containers.cli.secrets.destination import find_destination
from serverless_containers.cli.secrets.stores import (
    compare_or_exit,
    print_changes,
    stores_of,
    warn_of_external,
)


@click.command(name="diff", cls=MisuseCommand)
@errors_in_words()
@selection_arguments
@storage_arguments
@aws_arguments
def command(
    *,
    arguments: SelectionArguments,
    kms_key: str | None,
    tags: Mapping[str, str],
    aws: AwsArguments,
) -> None:
    """Say what a push would do, without doing it.

    PATH is a folder with a Compose file, or the file; by default the current folder. Exits with 0
    if there is nothing to do, with 2 if there is something, and with 1 on errors.
    """
    selection = arguments.select()
    if not selection.secrets:
        print_line("No service reads a secret.")
        return
    values = selection.read()
    clients = aws.connect()
    stores = stores_of(clients, selection)
    destination = find_destination(clients, selection)
    changes = compare_or_exit(selection, values, stores, kms_key=kms_key, tags=tags)
    destination.print(selection)
    print_changes(selection, changes)
    warn_of_external(selection, stores, region=clients.region)
    differing = sum(1 for change in changes if change.steps)
    if differing:
        print_line(f"A push would change {differing} of {len(changes)}.")
        sys.exit(ExitCode.DIFFERENT)
    print_line("Nothing to push.")
