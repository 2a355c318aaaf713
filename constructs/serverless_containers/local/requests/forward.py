"""Hands requests to tasks, one after the other, and their answers back."""

import http.client
import itertools
import json
import logging
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote, urlencode

from serverless_containers.local.requests.addresses import Addresses

Target: TypeAlias = tuple[str, int]
"""An address on the containers' network, and a port."""


class RoundRobin:
    """Whose turn it is, service by service."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, itertools.count[int]] = defaultdict(itertools.count)

    def next(self, service: str, targets: Sequence[Target]) -> Target | None:
        """The next of these targets, or None if there are none."""
        if not targets:
            return None
        with self._lock:
            turn = next(self._counts[service])
        return targets[turn % len(targets)]


Answer: TypeAlias = tuple[int, dict[str, str | list[str]], bytes]
_LARGEST_BODY = 10 * 1024 * 1024
"""The payload of a request ("Quotas for configuring and running an HTTP API in API Gateway")."""
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_UNRESERVED = "/%:@!$&'()*+,;=~-._"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardedRequest:
    """A request.

    Attributes:
        method: Its method.
        path: Its path, decoded but for ``%25``.
        query: Its query as it came, or its parts.
        headers: Its headers, with names in small letters.
        body: Its body.
        timeout: How long to wait for an answer, in seconds.
    """

    method: str
    path: str
    query: str | list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    timeout: float


def forward(addresses: Addresses, target: Target | None, request: ForwardedRequest) -> Answer:
    """Send a request to a target and return its answer, whatever it is.

    An HTTP API answers 503 where there is nobody to send it to, or no answer in time.
    """
    if len(request.body) > _LARGEST_BODY:
        return _own(413, "Request Entity Too Large")
    if target is None:
        return _own(503, "Service Unavailable")
    with addresses.request_to(target[0]):
        connection = http.client.HTTPConnection(*addresses.here(*target), timeout=request.timeout)
        try:
            _send(connection, request)
            answer = connection.getresponse()
            return answer.status, _headers(answer), answer.read()
        except (OSError, http.client.HTTPException) as error:
            _log.warning("%s %s: %s", request.method, request.path, error)
            return _own(503, "Service Unavailable")
        finally:
            connection.close()


def _send(connection: http.client.HTTPConnection, request: ForwardedRequest) -> None:
    query = request.query if isinstance(request.query, str) else urlencode(request.query)
    path = quote(request.path, safe=_UNRESERVED)
    connection.putrequest(
        request.method,
        f"{path}?{query}" if query else path,
        skip_host=True,
        skip_accept_encoding=True,
    )
    for name, value in request.headers.items():
        if name not in _HOP_BY_HOP and name != "content-length":
            connection.putheader(name, value)
    source = request.headers.get("x-forwarded-for", "127.0.0.1")
    host = request.headers.get("host", "")
    connection.putheader("forwarded", f"for={source};host={host};proto=http")
    connection.putheader("via", "HTTP/1.1 AmazonAPIGateway")
    if request.body or request.method not in ("GET", "HEAD", "OPTIONS", "DELETE"):
        connection.putheader("content-length", str(len(request.body)))
    connection.endheaders(request.body or None)


def _headers(answer: http.client.HTTPResponse) -> dict[str, str | list[str]]:
    """The headers of an answer; of those that come several times, all."""
    headers: dict[str, str | list[str]] = {}
    for name, value in answer.getheaders():
        key = name.lower()
        if key in _HOP_BY_HOP or key == "content-length":
            continue
        before = headers.get(key)
        if before is None:
            headers[key] = value
        else:
            headers[key] = [*(before if isinstance(before, list) else [before]), value]
    return headers


def _own(status: int, message: str) -> Answer:
    return status, {"content-type": "application/json"}, json.dumps({"message": message}).encode()
