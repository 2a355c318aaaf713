"""What a store knows about a secret, and what it is asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from serverless_containers.plan.secrets.files import SecretText


class Standing(StrEnum):
    """Whether a secret is in its store."""

    NOT_PUSHED = "not pushed"
    THERE = "there"
    SCHEDULED = "scheduled for deletion"
    """Its value can be neither read nor written before it is restored."""
    MISSING = "missing"
    """Nobody here can push it, and it is not there."""
    ELSEWHERE = "elsewhere"
    """It is in another region, which is not asked."""


class Step(StrEnum):
    """One call that changes a store."""

    RESTORE = "restore"
    CREATE = "create"
    WRITE = "update"
    TAG = "tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A secret as it is in its store.

    Attributes:
        standing: Whether it is there.
        value: Its current value, or None if that is not known.
        hidden: Why it is not known, if it was asked for.
        kms_key: The key that encrypts it, as the store names it; None: the account's default.
        tags: Its tags.
        changed: When its value last changed, as nearly as the store tells.
        deletion: When it is going to be deleted.
        refusal: Why it is not for a push to write, if it is not.
        rotated: Whether something else sets its value from time to time.
    """

    standing: Standing
    value: SecretText | None = None
    hidden: str = ""
    kms_key: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    changed: datetime | None = None
    deletion: datetime | None = None
    refusal: str = ""
    rotated: bool = False


NOT_PUSHED = Stored(standing=Standing.NOT_PUSHED)


def written(moment: datetime) -> str:
    """A moment as people read it: ``2026-11-20 17:04 UTC``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
