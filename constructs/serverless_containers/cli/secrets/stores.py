"""Questions to the stores of secrets, and their answers in words."""

import sys
from collections.abc import Mapping, Sequence

import click

from serverless_containers.aws_api.clients import AwsClients
from serverless_containers.aws_api.errors import AwsError
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.output import print_error, print_line, print_table
from serverless_containers.cli.secrets.selection import SecretSelection
from serverless_containers.plan.secrets.files import SecretText
from serverless_containers.plan.secrets.model import SecretStore
from serverless_containers.secret_stores.model import DesiredSecret, SecretChange
from serverless_containers.secret_stores.parameter_store import ParameterStore
from serverless_containers.secret_stores.push import compare
from serverless_containers.secret_stores.secrets_manager import SecretsManager
from serverless_containers.secret_stores.store import (
    StoreClient,
    Stores,
    describe_external,
    external_problem,
)

STORE_NAMES: Mapping[SecretStore, str] = {
    SecretStore.SECRETS_MANAGER: "Secrets Manager",
    SecretStore.PARAMETER_STORE: "Parameter Store",
}


def stores_of(clients: AwsClients, selection: SecretSelection) -> Stores:
    """Return the stores that the secrets are in.

    Raises:
        click.ClickException: If this machine's AWS configuration leaves no way to one.
    """
    try:
        return {
            store: _store(clients, store) for store in {each.store for each in selection.secrets}
        }
    except AwsError as failure:
        raise click.ClickException(str(failure)) from None


def _store(clients: AwsClients, store: SecretStore) -> StoreClient:
    if store is SecretStore.SECRETS_MANAGER:
        return SecretsManager(clients.secrets_manager)
    return ParameterStore(clients.parameter_store)


def compare_or_exit(
    selection: SecretSelection,
    values: Mapping[str, SecretText],
    stores: Stores,
    *,
    kms_key: str | None,
    tags: Mapping[str, str],
) -> Sequence[SecretChange]:
    """Return what a push does. Exits if a store does not tell, or a secret may not be written."""
    desired = [
        DesiredSecret(
            plan=secret,
            value=values[secret.key],
            kms_key=kms_key,
            tags={**tags, **selection.tags_of(secret)},
            source=selection.source,
        )
        for secret in selection.secrets
        if not secret.external
    ]
    changes, failures = compare(desired, stores)
    print_failures(failures)
    refused = [change for change in changes if change.refusal]
    for change in refused:
        print_error(f"{change.desired.plan.key}: {change.desired.plan.name}: {change.refusal}")
    if failures or refused:
        print_error("Nothing was pushed.")
        sys.exit(ExitCode.FAILED)
    return changes


def print_failures(failures: Mapping[str, AwsError]) -> None:
    """Say what the stores did not tell; once, if it is the same for several secrets."""
    keys: dict[str, list[str]] = {}
    for key, failure in failures.items():
        keys.setdefault(str(failure), []).append(key)
    for message, those in keys.items():
        print_error(f"{', '.join(those)}: {message}")


def print_changes(selection: SecretSelection, changes: Sequence[SecretChange]) -> None:
    """Write what a push does to each secret."""
    rows = []
    warnings = []
    for change in changes:
        plan = change.desired.plan
        what = change.steps[0].value if change.steps else "unchanged"
        rows.append((what, STORE_NAMES[plan.store], plan.name, "; ".join(change.reasons)))
        if change.other_source:
            warnings.append(f"warning: {plan.name}: it belongs to {change.other_source}")
        if change.warning:
            warnings.append(f"warning: {plan.name}: {change.warning}")
    rows += [
        ("external", STORE_NAMES[plan.store], plan.name, "never written")
        for plan in selection.external
    ]
    print_table(rows)
    for warning in warnings:
        print_line(warning)


def warn_of_external(selection: SecretSelection, stores: Stores, *, region: str) -> None:
    """Warn of external secrets without which a deployment fails.

    Who may push need not be allowed to see them: then nothing is said.
    """
    for plan in selection.external:
        try:
            lack = external_problem(describe_external(plan, stores, region=region))
        except AwsError as failure:
            if not failure.denied:
                print_line(f"warning: {plan.name}: whether it exists is not known: {failure}")
        else:
            if lack:
                print_line(f"warning: {plan.name}: {lack}, and a deployment needs it")
