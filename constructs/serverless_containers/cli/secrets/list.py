"""``serverless-containers secrets list``."""

import json
import os
import sys

import click

from serverless_containers.aws_api.errors import AwsError
from serverless_containers.cli.arguments import format_option
from serverless_containers.cli.aws_arguments import AwsArguments, aws_arguments
from serverless_containers.cli.errors import errors_in_words
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.misuse import MisuseCommand
from serverless_containers.cli.output import print_line, print_table, write_document
from serverless_containers.cli.secrets.arguments import (
    SelectionArguments,
    selection_arguments,
)
from serverless_containers.cli.secrets.destination import find_destination
from serverless_containers.cli.secrets.stores import STORE_NAMES, print_failures, stores_of
from serverless_containers.plan.secrets.model import SecretPlan, SecretStore
from serverless_containers.secret_stores.model import format_time
from serverless_containers.secret_stores.store import Stores, describe_external

_HEADINGS = ("key", "from", "here", "store", "name", "state")


@click.command(name="list", cls=MisuseCommand)
@errors_in_words()
@selection_arguments
@click.option("--offline", is_flag=True, help="Do not ask AWS what is there.")
@format_option("text", "json", of="them")
@aws_arguments
def command(
    *,
    arguments: SelectionArguments,
    offline: bool,
    output_format: str,
    aws: AwsArguments,
) -> None:
    """List the secrets, where their values come from, and what is in AWS.

    PATH is a folder with a Compose file, or the file; by default the current folder. No value has
    to be on this machine. Exits with 1 if AWS does not tell; a missing permission is a state.
    """
    selection = arguments.select()
    listing = _Listing()
    destination = None
    if selection.secrets and not offline:
        clients = aws.connect()
        stores = stores_of(clients, selection)
        destination = find_destination(clients, selection, quiet=output_format == "json")
        listing.ask(selection.secrets, stores, region=clients.region)
    entries = [listing.entry(plan) for plan in selection.secrets]
    if output_format == "json":
        document = {"secrets": entries, "where": destination.as_data() if destination else None}
        write_document(json.dumps(document, indent=2, ensure_ascii=False))
    elif not entries:
        print_line("No service reads a secret.")
    else:
        if destination:
            destination.print(selection)
        print_table([_HEADINGS, *map(_row, entries)])
    print_failures(listing.failures)
    sys.exit(ExitCode.FAILED if listing.failures else ExitCode.OK)


_Entry = dict[str, str | bool | None]


class _Listing:
    def __init__(self) -> None:
        self.failures: dict[str, AwsError] = {}
        self._states: dict[str, _Entry] = {}

    def ask(self, secrets: tuple[SecretPlan, ...], stores: Stores, *, region: str) -> None:
        for plan in secrets:
            try:
                stored = (
                    describe_external(plan, stores, region=region)
                    if plan.external
                    else stores[plan.store].ask(plan.name, value=False)
                )
            except AwsError as failure:
                if not failure.denied:
                    self.failures[plan.key] = failure
                self._states[plan.key] = {"state": "denied" if failure.denied else "unknown"}
            else:
                self._states[plan.key] = {
                    "state": stored.status.value,
                    "changed": format_time(stored.changed) if stored.changed else None,
                    "deletion": format_time(stored.deletion) if stored.deletion else None,
                }

    def entry(self, plan: SecretPlan) -> _Entry:
        return {
            "key": plan.key,
            "from": _origin(plan),
            "here": _is_here(plan),
            "store": plan.store.value,
            "name": plan.name,
            "state": None,
            "changed": None,
            "deletion": None,
            **self._states.get(plan.key, {}),
        }


def _origin(plan: SecretPlan) -> str:
    if plan.external:
        return "external"
    return f"file {plan.file.name}" if plan.file else f"variable {plan.variable}"


def _is_here(plan: SecretPlan) -> bool | None:
    if plan.external:
        return None
    # Unlike pathlib, os.path has an answer for any name.
    return os.path.isfile(plan.file) if plan.file else plan.variable in os.environ  # noqa: PTH113


def _row(entry: _Entry) -> tuple[str, ...]:
    here = "-" if entry["here"] is None else "yes" if entry["here"] else "no"
    state = str(entry["state"] or "-")
    if entry["deletion"]:
        state += f" on {entry['deletion']}"
    elif entry["changed"]:
        state += f", changed {entry['changed']}"
    return (
        str(entry["key"]),
        str(entry["from"]),
        here,
        STORE_NAMES[SecretStore(str(entry["store"]))],
        str(entry["name"]),
        state,
    )
