"""Processes in place of containers, and folders that are read, told in the cloud assembly.

They stand in no template, and in the assembly only where ``serverless-containers local`` asks for
them by a context value.
"""

from pathlib import Path
from typing import Final

from aws_cdk import aws_ecs as ecs

from serverless_containers.plan import TaskPlan

CONTEXT: Final = "serverless-containers:processes"
"""The context value that asks for them."""
METADATA: Final = "serverless-containers:processes"
"""The type of the metadata: each family of task definitions, and its containers by name."""
SOURCES: Final = "serverless-containers:sources"
"""The type of the metadata with the folders that a task is made of."""


def tell_processes(definition: ecs.TaskDefinition, plan: TaskPlan) -> None:
    """Write the processes of a plan into the metadata of its task definition, if asked for.

    Args:
        definition: The task definition.
        plan: The plan of the task.
    """
    named = {each.name: each.dev for each in plan.services}
    if not any(named.values()) or not definition.node.try_get_context(CONTEXT):
        return
    containers = {
        # A value of None would not get through to Node.
        name: {}
        if each is None
        else {
            "command": list(each.command),
            "directory": each.directory,
            "ready": each.ready,
            "ports": dict(each.ports),
            "entrypoint": name == plan.entrypoint,
        }
        for name, each in named.items()
    }
    definition.node.add_metadata(METADATA, {definition.family: containers})


def tell_sources(definition: ecs.TaskDefinition, plan: TaskPlan) -> None:
    """Write the folders of a plan into the metadata of its task definition, if asked for.

    They are the project's and those that its images are built from.

    Args:
        definition: The task definition.
        plan: The plan of the task.
    """
    if not definition.node.try_get_context(CONTEXT):
        return
    folders = {str(plan.directory)}
    for each in plan.containers:
        if each.build is not None:
            contexts = (each.build.context, *each.build.additional_contexts.values())
            folders.update(context for context in contexts if Path(context).is_absolute())
    definition.node.add_metadata(SOURCES, sorted(folders))
