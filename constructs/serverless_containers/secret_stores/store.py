"""The services that keep secrets, and what they know of secrets that nobody here may write."""

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeAlias

from serverless_containers.plan.secrets.model import SecretPlan, SecretStore
from serverless_containers.secret_stores.model import (
    PushStep,
    SecretChange,
    SecretStatus,
    StoredSecret,
    format_time,
)

_ELSEWHERE = StoredSecret(status=SecretStatus.ELSEWHERE)
_MISSING = StoredSecret(status=SecretStatus.MISSING)


class StoreClient(Protocol):
    """One of the services that keep secrets."""

    def ask(self, name: str, *, value: bool) -> StoredSecret:
        """Describe a secret as it is.

        Args:
            name: The secret's name, or its ARN.
            value: Whether to ask for its value and all else that a push compares.

        Raises:
            AwsError: If the store does not tell.
        """

    def do(self, step: PushStep, change: SecretChange) -> None:
        """Take one step of a change.

        Raises:
            AwsError: If the store does not do it.
        """


Stores: TypeAlias = Mapping[SecretStore, StoreClient]


def as_tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags in the form in which the services take them."""
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


def from_tag_list(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return tags by their keys, from the form in which the services give them."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def describe_external(plan: SecretPlan, stores: Stores, *, region: str) -> StoredSecret:
    """Describe an external secret. Its value is not asked for.

    Args:
        plan: The secret.
        stores: The stores.
        region: Their region. A secret that the file names by the ARN of another one is elsewhere.

    Raises:
        AwsError: If the store does not tell.
    """
    if plan.name.startswith("arn:") and plan.name.split(":")[3] != region:
        return _ELSEWHERE
    stored = stores[plan.store].ask(plan.name, value=False)
    return _MISSING if stored.status is SecretStatus.NOT_PUSHED else stored


def external_problem(stored: StoredSecret) -> str:
    """Return why a deployment that needs an external secret fails; empty where it does not.

    Args:
        stored: The secret as it is.
    """
    if stored.status is SecretStatus.MISSING:
        return "does not exist"
    if stored.status is SecretStatus.SCHEDULED:
        date = f" on {format_time(stored.deletion)}" if stored.deletion else ""
        return f"is scheduled for deletion{date}"
    return ""
