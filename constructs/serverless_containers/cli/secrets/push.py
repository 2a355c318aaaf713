"""``serverless-containers secrets push``."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from serverless_containers.cli.arguments import ProjectArguments
from serverless_containers.cli.guard import guarded
from serverless_containers.cli.secrets.arguments import (
    SecretsCommand,
    reaching,
    selecting,
    wanting,
)
from serverless_containers.cli.secrets.owners import confirm_taking_over
from serverless_containers.cli.secrets.project import say, select
from serverless_containers.cli.secrets.running import Restart, restarting
from serverless_containers.cli.secrets.stores import (
    compared,
    connect,
    show_changes,
    stores_of,
    warn_of_external,
)
from serverless_containers.cli.secrets.where import (
    Where,
    check_meant,
    confirm_foreign,
    find_where,
)
from serverless_containers.cli.secrets.writing import write
from serverless_containers.findings.formats import printable


@click.command(name="push", cls=SecretsCommand)
@selecting
@wanting
@restarting
@click.option("--yes", is_flag=True, help="Do not ask before something is changed.")
@click.option(
    "--take-over",
    is_flag=True,
    help="Overwrite also what another source has pushed by the same name. Without it such a secret "
    "is asked about, also with --yes.",
)
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    metavar="URL",
    help="The endpoint that the push goes to though it is not AWS, exactly as it is configured; "
    "may be repeated. Without it such an endpoint is asked about, also with --yes.",
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
    kms_key: str | None,
    tags: Mapping[str, str],
    restart: Restart | None,
    yes: bool,
    take_over: bool,
    endpoints: tuple[str, ...],
    region: str | None,
    aws_profile: str | None,
) -> None:
    """Write the values of secrets to AWS.

    PATH is a folder with a Compose file, or the file; by default the current folder. Only what
    differs is written; external secrets never are. When something fails, the same command goes on
    where it stopped. Exits with 1 if something is not done.
    """
    with guarded():
        arguments = ProjectArguments.of(source, files, env_files, profiles, environment)
        selected = select(arguments, entrypoint=entrypoint, only=only)
        if not selected.secrets:
            say("No service reads a secret.")
            return
        values = selected.read()
        clients = connect(region=region, profile=aws_profile)
        stores = stores_of(clients, selected)
        where = find_where(
            clients, selected, also=restart.endpoints(clients) if restart else (), meant=endpoints
        )
        check_meant(where, endpoints)
        prepared = restart.prepare(clients) if restart else None
        changes = compared(selected, values, stores, kms_key=kms_key, tags=tags)
        where.show(selected)
        show_changes(selected, changes)
        warn_of_external(selected, stores, region=clients.region)
        restarts = prepared is not None and prepared.announce(changes)
        if not restarts and not any(change.steps for change in changes):
            say("Nothing to push.")
            return
        confirm_foreign(where, endpoints, can_ask=_can_ask())
        confirm_taking_over(selected, changes, meant=take_over, can_ask=_can_ask())
        if not yes:
            _confirm(where)
        wrote = write(changes, stores)
        if prepared:
            prepared.run(changes, wrote=wrote)


def _confirm(where: Where) -> None:
    if not _can_ask():
        raise click.ClickException("nobody can be asked here: give --yes to go on without")
    if not click.confirm(f"Go on, in {printable(str(where))}?"):
        say("Nothing was pushed.")
        sys.exit(1)


def _can_ask() -> bool:
    return sys.stdin.isatty()
