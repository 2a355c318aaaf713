# ruff: noqa: SLF001
"""Mends what MiniStack's CloudFormation loses between a template and the services.

As shipped, settings of an HTTP API and most of a container keep CloudFormation's capitals, which
the services do not know; a Ref to a secret gives its name, so that policies and task definitions
name no ARN; and Fn::GetStackOutput looks in the stack's own region alone.
"""

from collections.abc import Callable
from typing import Any, Final

from serverless_containers.local.ministack.declared import HANDLERS, patch, patch_handler
from serverless_containers.local.ministack.names import Json, Made, ecs, responses, secretsmanager
from serverless_containers.local.resource_types.responses import succeeded

_CALLERS_KEYS: Final = frozenset({"DockerLabels", "Options", "DriverOpts", "Labels"})
"""Maps whose keys are the user's, not CloudFormation's."""
_NAMES: Final = {
    "EFSVolumeConfiguration": "efsVolumeConfiguration",
    "FilesystemId": "fileSystemId",
    "IAM": "iam",
}
"""Names that an API writes in another way than CloudFormation."""
_API_SETTINGS: Final[tuple[str, ...]] = ("CorsConfiguration", "DefaultRouteSettings")
_TASK_PROPERTIES: Final = ("RuntimePlatform", "EphemeralStorage", "Volumes", "ProxyConfiguration")
_STACK_OUTPUT: Final = "Fn::GetStackOutput"


def to_api(value: Any) -> Any:  # noqa: ANN401  # JSON
    """Turn CloudFormation's form of a structure into that of an API in JSON."""
    if isinstance(value, list):
        return [to_api(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        _NAMES.get(key, key[:1].lower() + key[1:]): item if key in _CALLERS_KEYS else to_api(item)
        for key, item in value.items()
    }


@patch_handler("create", "AWS::Cognito::UserPool")
@patch_handler("update", "AWS::Cognito::UserPool")
def _add_provider_url(shipped: Callable[..., Made], *arguments: Any) -> Made:  # noqa: ANN401
    physical_id, known = shipped(*arguments)
    # An update that changes nothing may give none; CloudFormation then keeps the old ones.
    return physical_id, {
        **known,
        "ProviderURL": f"https://{known['ProviderName']}",
    } if known else known


@patch_handler("create", "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage")
def _create_api(
    shipped: Callable[..., Made], logical_id: str, props: Json, stack_name: str
) -> Made:
    return shipped(logical_id, _api_settings(props), stack_name)


@patch_handler("update", "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage")
def _update_api(
    shipped: Callable[..., Made],
    physical_id: str,
    old_props: Json,
    new_props: Json,
    *arguments: Any,  # noqa: ANN401
) -> Made:
    return shipped(physical_id, old_props, _api_settings(new_props), *arguments)


def _api_settings(props: Json) -> Json:
    settings = {name: to_api(props[name]) for name in _API_SETTINGS if name in props}
    if "RouteSettings" in props:
        # Its keys are routes.
        settings["RouteSettings"] = {
            route: to_api(each) for route, each in props["RouteSettings"].items()
        }
    return {**props, **settings}


@patch("ministack.services.cloudformation.provisioners:_normalize_container_defs")
def _normalize_containers(_shipped: object, cdefs: Any) -> Any:  # noqa: ANN401  # JSON
    """Turn all of a container's properties into the API's form: as shipped, four of them are."""
    return to_api(cdefs)


# An update registers a new revision through the same function.
@patch("ministack.services.cloudformation.provisioners:_ecs_task_def_create", table=HANDLERS)
def _create_task_definition(
    shipped: Callable[..., Made], logical_id: str, props: Json, stack_name: str
) -> Made:
    made = shipped(logical_id, props, stack_name)
    record = ecs._task_defs[made[0].rpartition("/")[2]]
    for name in _TASK_PROPERTIES:
        if name in props:
            record[name[:1].lower() + name[1:]] = to_api(props[name])
    return made


@patch_handler("create", "AWS::ECS::Service")
def _create_service(_shipped: object, logical_id: str, props: Json, stack_name: str) -> Made:
    """Pass on all of a service's properties: as shipped, registries and a few others are lost."""
    request = to_api({"ServiceName": f"{stack_name}-{logical_id}", **props})
    succeeded(ecs._create_service(request), "AWS::ECS::Service")
    name = request["serviceName"]
    cluster = request.get("cluster", "default").rpartition("/")[2]
    service = ecs._services[f"{cluster}/{name}"]
    return service["serviceArn"], {"ServiceArn": service["serviceArn"], "Name": name}


@patch_handler("update", "AWS::ECS::Service")
def _update_service(
    shipped: Callable[..., Made],
    physical_id: str,
    old_props: Json,
    new_props: Json,
    stack_name: str,
) -> Made:
    made = shipped(physical_id, old_props, new_props, stack_name)
    cluster, _, name = made[0].partition(":service/")[2].partition("/")
    service = ecs._services[f"{cluster}/{name}"]
    service["serviceRegistries"] = to_api(new_props.get("ServiceRegistries") or [])
    return made


@patch_handler("create", "AWS::SecretsManager::Secret")
def _create_secret(shipped: Callable[..., Made], *arguments: Any) -> Made:  # noqa: ANN401
    return _by_arn(shipped(*arguments))


@patch_handler("update", "AWS::SecretsManager::Secret")
def _update_secret(
    shipped: Callable[..., Made],
    physical_id: str,
    *arguments: Any,  # noqa: ANN401
) -> Made:
    return _by_arn(shipped(_secret_key(physical_id), *arguments))


@patch_handler("delete", "AWS::SecretsManager::Secret")
def _delete_secret(shipped: Callable[..., None], physical_id: str, props: Json) -> None:
    shipped(_secret_key(physical_id), props)


def _by_arn(made: Made) -> Made:
    return made[1]["Arn"], made[1]


def _secret_key(arn: str) -> str:
    """Return the key of MiniStack's record of a secret."""
    return secretsmanager._resolve(arn)[0] or arn


# What else calls it comes by this name as soon as it looks into what it was given.
@patch("ministack.services.cloudformation.engine:_resolve_refs")
def _resolve_references(
    shipped: Callable[..., Any],
    value: Any,  # noqa: ANN401  # a template's JSON
    *arguments: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Resolve Fn::GetStackOutput in the region that it names."""
    spec = value.get(_STACK_OUTPUT) if isinstance(value, dict) else None
    if not isinstance(spec, dict) or "Region" not in spec:
        return shipped(value, *arguments)
    # Names may be references, which are the stack's own.
    named = {key: shipped(part, *arguments) for key, part in spec.items()}
    token = responses._request_region.set(named.pop("Region"))
    try:
        return shipped({_STACK_OUTPUT: named}, *arguments)
    finally:
        responses._request_region.reset(token)
