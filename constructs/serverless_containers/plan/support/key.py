"""The four classes of Compose keys, and how the tables name them."""

from dataclasses import dataclass
from enum import StrEnum


class Support(StrEnum):
    """What becomes of a key on Fargate."""

    MAPPED = "mapped"
    """It means there what it means under Docker Compose."""
    APPROXIMATED = "approximated"
    """It is deployed as something similar, or left out; a warning says which."""
    LOCAL_ONLY = "local-only"
    """It only means something to an engine on a laptop; a note says so."""
    REJECTED = "rejected"
    """Nothing is deployed while it is there; an error names the way out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What becomes of one key.

    Attributes:
        support: Its class.
        becomes: The CloudFormation properties it ends up in, as ``<resource>.<property>``.
        why: Why it has this class, if it is not mapped.
        fix: What to do about it, if it is rejected.
    """

    support: Support
    becomes: str = ""
    why: str = ""
    fix: str = ""


_REMOVE = "remove it, or keep it in compose.override.yaml, which a deployment leaves out"


def mapped(becomes: str = "") -> Key:
    """A key that means the same."""
    return Key(support=Support.MAPPED, becomes=becomes)


def approximated(why: str, becomes: str = "", fix: str = "") -> Key:
    """A key that means something similar."""
    return Key(support=Support.APPROXIMATED, becomes=becomes, why=why, fix=fix)


def local_only(why: str) -> Key:
    """A key that means nothing in the cloud."""
    return Key(support=Support.LOCAL_ONLY, why=why)


def rejected(why: str, fix: str = _REMOVE) -> Key:
    """A key that stops a deployment."""
    return Key(support=Support.REJECTED, why=why, fix=fix)
