"""The account, region and endpoints that secrets go to."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import click

from serverless_containers.aws_api.clients import AwsClients
from serverless_containers.aws_api.endpoints import (
    Endpoint,
    endpoint_of,
    without_credentials,
)
from serverless_containers.aws_api.errors import AwsError
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.output import print_line, print_warning
from serverless_containers.cli.secrets.selection import SecretSelection
from serverless_containers.cli.secrets.stores import STORE_NAMES
from serverless_containers.findings.formats import printable
from serverless_containers.plan.secrets.model import SecretStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """The account, region and endpoints that a command asks or writes to.

    Attributes:
        clients: The clients of AWS.
        endpoints: The endpoints of the services, the stores first.
    """

    clients: AwsClients
    endpoints: tuple[Endpoint, ...]

    @property
    def non_aws(self) -> tuple[Endpoint, ...]:
        """Those that are not AWS."""
        return tuple(each for each in self.endpoints if not each.is_aws)

    def print(self, selection: SecretSelection) -> None:
        """Write it above what is said of the secrets."""
        line = f"Secrets of {selection.owner}, in {self}:"
        if self.non_aws:
            print_warning(line)
        else:
            print_line(line)

    def as_data(self) -> dict[str, object]:
        """Return it for `--format json`: the account is null where it is not known."""
        try:
            account: str | None = self.clients.account
        except AwsError:
            account = None
        return {
            "account": account,
            "region": self.clients.region,
            "endpoints": [
                {"service": each.service, "url": each.url, "aws": each.is_aws}
                for each in self.endpoints
            ],
        }

    def __str__(self) -> str:
        urls = ", ".join(dict.fromkeys(map(str, self.endpoints)))
        return f"{_account(self)}, region {self.clients.region}, at {urls}"


def find_destination(
    clients: AwsClients,
    selection: SecretSelection,
    *,
    also: Iterable[Endpoint] = (),
    confirmed: Sequence[str] = (),
    quiet: bool = False,
) -> Destination:
    """Find the endpoints of the stores, and warn of those that are not AWS before they are asked.

    They may be left over from a local deployment.

    Args:
        clients: The clients.
        selection: The secrets.
        also: Endpoints of other services that take part.
        confirmed: The URLs that the user names, which need no warning.
        quiet: Whether to leave the warning out, because a document is written that tells.

    Raises:
        click.ClickException: If this machine's AWS configuration leaves no way to a store.
    """
    stores = dict.fromkeys(each.store for each in selection.secrets)
    try:
        found = [_endpoint(clients, store) for store in stores]
    except AwsError as failure:
        raise click.ClickException(str(failure)) from None
    destination = Destination(clients=clients, endpoints=(*found, *also))
    for url, those in _by_url(destination.non_aws).items():
        if quiet or url in confirmed:
            continue
        services = ", ".join(dict.fromkeys(each.service for each in those))
        settings = ", ".join(dict.fromkeys(each.setting for each in those))
        print_warning(
            f"warning: {url} is not AWS: {settings} puts it in place of {services}, as after "
            "`serverless-containers local up`"
        )
    return destination


def _account(destination: Destination) -> str:
    """Return the account in words, or why it is not known."""
    try:
        account = destination.clients.account
        told_by = endpoint_of(destination.clients.sts, "STS", "STS")
    except AwsError as failure:
        return f"an account that is not known ({failure})"
    if told_by.is_aws or told_by.url in {each.url for each in destination.non_aws}:
        return f"account {account}"
    return f"account {account} (so {told_by.url} says, which is not AWS)"


def check_endpoints(destination: Destination, confirmed: Sequence[str]) -> None:
    """Hold the endpoints against those that the user names.

    Args:
        destination: The endpoints.
        confirmed: The URLs given by --endpoint.

    Raises:
        click.ClickException: If one is named that nothing is sent to.
    """
    used = dict.fromkeys(each.url for each in destination.endpoints)
    for url in map(without_credentials, confirmed):
        if url not in used:
            raise click.ClickException(
                f"--endpoint names {printable(url)}, and nothing goes there: the push would go to "
                f"{', '.join(used)}; set AWS_ENDPOINT_URL, or leave --endpoint out. Nothing was "
                "pushed"
            )


def confirm_endpoints(destination: Destination, confirmed: Sequence[str], *, can_ask: bool) -> None:
    """Have each endpoint confirmed that is not AWS and not named by the user.

    Args:
        destination: The endpoints.
        confirmed: The URLs given by --endpoint.
        can_ask: Whether there is somebody to ask.

    Raises:
        click.ClickException: If nobody can be asked.
    """
    named = set(map(without_credentials, confirmed))
    for url, those in _by_url(destination.non_aws).items():
        if url in named:
            continue
        if not can_ask:
            setting = those[0].setting
            way_out = f"`unset {setting}`" if setting.startswith("AWS_") else f"correct {setting}"
            raise click.ClickException(
                f"{url} is not AWS, and nobody can be asked whether it is meant, which --yes does "
                f"not answer: {way_out} to push to AWS, or "
                f"give --endpoint {url} if it is meant. Nothing was pushed"
            )
        print_warning(f"{url} is not AWS.")
        if not click.confirm("Push the secrets to it all the same?"):
            print_line("Nothing was pushed.")
            sys.exit(ExitCode.FAILED)


def _by_url(endpoints: Iterable[Endpoint]) -> dict[str, list[Endpoint]]:
    found: dict[str, list[Endpoint]] = {}
    for each in endpoints:
        found.setdefault(each.url, []).append(each)
    return found


def _endpoint(clients: AwsClients, store: SecretStore) -> Endpoint:
    if store is SecretStore.SECRETS_MANAGER:
        return endpoint_of(clients.secrets_manager, STORE_NAMES[store], "SECRETS_MANAGER")
    return endpoint_of(clients.parameter_store, STORE_NAMES[store], "SSM")
