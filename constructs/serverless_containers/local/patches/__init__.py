"""What MiniStack lacks, one module a topic, and the check that it is the MiniStack they patch.

Each topic names every private name that it uses in ``PRIVATE`` and changes them in ``apply``. Some
need an engine.
"""

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from typing import Final, Protocol

from serverless_containers.local.emulator.runtime import Runtime
from serverless_containers.local.patches import (
    attributes,
    authorization,
    balancer,
    commands,
    ec2,
    ecr,
    ecs,
    http_api,
    pipeline,
    recorded,
    refusals,
    registry,
    secretsmanager,
    services,
    signals,
    stack_outputs,
    targets,
    tasks,
    viewers,
    vpc_link,
    waf,
    writers,
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


class EngineTopic(Protocol):
    """A module of patches for the case that there is an engine."""

    @property
    def PRIVATE(self) -> tuple[str, ...]:  # noqa: N802  # a module's constant
        """The private names that it uses."""

    def apply(self, runtime: Runtime) -> None:
        """Change the names."""


TOPICS: Final[tuple[Topic, ...]] = (
    attributes,
    authorization,
    commands,
    ec2,
    ecs,
    http_api,
    recorded,
    registry,
    secretsmanager,
    signals,
    stack_outputs,
    targets,
    viewers,
    waf,
    writers,
    # Last, before what the others have made.
    refusals,
)
ENGINE_TOPICS: Final[tuple[EngineTopic, ...]] = (
    balancer,
    ecr,
    pipeline,
    tasks,
    services,
    vpc_link,
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
    # The gate is made of what is patched here.
    from serverless_containers.local import gate  # noqa: PLC0415

    check_version()
    names = chain(
        gate.PRIVATE,
        *(each.PRIVATE for each in TOPICS),
        *(each.PRIVATE for each in ENGINE_TOPICS),
    )
    for name in names:
        private(name)
    for topic in TOPICS:
        topic.apply()


def apply_engine_patches(runtime: Runtime) -> None:
    """Let what MiniStack records run at an engine. Comes after the other patches."""
    for topic in ENGINE_TOPICS:
        topic.apply(runtime)


__all__ = [
    "ENGINE_TOPICS",
    "PINNED",
    "TOPICS",
    "PatchError",
    "apply_engine_patches",
    "apply_patches",
    "check_version",
]
