"""What CloudFormation loses there on the way to ECS, and the capacity providers of a cluster."""

from typing import Any

from serverless_containers.local.patches.private import (
    HANDLERS,
    Made,
    Properties,
    private,
    register,
    replace,
    succeeded,
    to_api,
)

CONTAINERS = "ministack.services.cloudformation.provisioners:_normalize_container_defs"
CREATE_TASK = "ministack.services.cloudformation.provisioners:_ecs_task_def_create"
TASK_DEFINITIONS = "ministack.services.ecs:_task_defs"
SERVICES = "ministack.services.ecs:_services"
CREATE_SERVICE = "ministack.services.ecs:_create_service"
CAPACITY = "ministack.services.ecs:_put_cluster_capacity_providers"
PRIVATE = (
    HANDLERS,
    CONTAINERS,
    CREATE_TASK,
    TASK_DEFINITIONS,
    SERVICES,
    CREATE_SERVICE,
    CAPACITY,
)


def apply() -> None:
    """Replace the handlers that drop properties, and register the missing type."""
    # As shipped, only ports, environment, mounts and logging become the ECS API's form: secrets,
    # health checks and dependencies keep CloudFormation's capitals, which the API does not know.
    replace(CONTAINERS, to_api)
    # An update registers a new revision through the same function.
    replace(CREATE_TASK, _keeping_task_properties(private(CREATE_TASK)))
    handlers = private(HANDLERS)
    handlers["AWS::ECS::TaskDefinition"]["create"] = private(CREATE_TASK)
    service = handlers["AWS::ECS::Service"]
    service["create"] = _create_service
    service["update"] = _keeping_registries(service["update"])
    register("AWS::ECS::ClusterCapacityProviderAssociations", create=_associate, delete=_dissociate)


def _keeping_task_properties(create: Any) -> Any:  # noqa: ANN401  # a handler of MiniStack's
    def keeping(logical_id: str, props: Properties, stack: str) -> Made:
        made: Made = create(logical_id, props, stack)
        record = private(TASK_DEFINITIONS)[made[0].rpartition("/")[2]]
        for name in ("RuntimePlatform", "EphemeralStorage", "Volumes", "ProxyConfiguration"):
            if name in props:
                record[name[:1].lower() + name[1:]] = to_api(props[name])
        return made

    return keeping


def _create_service(logical_id: str, props: Properties, stack: str) -> Made:
    # The handler as shipped passes on a few properties only: no service registries, no ECS Exec,
    # no grace period.
    request = to_api({"ServiceName": f"{stack}-{logical_id}", **props})
    succeeded(private(CREATE_SERVICE)(request), "AWS::ECS::Service")
    name = request["serviceName"]
    cluster = request.get("cluster", "default").rpartition("/")[2]
    service = private(SERVICES)[f"{cluster}/{name}"]
    return service["serviceArn"], {"ServiceArn": service["serviceArn"], "Name": name}


def _keeping_registries(update: Any) -> Any:  # noqa: ANN401  # a handler of MiniStack's
    def keeping(physical_id: str, old: Properties, new: Properties, stack: str) -> Made:
        made: Made = update(physical_id, old, new, stack)
        cluster, _, name = made[0].partition(":service/")[2].partition("/")
        service = private(SERVICES)[f"{cluster}/{name}"]
        service["serviceRegistries"] = to_api(new.get("ServiceRegistries") or [])
        return made

    return keeping


def _associate(_logical_id: str, props: Properties, _stack: str) -> Made:
    succeeded(private(CAPACITY)(to_api(props)), "AWS::ECS::ClusterCapacityProviderAssociations")
    return props["Cluster"], {}


def _dissociate(physical_id: str, _props: Properties) -> None:
    # The cluster may be gone already.
    private(CAPACITY)({"cluster": physical_id})
