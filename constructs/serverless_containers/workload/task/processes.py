"""Processes in place of containers, told to the embedded AWS in the cloud assembly.

They stand in no template, and in the assembly only where ``serverless-containers local`` asks for
them by a context value.
"""

from typing import Final

from aws_cdk import aws_ecs as ecs

from serverless_containers.plan import TaskPlan

CONTEXT: Final = "serverless-containers:processes"
"""The context value that asks for them."""
METADATA: Final = "serverless-containers:processes"
"""The type of the metadata: each family of task definitions, and its containers by name."""


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
