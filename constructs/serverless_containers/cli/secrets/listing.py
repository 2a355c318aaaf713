"""``serverless-containers secrets list``."""

import json
import os
import sys
from pathlib import Path

import click

from serverless_containers.cli.arguments import ProjectArguments
from serverless_containers.cli.guard import guarded
from serverless_containers.cli.secrets.arguments import SecretsCommand, reaching, selecting
from serverless_containers.cli.secrets.project import say, say_table, select
from serverless_containers.cli.secrets.stores import STORE_NAMES, complain_of, connect, stores_of
from serverless_containers.cli.secrets.where import find_where
from serverless_containers.cli.show import write_document
from serverless_containers.plan.secrets.model import SecretPlan, SecretStore
from serverless_containers.secret_stores.errors import AwsError
from serverless_containers.secret_stores.model import format_time
from serverless_containers.secret_stores.store import Stores, describe_external

_HEADINGS = ("key", "from", "here", "store", "name", "state")


@click.command(name="list", cls=SecretsCommand)
@selecting
@click.option("--offline", is_flag=True, help="Do not ask AWS what is there.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print them.",
)
@reaching
def command(
    *,
    source: Path,
    files: tuple[Path, ...],
    env_files: tuple[Path, ...],
    profiles: tuple[str, ...],
    environment: str | None,
    entrypoint: str | None,
    only: tuple[str, ...],
    offline: bool,
    form: str,
    region: str | None,
    aws_profile: str | None,
) -> None:
    """List the secrets, where their values come from, and what is in AWS.

    PATH is a folder with a Compose file, or the file; by default the current folder. No value has
    to be on this machine. Exits with 1 if AWS does not tell; a missing permission is a state.
    """
    with guarded():
        arguments = ProjectArguments.of(source, files, env_files, profiles, environment)
        selected = select(arguments, entrypoint=entrypoint, only=only)
        listing = _Listing()
        where = None
        if selected.secrets and not offline:
            clients = connect(region=region, profile=aws_profile)
            stores = stores_of(clients, selected)
            where = find_where(clients, selected, quiet=form == "json")
            listing.ask(selected.secrets, stores, region=clients.region)
        entries = [listing.entry(plan) for plan in selected.secrets]
        if form == "json":
            document = {"secrets": entries, "where": where.as_data() if where else None}
            write_document(json.dumps(document, indent=2, ensure_ascii=False))
        elif not entries:
            say("No service reads a secret.")
        else:
            if where:
                where.show(selected)
            say_table([_HEADINGS, *map(_row, entries)])
        complain_of(listing.failures)
        sys.exit(1 if listing.failures else 0)


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
