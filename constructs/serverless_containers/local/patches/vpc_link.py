"""Takes requests of an HTTP API through its VPC link to the tasks that Cloud Map knows.

As shipped, an integration is a URL: a service of Cloud Map is none, only one header comes back, and
redirects are followed.
"""

from contextvars import ContextVar
from typing import Any

from serverless_containers.local.emulator.runtime import Runtime
from serverless_containers.local.patches import targets
from serverless_containers.local.patches.private import private, replace
from serverless_containers.local.requests.forward import Forwarded, forward
from serverless_containers.local.requests.turns import Turns

EXECUTE = "ministack.services.apigateway:_handle_execute_in_scope"
INSTANCES = "ministack.services.servicediscovery:_instances"
HEALTH = "ministack.services.servicediscovery:_instance_health_status"
OFF_LOOP = "ministack.core.concurrency:run_reentrant"
PRIVATE = (targets.API, EXECUTE, INSTANCES, HEALTH, OFF_LOOP)

_MAP = ":servicediscovery:"
_TIMEOUT_MS = 30_000
_RAW_QUERY: ContextVar[str | None] = ContextVar("raw_query", default=None)


def apply(runtime: Runtime) -> None:
    """Replace the way to an HTTP backend for those that Cloud Map knows."""
    execute = private(EXECUTE)
    turns = Turns()

    async def through(  # noqa: PLR0917  # MiniStack's form
        integration: dict[str, Any],
        path: str,
        method: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, Any],
    ) -> Any:  # noqa: ANN401  # MiniStack's answer
        uri = integration.get("integrationUri", "")
        if _MAP not in uri:
            return await targets.refuse()
        request = Forwarded(
            method=method,
            path=path,
            query=_query(integration, query),
            headers=headers,
            body=body or b"",
            timeout=int(integration.get("timeoutInMillis") or _TIMEOUT_MS) / 1000,
        )
        target = turns.next(uri, _healthy(uri.rpartition("/")[2]))
        return await private(OFF_LOOP)(forward, runtime.addresses, target, request)

    async def executing(*arguments: Any) -> Any:  # noqa: ANN401  # MiniStack's own
        # The last one is the query as it came, which the proxy is not given.
        token = _RAW_QUERY.set(arguments[9] if len(arguments) > 9 else None)
        try:
            return await execute(*arguments)
        finally:
            _RAW_QUERY.reset(token)

    replace(targets.API, through)
    replace(EXECUTE, executing)


def _healthy(service: str) -> list[tuple[str, int]]:
    health = private(HEALTH).get(service, {})
    return [
        (
            each["Attributes"]["AWS_INSTANCE_IPV4"],
            int(each["Attributes"].get("AWS_INSTANCE_PORT", 80)),
        )
        for name, each in sorted(private(INSTANCES).get(service, {}).items())
        if health.get(name) == "HEALTHY"
    ]


def _query(integration: dict[str, Any], query: dict[str, Any]) -> str | list[tuple[str, str]]:
    """The query as it came, unless the integration maps it."""
    raw = _RAW_QUERY.get()
    mapped = any("querystring" in key for key in integration.get("requestParameters") or {})
    if raw is not None and not mapped:
        return raw
    return [
        (name, str(value))
        for name, values in query.items()
        for value in (values if isinstance(values, list) else [values])
    ]
