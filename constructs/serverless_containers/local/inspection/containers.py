"""Tasks of a service, and images of a task definition."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.inspection.deployed import Deployed
from serverless_containers.local.processes.commands import not_honoured
from serverless_containers.local.result import Inspected, ResourceStatus

_PRIVATE_IMAGE = re.compile(
    r"\d{12}\.dkr\.ecr\.[^/]+/(?P<repository>[^:@]+)(:(?P<tag>[^@]+))?(@(?P<digest>.+))?"
)


def tasks_of(
    service: Deployed, *, engine: bool, processes: Mapping[str, Mapping[str, bool]] | None = None
) -> Iterator[Inspected]:
    """The tasks that a service counts.

    Args:
        service: The service.
        engine: Whether containers stand behind them.
        processes: Whether each service of a family of task definitions is a process; None where
            nobody asked for processes.
    """
    _, cluster, name = service.physical_id.rpartition(":")[2].split("/")
    ecs = service.stack.clients["ecs"]
    arns = ecs.list_tasks(cluster=cluster, serviceName=name)["taskArns"]
    status, note = ResourceStatus.REAL if engine else ResourceStatus.NOT_RUNNING, ""
    if processes is not None and arns:
        described = ecs.describe_tasks(cluster=cluster, tasks=arns[:1])["tasks"][0]
        definition = ecs.describe_task_definition(taskDefinition=described["taskDefinitionArn"])
        status, note = _as_processes(definition["taskDefinition"], processes)
    for number, arn in enumerate(sorted(arns), start=1):
        yield Inspected(
            stack=service.stack.name,
            type="ECS task",
            name=f"{service.name} task {number} of {len(arns)}",
            physical_id=arn,
            status=status,
            note=note,
        )


def _as_processes(
    definition: Mapping[str, Any], processes: Mapping[str, Mapping[str, bool]]
) -> tuple[ResourceStatus, str]:
    """Tell what of a task runs as a process, and what of its definition that cannot honour."""
    containers = [each["name"] for each in definition["containerDefinitions"]]
    services = processes.get(definition["family"], dict.fromkeys(containers, False))
    names = [name for name, runs in services.items() if runs]
    others = [name for name, runs in services.items() if not runs]
    left = f"not running, without a dev command: {', '.join(others)}" if others else ""
    if not names:
        return ResourceStatus.NO_PROCESS, left
    ignored = not_honoured(definition, names)
    told = [
        f"processes: {', '.join(names)}",
        f"which have no {', '.join(ignored)} of the task definition" if ignored else "",
        left,
    ]
    return ResourceStatus.PROCESSES, "; ".join(part for part in told if part)


def images_of(definition: Deployed) -> Iterator[Inspected]:
    """The images that a task definition takes from the account's own registry.

    They are worth a question: MiniStack's ECR gives an empty answer about an image that it does
    not have, where AWS gives an error, so that the CDK CLI takes every image for pushed.
    """
    clients = definition.stack.clients
    found = clients["ecs"].describe_task_definition(taskDefinition=definition.physical_id)
    for container in found["taskDefinition"]["containerDefinitions"]:
        if image := _PRIVATE_IMAGE.fullmatch(container["image"]):
            is_there = _in_registry(clients, image)
            yield Inspected(
                stack=definition.stack.name,
                type="Container image",
                name=f"{definition.name} {container['name']}",
                physical_id=container["image"],
                status=ResourceStatus.REAL if is_there else ResourceStatus.NO_IMAGE,
            )


def _in_registry(clients: LocalClients, image: re.Match[str]) -> bool:
    image_id = (
        {"imageDigest": image["digest"]}
        if image["digest"]
        else {"imageTag": image["tag"] or "latest"}
    )
    try:
        answer = clients["ecr"].describe_images(
            repositoryName=image["repository"], imageIds=[image_id]
        )
    except ClientError:
        # The repository is not there either.
        return False
    return bool(answer["imageDetails"])
