"""What MiniStack lacks, one module a topic, and the check that it is the MiniStack they patch.

Each topic names every private name that it uses in ``PRIVATE`` and changes them in ``apply``.
"""

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final, Protocol

from serverless_containers.local.patches import (
    attributes,
    ec2,
    ecs,
    health,
    http_api,
    recorded,
    secretsmanager,
    signals,
    stack_outputs,
    waf,
)
from serverless_containers.local.patches.private import PatchError, private

PINNED: Final = "1.5.33"
"""The MiniStack whose private names these patches know."""


class Topic(Protocol):
    """A module of patches."""

    @property
    def PRIVATE(self) -> tuple[str, ...]:  # noqa: N802  # a module's constant
        """The private names that it uses."""

    def apply(self) -> None:
        """Change the names."""


TOPICS: Final[tuple[Topic, ...]] = (
    attributes,
    ec2,
    ecs,
    health,
    http_api,
    recorded,
    secretsmanager,
    signals,
    stack_outputs,
    waf,
)


def check_version(installed: str | None = None) -> None:
    """Raise PatchError unless the installed MiniStack is the pinned one."""
    try:
        installed = installed or version("ministack")
    except PackageNotFoundError as error:
        raise PatchError(f"MiniStack is not installed: pip install ministack=={PINNED}") from error
    if installed != PINNED:
        raise PatchError(
            f"MiniStack {installed} is installed, and the patches are for {PINNED}: "
            f"pip install ministack=={PINNED}"
        )


@cache
def apply_patches() -> None:
    """Patch the MiniStack in this process, once.

    Raises:
        PatchError: If it is another version, or lacks a name that is patched. Nothing is changed.
    """
    check_version()
    for topic in TOPICS:
        for name in topic.PRIVATE:
            private(name)
    for topic in TOPICS:
        topic.apply()


__all__ = ["PINNED", "TOPICS", "PatchError", "apply_patches", "check_version"]
