# ruff: noqa: ARG001, SLF001
"""AWS::ECS::ClusterCapacityProviderAssociations, through MiniStack's own ECS."""

from typing import Any

from serverless_containers.local.ministack.names import Json, Made, ecs, provisioners
from serverless_containers.local.resource_types.responses import succeeded


def _ecs_capacity_associations_create(logical_id: str, props: Json, stack_name: str) -> Made:
    request = provisioners._pascal_to_camel(props)
    response = ecs._put_cluster_capacity_providers(request)
    succeeded(response, "AWS::ECS::ClusterCapacityProviderAssociations")
    return props["Cluster"], {}


def _ecs_capacity_associations_delete(physical_id: str, props: Json) -> None:
    # The cluster may be gone already.
    ecs._put_cluster_capacity_providers({"cluster": physical_id})


RESOURCE_HANDLERS: dict[str, dict[str, Any]] = {
    "AWS::ECS::ClusterCapacityProviderAssociations": {
        "create": _ecs_capacity_associations_create,
        "delete": _ecs_capacity_associations_delete,
    },
}
