"""Leads requests of the data plane to containers, and nowhere else.

As shipped, an HTTP API, a load balancer and a distribution send what they are asked to any address
and to functions: whoever may ask would speak from this machine.
"""

from typing import Any, Final, NoReturn

from serverless_containers.local.patches.private import private, replace

BALANCER = "ministack.services.alb:_proxy_http_target"
BALANCER_FUNCTION = "ministack.services.alb:_invoke_lambda_target"
API = "ministack.services.apigateway:_invoke_http_proxy"
API_FUNCTION = "ministack.services.apigateway:_invoke_lambda_proxy"
ORIGIN = "ministack.services.cloudfront:_forward_to_origin"
ORIGIN_BUCKET = "ministack.services.cloudfront:_serve_s3_origin"
ORIGIN_FUNCTION = "ministack.services.cloudfront:_registered_function_url"
UNREACHABLE = "ministack.services.cloudfront:OriginUnreachable"
PRIVATE = (
    BALANCER,
    BALANCER_FUNCTION,
    API,
    API_FUNCTION,
    ORIGIN,
    ORIGIN_BUCKET,
    ORIGIN_FUNCTION,
    UNREACHABLE,
)

shipped: Final[dict[str, Any]] = {}
"""What led to targets before, for those that know which target is a container."""


def apply() -> None:
    """Refuse every target."""
    for name in (BALANCER, BALANCER_FUNCTION, API, API_FUNCTION):
        shipped[name] = private(name)
        replace(name, refuse)
    for name in (ORIGIN, ORIGIN_BUCKET):
        replace(name, _refuse_origin)
    # Then it is an origin like any other.
    replace(ORIGIN_FUNCTION, lambda _origin: None)


async def refuse(*_: Any, **__: Any) -> tuple[int, dict[str, Any], bytes]:  # noqa: ANN401
    """Answer that no container stands behind a target."""
    return 502, {"Content-Type": "text/plain"}, b"no container of this machine stands behind it\n"


def _refuse_origin(*_: Any, **__: Any) -> NoReturn:  # noqa: ANN401
    raise private(UNREACHABLE)("only load balancers are origins in the embedded AWS")
