"""Settings of an HTTP API that CloudFormation hands on in a form that it does not know.

As shipped, CORS and throttling keep CloudFormation's capitals: a preflight is refused as if CORS
were not configured.
"""

from collections.abc import Callable

from serverless_containers.local.patches.private import (
    HANDLERS,
    Made,
    Properties,
    private,
    to_api,
)

PRIVATE = (HANDLERS,)

_SETTINGS = ("CorsConfiguration", "DefaultRouteSettings")


def apply() -> None:
    """Translate the settings on their way to the handlers."""
    for resource_type in ("AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage"):
        handler = private(HANDLERS)[resource_type]
        handler["create"] = _translating_create(handler["create"])
        handler["update"] = _translating_update(handler["update"])


def _translated(props: Properties) -> Properties:
    settings = {name: to_api(props[name]) for name in _SETTINGS if name in props}
    if "RouteSettings" in props:
        # Its keys are routes.
        settings["RouteSettings"] = {
            route: to_api(each) for route, each in props["RouteSettings"].items()
        }
    return {**props, **settings}


def _translating_create(create: Callable[..., Made]) -> Callable[..., Made]:
    def translating(logical_id: str, props: Properties, stack: str) -> Made:
        return create(logical_id, _translated(props), stack)

    return translating


def _translating_update(update: Callable[..., Made]) -> Callable[..., Made]:
    def translating(
        physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str
    ) -> Made:
        return update(physical_id, old, _translated(new), stack, logical_id)

    return translating
