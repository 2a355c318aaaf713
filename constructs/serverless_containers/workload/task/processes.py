"""Processes in place of containers, and folders that are read, told in the cloud assembly.

They stand in no template, and in the assembly only where ``serverless-containers local`` asks for
them by a context value.
"""

from pathlib import Path
from typing import Any, Final

from aws_cdk import aws_ecs as ecs

from serverless_containers.plan import TaskPlan

CONTEXT: Final = "serverless-containers:processes"
"""The context value that asks for them."""
METADATA: Final = "serverless-containers:processes"
"""The type of the metadata: each family of task definitions, and its containers by name."""
SOURCES: Final = "serverless-containers:sources"
"""The type of the metadata with the folders that a task is made of."""


def tell_local(definition: ecs.TaskDefinition, plan: TaskPlan) -> None:
    """Write what `local` asks for of a plan into the metadata of its task definition.

    Args:
        definition: The task definition.
        plan: The plan of the task.
    """
    node = definition.node
    if not node.try_get_context(CONTEXT):
        return
    node.add_metadata(SOURCES, _sources(plan))
    if any(each.dev for each in plan.services):
        node.add_metadata(METADATA, {definition.family: _processes(plan)})


def _processes(plan: TaskPlan) -> dict[str, Any]:
    """The process of each service of a plan."""
    return {
        # A value of None would not get through to Node.
        service.name: {}
        if (each := service.dev) is None
        else {
            "command": list(each.command),
            "directory": each.directory,
            "ready": each.ready,
            "ports": dict(each.ports),
            "entrypoint": service.name == plan.entrypoint,
        }
        for service in plan.services
    }


def _sources(plan: TaskPlan) -> list[str]:
    """The folders that a task is made of: the project's, and those its images are built from."""
    folders = {str(plan.directory)}
    for each in plan.containers:
        if each.build is not None:
            contexts = (each.build.context, *each.build.additional_contexts.values())
            folders.update(context for context in contexts if Path(context).is_absolute())
    return sorted(folders)
