"""Secrets that are nobody's here to write: whether they are there."""

from serverless_containers.plan.secrets.model import SecretPlan
from serverless_containers.secret_stores.push import Stores
from serverless_containers.secret_stores.state import Standing, Stored, written

_ELSEWHERE = Stored(standing=Standing.ELSEWHERE)
_MISSING = Stored(standing=Standing.MISSING)


def ask_external(plan: SecretPlan, stores: Stores, *, region: str) -> Stored:
    """What is known of an external secret. Its value is not asked for.

    Args:
        plan: The secret.
        stores: The stores.
        region: Their region. A secret that the file names by the ARN of another one is elsewhere.

    Raises:
        AwsFailure: If the store does not tell.
    """
    if plan.name.startswith("arn:") and plan.name.split(":")[3] != region:
        return _ELSEWHERE
    stored = stores[plan.store].ask(plan.name, value=False)
    return _MISSING if stored.standing is Standing.NOT_PUSHED else stored


def lack_of(stored: Stored) -> str:
    """Why a deployment that needs an external secret fails; empty where nothing says that it does.

    Args:
        stored: The secret as it is.
    """
    if stored.standing is Standing.MISSING:
        return "does not exist"
    if stored.standing is Standing.SCHEDULED:
        date = f" on {written(stored.deletion)}" if stored.deletion else ""
        return f"is scheduled for deletion{date}"
    return ""
