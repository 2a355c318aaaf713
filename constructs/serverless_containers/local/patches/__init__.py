"""Patches of MiniStack, one module a topic. Some need an engine.

Each module names what it patches where it does so; see `ministack.declared`.
"""

from functools import cache
from types import ModuleType
from typing import Final

from serverless_containers.local import resource_types
from serverless_containers.local.emulator.runtime import Runtime
from serverless_containers.local.ministack import declared
from serverless_containers.local.patches import (
    authorization,
    cloudformation,
    data_plane,
    ecr,
    pipelines,
    processes,
    refusals,
    services,
    tasks,
    uploads,
)

TOPICS: Final[tuple[ModuleType, ...]] = (
    authorization,
    cloudformation,
    data_plane,
    ecr,
    pipelines,
    processes,
    tasks,
    services,
    uploads,
    # Last, before what the others have made.
    refusals,
)


def differences() -> list[str]:
    """Return a sentence for each name that MiniStack has not, or has in another form."""
    return declared.differences(resource_types.RESOURCE_HANDLERS)


@cache
def apply_patches() -> None:
    """Patch the MiniStack in this process, once.

    Raises:
        PatchError: If it is another version, or has not the names that are used, each in its form:
            then all of these are named. Nothing is changed.
    """
    declared.check_version()
    declared.check_names(resource_types.RESOURCE_HANDLERS)
    resource_types.register()
    declared.apply(TOPICS)


def apply_engine_patches(runtime: Runtime) -> None:
    """Let what MiniStack records run. Comes after the other patches.

    Where processes take the place of an engine, nothing is built and no registry is asked.
    """
    if runtime.engine is None:
        declared.apply((data_plane, tasks, services), runtime)
    else:
        declared.apply(TOPICS, runtime)
        pipelines.start(runtime)
    services.start(runtime)
