# ruff: noqa: SLF001
"""Requests to what was deployed: HTTP APIs, distributions and load balancers.

They are handed to the one part of MiniStack that answers them. As shipped, they pass its router,
which answers ``/health``, ``/logout``, ``/login``, ``/_ministack/…`` and others on every host.
"""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from serverless_containers.local.gate.request import Request, Response
from serverless_containers.local.ministack.names import app

Answer: TypeAlias = Callable[[Request, bytes], Awaitable[Response | None]]

API_PATH = "/_aws/execute-api/"
BALANCER_PATH = "/_alb/"


def find(request: Request, *, by_path: bool) -> Answer | None:
    """Find what answers a request to the data plane; None if it is none.

    Args:
        request: The request.
        by_path: Whether its host is the emulator's own, so that its path may name what answers.
    """
    host = request.host
    if app._parse_cloudfront_dataplane_host(host):
        return _site
    if not by_path:
        if app._parse_execute_api_url(
            request.headers.get("host", "").lower(), "/"
        ) or app._resolve_custom_domain_request(host, request.path):
            return _api
        return _balancer if app._is_potential_alb_request(host, "/") else None
    if request.path.startswith(API_PATH):
        return _api
    return _balancer if request.path.startswith(BALANCER_PATH) else None


async def _site(request: Request, body: bytes) -> Response | None:
    return await app._handle_cloudfront_dataplane_request(
        request.host,
        request.path,
        request.raw_path,
        request.query_string,
        request.method,
        dict(request.headers),
        body,
        dict(request.query),
        request.client,
    )


async def _api(request: Request, body: bytes) -> Response | None:
    return await _with_raw_path(app._handle_execute_api_request, request, body)


async def _balancer(request: Request, body: bytes) -> Response | None:
    return await _with_raw_path(app._handle_alb_request, request, body)


async def _with_raw_path(
    handle: Callable[..., Awaitable[Response | None]], request: Request, body: bytes
) -> Response | None:
    return await handle(
        request.headers.get("host", "").lower(),
        request.path,
        request.method,
        dict(request.headers),
        body,
        dict(request.query),
        raw_path=request.raw_path,
        raw_query_string=request.query_string,
    )
