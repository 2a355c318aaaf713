# ruff: noqa: PLR0917, SLF001
"""Leads requests to what was deployed to containers, and nowhere else.

As shipped, an HTTP API, a load balancer and a distribution send what they are asked to any address
and to functions: whoever may ask would speak from this machine. A service of Cloud Map is no target
of an HTTP API there, and an origin within a VPC is asked as the viewer asks.

The emulator is spoken to without TLS, and a distribution that sends everybody to https:// would
send them where nobody listens: viewers count as viewers by TLS.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Final, NoReturn

from serverless_containers.local.emulator.runtime import Runtime
from serverless_containers.local.ministack.declared import patch, shipped
from serverless_containers.local.ministack.names import (
    Json,
    Response,
    cloudfront,
    concurrency,
    servicediscovery,
)
from serverless_containers.local.requests.forward import ForwardedRequest, RoundRobin, forward
from serverless_containers.local.resource_types.recorded import RECORDS

_BALANCER: Final = "ministack.services.alb:_proxy_http_target"
_API: Final = "ministack.services.apigateway:_invoke_http_proxy"
_ORIGIN: Final = "AWS::CloudFront::VpcOrigin"
_CLOUD_MAP: Final = ":servicediscovery:"
_TIMEOUT_MS: Final = 30_000
_raw_query: ContextVar[str | None] = ContextVar("raw_query", default=None)
_round_robin: Final = RoundRobin()


@patch(_BALANCER)
@patch("ministack.services.alb:_invoke_lambda_target")
@patch(_API)
@patch("ministack.services.apigateway:_invoke_lambda_proxy")
async def _refuse(*_: Any, **__: Any) -> Response:  # noqa: ANN401
    """Answer that no container stands behind a target."""
    return 502, {"Content-Type": "text/plain"}, b"no container of this machine stands behind it\n"


@patch("ministack.services.cloudfront:_forward_to_origin")
@patch("ministack.services.cloudfront:_serve_s3_origin")
def _refuse_origin(*_: Any, **__: Any) -> NoReturn:  # noqa: ANN401
    raise cloudfront.OriginUnreachable("only load balancers are origins in the embedded AWS")


@patch("ministack.services.cloudfront:_registered_function_url")
def _find_function_url(*_: Any) -> None:  # noqa: ANN401
    """Find no function behind an origin: then it is an origin like any other."""


@patch(_BALANCER, engine=True)
async def _to_target(
    refuse: Callable[..., Awaitable[Response]],
    runtime: Runtime,
    target: Json,
    tg: Json,
    *arguments: Any,  # noqa: ANN401
    **options: Any,  # noqa: ANN401
) -> Response:
    """Translate the address of a target, and count the requests that are under way."""
    address = str(target.get("Id", ""))
    if not runtime.addresses.has(address):
        return await refuse()
    host, port = runtime.addresses.here(address, int(target.get("Port") or tg.get("Port") or 80))
    with runtime.addresses.request_to(address):
        answer: Response = await shipped(_BALANCER)(
            {**target, "Id": host, "Port": port}, tg, *arguments, **options
        )
        return answer


@patch(_API, engine=True)
async def _to_service(
    refuse: Callable[..., Awaitable[Response]],
    runtime: Runtime,
    integration: Json,
    path: str,
    method: str,
    headers: dict[str, str],
    body: bytes,
    query_params: Json,
) -> Any:  # noqa: ANN401  # MiniStack's answer
    """Send a request through a VPC link to the tasks that Cloud Map knows.

    As shipped, only one header comes back, and redirects are followed.
    """
    uri = integration.get("integrationUri", "")
    if _CLOUD_MAP not in uri:
        return await refuse()
    request = ForwardedRequest(
        method=method,
        path=path,
        query=_query(integration, query_params),
        headers=headers,
        body=body or b"",
        timeout=int(integration.get("timeoutInMillis") or _TIMEOUT_MS) / 1000,
    )
    target = _round_robin.next(uri, _healthy_instances(uri.rpartition("/")[2]))
    return await concurrency.run_reentrant(forward, runtime.addresses, target, request)


@patch("ministack.services.apigateway:_handle_execute_in_scope", engine=True)
async def _execute(
    shipped: Callable[..., Awaitable[Any]],
    _runtime: Runtime,
    api_id: str,
    stage: str,
    path: str,
    method: str,
    headers: dict[str, str],
    body: bytes,
    query_params: Json,
    owner_account_id: str,
    owner_region: str,
    raw_query_string: str | None = None,
) -> Any:  # noqa: ANN401  # MiniStack's answer
    """Keep the query as it came, which the proxy is not given."""
    token = _raw_query.set(raw_query_string)
    try:
        return await shipped(
            api_id,
            stage,
            path,
            method,
            headers,
            body,
            query_params,
            owner_account_id,
            owner_region,
            raw_query_string,
        )
    finally:
        _raw_query.reset(token)


def _healthy_instances(service: str) -> list[tuple[str, int]]:
    health = servicediscovery._instance_health_status.get(service, {})
    return [
        (
            each["Attributes"]["AWS_INSTANCE_IPV4"],
            int(each["Attributes"].get("AWS_INSTANCE_PORT", 80)),
        )
        for name, each in sorted(servicediscovery._instances.get(service, {}).items())
        if health.get(name) == "HEALTHY"
    ]


def _query(integration: Json, query: Json) -> str | list[tuple[str, str]]:
    """Return the query as it came, unless the integration maps it."""
    raw = _raw_query.get()
    mapped = any("querystring" in key for key in integration.get("requestParameters") or {})
    if raw is not None and not mapped:
        return raw
    return [
        (name, str(value))
        for name, values in query.items()
        for value in (values if isinstance(values, list) else [values])
    ]


@patch("ministack.services.cloudfront:handle_viewer_request")
async def _view(
    shipped: Callable[..., Awaitable[Any]],
    dist: Json,
    method: str,
    path: str,
    raw_uri: str,
    raw_query_string: str,
    headers: dict[str, str],
    *arguments: Any,  # noqa: ANN401
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401  # MiniStack's answer
    """Tell of TLS in the header by which MiniStack knows."""
    seen = {**headers, "x-forwarded-proto": "https"}
    return await shipped(dist, method, path, raw_uri, raw_query_string, seen, *arguments, **options)


@patch("ministack.services.cloudfront:_dataplane_origin")
def _read_origin(shipped: Callable[[object], Json], origin_el: object) -> Json:
    return {**shipped(origin_el), **_vpc_origin(origin_el)}


def _vpc_origin(element: object) -> Json:
    """Return how an origin within a VPC is reached, which its own resource says."""
    configured = cloudfront._find(element, "VpcOriginConfig")
    if configured is None:
        return {}
    record = RECORDS.get((_ORIGIN, cloudfront._text(configured, "VpcOriginId")))
    endpoint = record.properties["VpcOriginEndpointConfig"] if record else {}
    return {
        "http_port": int(endpoint.get("HTTPPort", 80)),
        "https_port": int(endpoint.get("HTTPSPort", 443)),
        "protocol_policy": endpoint.get("OriginProtocolPolicy", "match-viewer"),
    }
