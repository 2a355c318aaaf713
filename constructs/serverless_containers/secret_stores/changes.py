"""What a push changes: decided from what is wanted and what is there, without a call."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from serverless_containers.plan.secrets.files import SecretText
from serverless_containers.plan.secrets.model import SecretPlan, SecretStore
from serverless_containers.secret_stores.owner import SOURCE_TAG
from serverless_containers.secret_stores.state import Standing, Step, Stored, written

_DEFAULT_KEYS: Mapping[SecretStore, str] = {
    SecretStore.SECRETS_MANAGER: "alias/aws/secretsmanager",
    SecretStore.PARAMETER_STORE: "alias/aws/ssm",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A secret as it shall be.

    Attributes:
        plan: The secret.
        value: Its value.
        kms_key: The id, ARN or alias of the key that encrypts it. None leaves the one that it has,
            and is the account's default for a new one.
        tags: The tags that it has at least.
        source: The source that pushes it (`source_of`). None: that is not known.
    """

    plan: SecretPlan
    value: SecretText
    kms_key: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is done to one secret.

    Attributes:
        wanted: The secret as it shall be.
        stored: The secret as it is.
        steps: What is done, in this order. After a restoration the rest is decided anew.
        reasons: Why, in words.
        kms_key: The key to write it with. None: the one that the store takes by itself.
        tags: The tags to set.
        rekeyed: Whether the key is another one than now.
        warning: What its owner should know before.
    """

    wanted: Wanted
    stored: Stored
    steps: tuple[Step, ...] = ()
    reasons: tuple[str, ...] = ()
    kms_key: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    rekeyed: bool = False
    warning: str = ""

    @property
    def other_source(self) -> str | None:
        """The source that it belongs to, if that is another one, and this would change it."""
        owner = self.stored.tags.get(SOURCE_TAG)
        return owner if owner and owner != self.wanted.source and self.steps else None

    @property
    def refusal(self) -> str:
        """Why nothing may be done to it, if that is so."""
        return self.stored.refusal


def decide(wanted: Wanted, stored: Stored) -> Change:
    """Decide what is done to one secret.

    Args:
        wanted: The secret as it shall be.
        stored: The secret as it is, with its value.
    """
    if stored.refusal:
        return Change(wanted=wanted, stored=stored)
    if stored.standing is Standing.NOT_PUSHED:
        return Change(
            wanted=wanted,
            stored=stored,
            steps=(Step.CREATE,),
            reasons=("not pushed yet",),
            kms_key=wanted.kms_key,
            tags=wanted.tags,
        )
    if stored.standing is Standing.SCHEDULED:
        date = f" on {written(stored.deletion)}" if stored.deletion else ""
        reason = f"scheduled for deletion{date}; updated if its value then differs"
        return Change(wanted=wanted, stored=stored, steps=(Step.RESTORE,), reasons=(reason,))
    return _decide_there(wanted, stored)


def _decide_there(wanted: Wanted, stored: Stored) -> Change:
    reasons = []
    if stored.value is None:
        reasons.append(f"cannot be compared ({stored.hidden}): will be written")
    elif stored.value.reveal() != wanted.value.reveal():
        reasons.append("its value differs")
    rekeyed = not _same_key(wanted, stored)
    if rekeyed:
        before = stored.kms_key or "the default"
        reasons.append(f"encrypted with {wanted.kms_key} instead of {before}")
    steps = [Step.WRITE] if reasons else []
    tags = {key: value for key, value in wanted.tags.items() if stored.tags.get(key) != value}
    if tags:
        steps.append(Step.TAG)
        reasons.append(f"tags {', '.join(sorted(tags))}")
    return Change(
        wanted=wanted,
        stored=stored,
        steps=tuple(steps),
        reasons=tuple(reasons),
        # A parameter that is overwritten without its key falls back to the default one.
        kms_key=wanted.kms_key or stored.kms_key,
        tags=tags,
        rekeyed=rekeyed,
        warning="its rotation is on: this overwrites what rotation has set, and the next rotation "
        "overwrites this"
        if stored.rotated and Step.WRITE in steps
        else "",
    )


def _same_key(wanted: Wanted, stored: Stored) -> bool:
    if wanted.kms_key is None:
        return True
    default = _DEFAULT_KEYS[wanted.plan.store]
    return _bare(wanted.kms_key) == _bare(stored.kms_key or default)


def _bare(key: str) -> str:
    """The id of a key, or its alias with the prefix, of what may be its ARN."""
    return key.rpartition(":")[2].removeprefix("key/")
