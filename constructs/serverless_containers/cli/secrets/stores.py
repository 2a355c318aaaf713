"""What the stores are asked, with their answers on the screen."""

import sys
from collections.abc import Mapping, Sequence

import click

from serverless_containers.cli.secrets.project import Selected, complain, say, say_table
from serverless_containers.plan.secrets.files import SecretText
from serverless_containers.plan.secrets.model import SecretStore
from serverless_containers.secret_stores.clients import AwsClients
from serverless_containers.secret_stores.errors import AwsError
from serverless_containers.secret_stores.model import DesiredSecret, SecretChange
from serverless_containers.secret_stores.parameter_store import ParameterStore
from serverless_containers.secret_stores.push import compare
from serverless_containers.secret_stores.secrets_manager import SecretsManager
from serverless_containers.secret_stores.store import (
    Store,
    Stores,
    describe_external,
    external_problem,
)

STORE_NAMES: Mapping[SecretStore, str] = {
    SecretStore.SECRETS_MANAGER: "Secrets Manager",
    SecretStore.PARAMETER_STORE: "Parameter Store",
}


def connect(*, region: str | None, profile: str | None) -> AwsClients:
    """The way to AWS.

    Raises:
        click.ClickException: If this machine's AWS configuration leaves none.
    """
    clients = AwsClients(region=region, profile=profile)
    try:
        # Tells at once what is wrong with the configuration.
        _ = clients.region
    except AwsError as failure:
        raise click.ClickException(str(failure)) from None
    return clients


def stores_of(clients: AwsClients, selected: Selected) -> Stores:
    """The stores that the secrets are in.

    Raises:
        click.ClickException: If this machine's AWS configuration leaves no way to one.
    """
    try:
        return {
            store: _store(clients, store) for store in {each.store for each in selected.secrets}
        }
    except AwsError as failure:
        raise click.ClickException(str(failure)) from None


def _store(clients: AwsClients, store: SecretStore) -> Store:
    if store is SecretStore.SECRETS_MANAGER:
        return SecretsManager(clients.secrets_manager)
    return ParameterStore(clients.parameter_store)


def compared(
    selected: Selected,
    values: Mapping[str, SecretText],
    stores: Stores,
    *,
    kms_key: str | None,
    tags: Mapping[str, str],
) -> Sequence[SecretChange]:
    """What a push does. Exits if a store does not tell, or a secret may not be written."""
    desired = [
        DesiredSecret(
            plan=secret,
            value=values[secret.key],
            kms_key=kms_key,
            tags={**tags, **selected.tags_of(secret)},
            source=selected.source,
        )
        for secret in selected.secrets
        if not secret.external
    ]
    changes, failures = compare(desired, stores)
    complain_of(failures)
    refused = [change for change in changes if change.refusal]
    for change in refused:
        complain(f"{change.desired.plan.key}: {change.desired.plan.name}: {change.refusal}")
    if failures or refused:
        complain("Nothing was pushed.")
        sys.exit(1)
    return changes


def complain_of(failures: Mapping[str, AwsError]) -> None:
    """Say what the stores did not tell; once, if it is the same for several secrets."""
    keys: dict[str, list[str]] = {}
    for key, failure in failures.items():
        keys.setdefault(str(failure), []).append(key)
    for message, those in keys.items():
        complain(f"{', '.join(those)}: {message}")


def show_changes(selected: Selected, changes: Sequence[SecretChange]) -> None:
    """Show what a push does to each secret."""
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
        for plan in selected.external
    ]
    say_table(rows)
    for warning in warnings:
        say(warning)


def warn_of_external(selected: Selected, stores: Stores, *, region: str) -> None:
    """Warn of external secrets without which a deployment fails.

    Who may push need not be allowed to see them: then nothing is said.
    """
    for plan in selected.external:
        try:
            lack = external_problem(describe_external(plan, stores, region=region))
        except AwsError as failure:
            if not failure.denied:
                say(f"warning: {plan.name}: whether it exists is not known: {failure}")
        else:
            if lack:
                say(f"warning: {plan.name}: {lack}, and a deployment needs it")
