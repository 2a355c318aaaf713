"""Caller of a request: the one who deploys, or somebody whom policies judge.

The one who deploys holds the run's secret, or a session that was assumed with it, as the CDK CLI
assumes the roles of its bootstrap stack. Everybody else is a container, a user of the application
or an IAM user that the application made, and their policies are always evaluated.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody whose signature was verified.

    Attributes:
        key: The id of the access key.
        account: The account that it belongs to.
        deploys: Whether it is the one who deploys.
    """

    key: str
    account: str
    deploys: bool


CALLER: Final[ContextVar[Caller | None]] = ContextVar("caller", default=None)
"""The caller of the request that is being answered; None for a request without a signature."""

_deployers: set[str] = set()


def is_deployer(key: str) -> bool:
    """Return whether a session was assumed by the one who deploys."""
    return key in _deployers


def note_deployer(key: str) -> None:
    """Take a session for one of the one who deploys."""
    _deployers.add(key)
