"""Secrets as they are in their store, as they shall be, and the change between the two."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from serverless_containers.plan.secrets.files import SecretText
from serverless_containers.plan.secrets.model import SecretPlan

SOURCE_TAG = "serverless-containers:source"
"""The tag of a secret that names the source which pushes it."""


class SecretStatus(StrEnum):
    """The state of a secret in its store."""

    NOT_PUSHED = "not pushed"
    THERE = "there"
    SCHEDULED = "scheduled for deletion"
    """Its value can be neither read nor written before it is restored."""
    MISSING = "missing"
    """Nobody here can push it, and it is not there."""
    ELSEWHERE = "elsewhere"
    """It is in another region, which is not asked."""


class PushStep(StrEnum):
    """One call that changes a store."""

    RESTORE = "restore"
    CREATE = "create"
    WRITE = "update"
    TAG = "tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSecret:
    """A secret as it is in its store.

    Attributes:
        status: Its state.
        value: Its current value, or None if that is not known.
        hidden: Why it is not known, if it was asked for.
        kms_key: The key that encrypts it, as the store names it; None: the account's default.
        tags: Its tags.
        changed: When its value last changed, as nearly as the store tells.
        deletion: When it is going to be deleted.
        refusal: Why it is not for a push to write, if it is not.
        rotated: Whether something else sets its value from time to time.
    """

    status: SecretStatus
    value: SecretText | None = None
    hidden: str = ""
    kms_key: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    changed: datetime | None = None
    deletion: datetime | None = None
    refusal: str = ""
    rotated: bool = False


NOT_PUSHED = StoredSecret(status=SecretStatus.NOT_PUSHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredSecret:
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
class SecretChange:
    """The change that a push makes to one secret.

    Attributes:
        desired: The secret as it shall be.
        stored: The secret as it is.
        steps: What is done, in this order. After a restoration the rest is decided anew.
        reasons: Why, in words.
        kms_key: The key to write it with. None: the one that the store takes by itself.
        tags: The tags to set.
        rekeyed: Whether the key is another one than now.
        warning: What its owner should know before.
    """

    desired: DesiredSecret
    stored: StoredSecret
    steps: tuple[PushStep, ...] = ()
    reasons: tuple[str, ...] = ()
    kms_key: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    rekeyed: bool = False
    warning: str = ""

    @property
    def other_source(self) -> str | None:
        """The source that it belongs to, if that is another one, and this would change it."""
        owner = self.stored.tags.get(SOURCE_TAG)
        return owner if owner and owner != self.desired.source and self.steps else None

    @property
    def refusal(self) -> str:
        """The reason for which nothing may be done to it; empty if there is none."""
        return self.stored.refusal


def format_time(moment: datetime) -> str:
    """Format a moment as people read it: ``2026-11-20 17:04 UTC``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
