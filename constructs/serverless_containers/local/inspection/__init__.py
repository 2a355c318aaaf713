"""Asks the service APIs what a deployment made, resource by resource."""

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from serverless_containers.local.clients import Clients
from serverless_containers.local.inspection.checks import CHECKS
from serverless_containers.local.inspection.containers import images_of, tasks_of
from serverless_containers.local.inspection.deployed import (
    Deployed,
    DeployedStack,
    UnresolvedError,
    deployed_stacks,
)
from serverless_containers.local.result import Inspected, Standing

_NO_RESOURCE = frozenset({"AWS::CDK::Metadata"})
_SERVICE = "AWS::ECS::Service"
_TASK_DEFINITION = "AWS::ECS::TaskDefinition"


def inspect(stacks: Iterable[DeployedStack], status: Mapping[str, Any]) -> tuple[Inspected, ...]:
    """Ask about every resource of these stacks.

    Args:
        stacks: The stacks.
        status: The emulator's own status: what it only recorded, and whether containers can run.
    """
    recorded = {
        (record["type"], record["physical_id"]): record.get("note", "")
        for record in status["recorded"]
    }
    found: list[Inspected] = []
    for stack in stacks:
        for resource in stack.resources:
            if resource.type in _NO_RESOURCE:
                continue
            recorded_note = recorded.get((resource.type, resource.physical_id))
            standing, note = (
                _standing(stack.clients, resource)
                if recorded_note is None
                else (Standing.RECORDED, recorded_note)
            )
            found.append(_inspected(resource, resource.type, standing, note))
            if resource.type == _SERVICE and standing is Standing.REAL:
                found.extend(tasks_of(resource, engine=bool(status["engine"])))
            if resource.type == _TASK_DEFINITION and standing is Standing.REAL:
                found.extend(images_of(resource))
    return tuple(found)


def _standing(clients: Clients, resource: Deployed) -> tuple[Standing, str]:
    check = CHECKS.get(resource.type)
    if check is None:
        return Standing.UNCHECKED, ""
    try:
        return (Standing.REAL, "") if check(clients, resource) else (Standing.MISSING, "")
    except UnresolvedError as error:
        return Standing.UNCHECKED, f"depends on {error}"
    except (ClientError, BotoCoreError) as error:
        return Standing.MISSING, str(error)


def _inspected(resource: Deployed, type_: str, standing: Standing, note: str) -> Inspected:
    return Inspected(
        stack=resource.stack.name,
        type=type_,
        name=resource.name,
        physical_id=resource.physical_id,
        standing=standing,
        note=note,
    )


__all__ = ["Clients", "deployed_stacks", "inspect"]
