"""Requests to what was deployed: HTTP APIs, distributions and load balancers.

They are handed to the one part of MiniStack that answers them. As shipped, they pass its router,
which answers ``/health``, ``/logout``, ``/login``, ``/_ministack/…`` and others on every host.
"""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from serverless_containers.local.gate.request import Request, Response
from serverless_containers.local.patches.private import private

API_URL = "ministack.app:_parse_execute_api_url"
API_DOMAIN = "ministack.app:_resolve_custom_domain_request"
API = "ministack.app:_handle_execute_api_request"
SITE_HOST = "ministack.app:_parse_cloudfront_dataplane_host"
SITE = "ministack.app:_handle_cloudfront_dataplane_request"
BALANCER_REQUEST = "ministack.app:_is_potential_alb_request"
BALANCER = "ministack.app:_handle_alb_request"
PRIVATE = (API_URL, API_DOMAIN, API, SITE_HOST, SITE, BALANCER_REQUEST, BALANCER)

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
    if private(SITE_HOST)(host):
        return _site
    if not by_path:
        if private(API_URL)(request.headers.get("host", "").lower(), "/") or private(API_DOMAIN)(
            host, request.path
        ):
            return _api
        return _balancer if private(BALANCER_REQUEST)(host, "/") else None
    if request.path.startswith(API_PATH):
        return _api
    return _balancer if request.path.startswith(BALANCER_PATH) else None


def _query(request: Request) -> dict[str, list[str]]:
    return dict(request.query)


async def _site(request: Request, body: bytes) -> Response | None:
    answer: Response | None = await private(SITE)(
        request.host,
        request.path,
        request.raw_path,
        request.query_string,
        request.method,
        dict(request.headers),
        body,
        _query(request),
        request.client,
    )
    return answer


async def _api(request: Request, body: bytes) -> Response | None:
    answer: Response | None = await private(API)(
        request.headers.get("host", "").lower(),
        request.path,
        request.method,
        dict(request.headers),
        body,
        _query(request),
        raw_path=request.raw_path,
        raw_query_string=request.query_string,
    )
    return answer


async def _balancer(request: Request, body: bytes) -> Response | None:
    answer: Response | None = await private(BALANCER)(
        request.headers.get("host", "").lower(),
        request.path,
        request.method,
        dict(request.headers),
        body,
        _query(request),
        request.query_string,
        request.raw_path,
    )
    return answer
