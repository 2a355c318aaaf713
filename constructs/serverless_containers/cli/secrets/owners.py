"""The question whether secrets of somebody else are meant."""

import sys
from collections.abc import Sequence

import click

from serverless_containers.cli.secrets.project import Selected, say
from serverless_containers.findings.formats import printable
from serverless_containers.secret_stores.model import SecretChange


def confirm_taking_over(
    selected: Selected, changes: Sequence[SecretChange], *, meant: bool, can_ask: bool
) -> None:
    """Ask before anything is written that another source has pushed. Exits if it is not meant.

    Args:
        selected: The secrets, with the source that pushes them now.
        changes: What a push does.
        meant: Whether the caller has said so already.
        can_ask: Whether somebody is there to answer.

    Raises:
        click.ClickException: If nobody can be asked.
    """
    others = [change for change in changes if change.other_source]
    if not others or meant:
        return
    names = printable(", ".join(change.desired.plan.name for change in others))
    owners = printable(", ".join(sorted({str(change.other_source) for change in others})))
    here = printable(selected.source or "a folder without a repository")
    if not can_ask:
        raise click.ClickException(
            f"{names}: pushed from {owners}, and this is {here}; if two projects are both called "
            f"{printable(selected.project)!r}, give this one another `name:` in its Compose file; "
            "if it is the same project, give --take-over"
        )
    if not click.confirm(f"{names} was pushed from {owners}. Take it over, for {here}?"):
        say("Nothing was pushed.")
        sys.exit(1)
