"""Asks the service APIs what a deployment made, resource by resource."""

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.inspection.checks import CHECKS
from serverless_containers.local.inspection.containers import images_of, tasks_of
from serverless_containers.local.inspection.deployed import (
    Deployed,
    DeployedStack,
    UnresolvedError,
    deployed_stacks,
)
from serverless_containers.local.result import Inspected, ResourceStatus

_NO_RESOURCE = frozenset({"AWS::CDK::Metadata"})
_SERVICE = "AWS::ECS::Service"
_TASK_DEFINITION = "AWS::ECS::TaskDefinition"


def inspect(
    stacks: Iterable[DeployedStack], emulator_status: Mapping[str, Any]
) -> tuple[Inspected, ...]:
    """Ask about every resource of these stacks.

    Args:
        stacks: The stacks.
        emulator_status: What the emulator tells of itself: what it only recorded, and whether
            containers can run.
    """
    recorded = {
        (record["type"], record["physical_id"]): record.get("note", "")
        for record in emulator_status["recorded"]
    }
    found: list[Inspected] = []
    for stack in stacks:
        for resource in stack.resources:
            if resource.type in _NO_RESOURCE:
                continue
            recorded_note = recorded.get((resource.type, resource.physical_id))
            status, note = (
                _status(stack.clients, resource)
                if recorded_note is None
                else (ResourceStatus.RECORDED, recorded_note)
            )
            found.append(_inspected(resource, resource.type, status, note))
            if resource.type == _SERVICE and status is ResourceStatus.REAL:
                found.extend(
                    tasks_of(
                        resource,
                        engine=bool(emulator_status["engine"]),
                        processes=emulator_status.get("processes"),
                    )
                )
            if resource.type == _TASK_DEFINITION and status is ResourceStatus.REAL:
                found.extend(images_of(resource))
    return tuple(found)


def _status(clients: LocalClients, resource: Deployed) -> tuple[ResourceStatus, str]:
    check = CHECKS.get(resource.type)
    if check is None:
        return ResourceStatus.UNCHECKED, ""
    try:
        return (
            (ResourceStatus.REAL, "") if check(clients, resource) else (ResourceStatus.MISSING, "")
        )
    except UnresolvedError as error:
        return ResourceStatus.UNCHECKED, f"depends on {error}"
    except (ClientError, BotoCoreError) as error:
        return ResourceStatus.MISSING, str(error)


def _inspected(resource: Deployed, type_: str, status: ResourceStatus, note: str) -> Inspected:
    return Inspected(
        stack=resource.stack.name,
        type=type_,
        name=resource.name,
        physical_id=resource.physical_id,
        status=status,
        note=note,
    )


__all__ = ["deployed_stacks", "inspect"]
