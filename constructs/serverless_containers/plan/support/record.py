"""The record of a Compose key: what becomes of it on Fargate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Support(StrEnum):
    """The four classes of Compose keys."""

    MAPPED = "mapped"
    """It means on Fargate what it means under Docker Compose."""
    APPROXIMATED = "approximated"
    """It is deployed as something similar, or left out; a warning says which."""
    LOCAL_ONLY = "local-only"
    """It only means something to an engine on a laptop; a note says so."""
    REJECTED = "rejected"
    """Nothing is deployed while it is there; an error names the way out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySupport:
    """The fate of one key on Fargate.

    A mapped key without records below it is deployed as a whole; what lies below another one shares
    its fate.

    Attributes:
        support: Its class.
        becomes: The CloudFormation properties it ends up in, as ``<resource>.<property>``.
        why: Why it has this class, if it is not mapped.
        fix: The way out, if it is rejected, or if there is another way to say it.
        is_missed: Whether the container runs differently without it, if it is left out.
        reported_by: The code of the rule that reports it where it is planned; empty: by its class.
        keys: The records of the keys below it.
        items: The records of the keys of each item, or of each named entry, below it.
        in_asset: Whether the CDK's image asset, which Docker builds on the machine that deploys,
            can have it; for keys of ``build``.
        not_in_pipeline: Why CodeBuild cannot have it, if so; for keys of ``build``.
    """

    support: Support
    becomes: str = ""
    why: str = ""
    fix: str = ""
    is_missed: bool = False
    reported_by: str = ""
    keys: "Mapping[str, KeySupport]" = field(default_factory=dict)
    items: "Mapping[str, KeySupport]" = field(default_factory=dict)
    in_asset: bool = True
    not_in_pipeline: str = ""


KEEP = "keep it in compose.override.yaml, which a deployment leaves out"
REMOVE = f"remove it, or {KEEP}"
"""The way out of a key that has no other one."""


def mapped(
    becomes: str,
    *,
    keys: Mapping[str, KeySupport] | None = None,
    items: Mapping[str, KeySupport] | None = None,
    in_asset: bool = True,
    not_in_pipeline: str = "",
) -> KeySupport:
    """The record of a key that means the same."""
    return KeySupport(
        support=Support.MAPPED,
        becomes=becomes,
        keys=keys or {},
        items=items or {},
        in_asset=in_asset,
        not_in_pipeline=not_in_pipeline,
    )


def approximated(why: str, fix: str = "", *, reported_by: str = "") -> KeySupport:
    """The record of a key that means something similar, or is left out without harm."""
    return KeySupport(support=Support.APPROXIMATED, why=why, fix=fix, reported_by=reported_by)


def missed(why: str, fix: str = "") -> KeySupport:
    """The record of a key that is left out, and without which a container runs differently."""
    way_out = f"{fix}, or {KEEP}" if fix else REMOVE
    return KeySupport(support=Support.APPROXIMATED, why=why, fix=way_out, is_missed=True)


def local_only(
    why: str, *, reported_by: str = "", items: Mapping[str, KeySupport] | None = None
) -> KeySupport:
    """The record of a key that means nothing in the cloud."""
    return KeySupport(
        support=Support.LOCAL_ONLY, why=why, reported_by=reported_by, items=items or {}
    )


def rejected(why: str, fix: str = REMOVE, *, reported_by: str = "") -> KeySupport:
    """The record of a key that stops a deployment."""
    return KeySupport(support=Support.REJECTED, why=why, fix=fix, reported_by=reported_by)
