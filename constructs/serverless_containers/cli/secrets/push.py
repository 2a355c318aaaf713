"""``serverless-containers secrets push``."""

import sys
from collections.abc import Mapping, Sequence

import click

from serverless_containers.aws_api.errors import AwsError
from serverless_containers.cli.aws_arguments import AwsArguments, aws_arguments
from serverless_containers.cli.errors import errors_in_words
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.misuse import MisuseCommand
from serverless_containers.cli.output import print_error, print_line
from serverless_containers.cli.secrets.arguments import (
    SelectionArguments,
    selection_arguments,
    storage_arguments,
)
from serverless_containers.cli.secrets.destination import (
    Destination,
    check_endpoints,
    confirm_endpoints,
    find_destination,
)
from serverless_containers.cli.secrets.restart import RestartOptions, restart_arguments
from serverless_containers.cli.secrets.selection import SecretSelection
from serverless_containers.cli.secrets.stores import (
    compare_or_exit,
    print_changes,
    stores_of,
    warn_of_external,
)
from serverless_containers.findings.formats import printable
from serverless_containers.secret_stores.model import SecretChange
from serverless_containers.secret_stores.push import Push, PushedSecret
from serverless_containers.secret_stores.store import Stores


@click.command(name="push", cls=MisuseCommand)
@errors_in_words()
@selection_arguments
@storage_arguments
@restart_arguments
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
@aws_arguments
def command(
    *,
    arguments: SelectionArguments,
    kms_key: str | None,
    tags: Mapping[str, str],
    restart: RestartOptions | None,
    yes: bool,
    take_over: bool,
    endpoints: tuple[str, ...],
    aws: AwsArguments,
) -> None:
    """Write the values of secrets to AWS.

    PATH is a folder with a Compose file, or the file; by default the current folder. Only what
    differs is written; external secrets never are. When something fails, the same command goes on
    where it stopped. Exits with 1 if something is not done.
    """
    selection = arguments.select()
    if not selection.secrets:
        print_line("No service reads a secret.")
        return
    values = selection.read()
    clients = aws.connect()
    stores = stores_of(clients, selection)
    destination = find_destination(
        clients, selection, also=restart.endpoints(clients) if restart else (), confirmed=endpoints
    )
    check_endpoints(destination, endpoints)
    prepared = restart.prepare(clients) if restart else None
    changes = compare_or_exit(selection, values, stores, kms_key=kms_key, tags=tags)
    destination.print(selection)
    print_changes(selection, changes)
    warn_of_external(selection, stores, region=clients.region)
    restarts = prepared is not None and prepared.announce(changes)
    if not restarts and not any(change.steps for change in changes):
        print_line("Nothing to push.")
        return
    confirm_endpoints(destination, endpoints, can_ask=_can_ask())
    _confirm_take_over(selection, changes, confirmed=take_over, can_ask=_can_ask())
    if not yes:
        _confirm(destination)
    wrote = _write(changes, stores)
    if prepared:
        prepared.run(changes, wrote=wrote)


def _confirm_take_over(
    selection: SecretSelection, changes: Sequence[SecretChange], *, confirmed: bool, can_ask: bool
) -> None:
    """Ask before anything is written that another source has pushed. Exits if it is not meant.

    Args:
        selection: The secrets, with the source that pushes them now.
        changes: What a push does.
        confirmed: Whether the caller has said so already.
        can_ask: Whether somebody is there to answer.

    Raises:
        click.ClickException: If nobody can be asked.
    """
    others = [change for change in changes if change.other_source]
    if not others or confirmed:
        return
    names = printable(", ".join(change.desired.plan.name for change in others))
    owners = printable(", ".join(sorted({str(change.other_source) for change in others})))
    here = printable(selection.source or "a folder without a repository")
    if not can_ask:
        raise click.ClickException(
            f"{names}: pushed from {owners}, and this is {here}; if two projects are both called "
            f"{printable(selection.project)!r}, give this one another `name:` in its Compose file; "
            "if it is the same project, give --take-over"
        )
    if not click.confirm(f"{names} was pushed from {owners}. Take it over, for {here}?"):
        print_line("Nothing was pushed.")
        sys.exit(ExitCode.FAILED)


def _confirm(destination: Destination) -> None:
    if not _can_ask():
        raise click.ClickException("nobody can be asked here: give --yes to go on without")
    if not click.confirm(f"Go on, in {printable(str(destination))}?"):
        print_line("Nothing was pushed.")
        sys.exit(ExitCode.FAILED)


def _can_ask() -> bool:
    return sys.stdin.isatty()


def _write(changes: Sequence[SecretChange], stores: Stores) -> bool:
    """Do what was decided. Exits if something is not done, and says how far it got.

    Returns:
        Whether a value was written.
    """
    run = Push(changes, stores)
    try:
        run.run(_print_done)
    except AwsError as failure:
        _report(run, str(failure), sure=failure.sure)
        sys.exit(ExitCode.FAILED)
    except KeyboardInterrupt:
        _report(run, "interrupted", sure=False)
        sys.exit(ExitCode.INTERRUPTED)
    except BaseException:
        _report(run, "this program failed", sure=False)
        raise
    return run.wrote


def _print_done(done: PushedSecret) -> None:
    print_line(f"{done.change.desired.plan.name}: {done}")


def _report(run: Push, reason: str, *, sure: bool) -> None:
    if run.current is not None:
        name = run.current.change.desired.plan.name
        before = f"{run.current}, then " if run.current.steps else ""
        print_error(f"{name}: {before}failed: {reason}")
        if not sure:
            print_error(f"{name}: whether AWS has done it all the same is not known")
    else:
        print_error(reason)
    done = [each.change.desired.plan.name for each in run.done if each.steps]
    untried = [change.desired.plan.name for change in run.untried if change.steps]
    print_error(f"Done: {', '.join(done) or 'nothing'}.")
    print_error(f"Not tried: {', '.join(untried) or 'nothing'}.")
    print_error("Run the same command again: it goes on where this one stopped.")
