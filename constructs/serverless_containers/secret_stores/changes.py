"""The decision what a push changes, from the secrets as they are and shall be, without a call."""

from collections.abc import Mapping

from serverless_containers.plan.secrets.model import SecretStore
from serverless_containers.secret_stores.model import (
    DesiredSecret,
    PushStep,
    SecretChange,
    SecretStatus,
    StoredSecret,
    format_time,
)

_DEFAULT_KEYS: Mapping[SecretStore, str] = {
    SecretStore.SECRETS_MANAGER: "alias/aws/secretsmanager",
    SecretStore.PARAMETER_STORE: "alias/aws/ssm",
}


def decide(desired: DesiredSecret, stored: StoredSecret) -> SecretChange:
    """Decide what is done to one secret.

    Args:
        desired: The secret as it shall be.
        stored: The secret as it is, with its value.
    """
    if stored.refusal:
        return SecretChange(desired=desired, stored=stored)
    if stored.status is SecretStatus.NOT_PUSHED:
        return SecretChange(
            desired=desired,
            stored=stored,
            steps=(PushStep.CREATE,),
            reasons=("not pushed yet",),
            kms_key=desired.kms_key,
            tags=desired.tags,
        )
    if stored.status is SecretStatus.SCHEDULED:
        date = f" on {format_time(stored.deletion)}" if stored.deletion else ""
        reason = f"scheduled for deletion{date}; updated if its value then differs"
        return SecretChange(
            desired=desired, stored=stored, steps=(PushStep.RESTORE,), reasons=(reason,)
        )
    return _decide_there(desired, stored)


def _decide_there(desired: DesiredSecret, stored: StoredSecret) -> SecretChange:
    reasons = []
    if stored.value is None:
        reasons.append(f"cannot be compared ({stored.hidden}): will be written")
    elif stored.value.reveal() != desired.value.reveal():
        reasons.append("its value differs")
    rekeyed = not _same_key(desired, stored)
    if rekeyed:
        before = stored.kms_key or "the default"
        reasons.append(f"encrypted with {desired.kms_key} instead of {before}")
    steps = [PushStep.WRITE] if reasons else []
    tags = {key: value for key, value in desired.tags.items() if stored.tags.get(key) != value}
    if tags:
        steps.append(PushStep.TAG)
        reasons.append(f"tags {', '.join(sorted(tags))}")
    return SecretChange(
        desired=desired,
        stored=stored,
        steps=tuple(steps),
        reasons=tuple(reasons),
        # A parameter that is overwritten without its key falls back to the default one.
        kms_key=desired.kms_key or stored.kms_key,
        tags=tags,
        rekeyed=rekeyed,
        warning="its rotation is on: this overwrites what rotation has set, and the next rotation "
        "overwrites this"
        if stored.rotated and PushStep.WRITE in steps
        else "",
    )


def _same_key(desired: DesiredSecret, stored: StoredSecret) -> bool:
    if desired.kms_key is None:
        return True
    default = _DEFAULT_KEYS[desired.plan.store]
    return _bare(desired.kms_key) == _bare(stored.kms_key or default)


def _bare(key: str) -> str:
    """The id of a key, or its alias with the prefix, of what may be its ARN."""
    return key.rpartition(":")[2].removeprefix("key/")
