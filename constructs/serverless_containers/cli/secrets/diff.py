"""``serverless-containers secrets diff``."""

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
from serverless_containers.cli.secrets.project import say, select
from serverless_containers.cli.secrets.stores import (
    compared,
    connect,
    show_changes,
    stores_of,
    warn_of_external,
)
from serverless_containers.cli.secrets.where import find_where


@click.command(name="diff", cls=SecretsCommand)
@selecting
@wanting
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
    region: str | None,
    aws_profile: str | None,
) -> None:
    """Say what a push would do, without doing it.

    PATH is a folder with a Compose file, or the file; by default the current folder. Exits with 0
    if there is nothing to do, with 2 if there is something, and with 1 on errors.
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
        where = find_where(clients, selected)
        changes = compared(selected, values, stores, kms_key=kms_key, tags=tags)
        where.show(selected)
        show_changes(selected, changes)
        warn_of_external(selected, stores, region=clients.region)
        differing = sum(1 for change in changes if change.steps)
        if differing:
            say(f"A push would change {differing} of {len(changes)}.")
            sys.exit(2)
        say("Nothing to push.")
