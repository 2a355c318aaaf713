"""A request as it arrived, before anything is made of it."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qs, quote

Event: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]
Response: TypeAlias = tuple[int, dict[str, Any], Any]
"""The form of MiniStack's responses: the status, the headers and the body."""

SMALL = 64 * 1024
"""Bytes that an unsigned request outside of the data plane may have."""
LARGE = 256 * 1024 * 1024
"""Bytes of a body that is read before it is known who sends it."""


class MalformedError(Exception):
    """The request can be read in more than one way."""


class BodyTooLargeError(Exception):
    """The body is longer than is read from somebody unknown."""


class DisconnectedError(Exception):
    """Whoever sent the request went away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request, or the one that opens a WebSocket.

    Attributes:
        method: Its method.
        path: Its path, decoded.
        raw_path: Its path as it came.
        query_string: Its query as it came.
        query: The values of its query's parameters.
        headers: Its headers with names in small letters; the values of a repeated one are joined
            by ", ", those of a cookie by "; ".
        signed_headers: The same, joined as a signature has them: by a bare comma.
        raw_headers: Its headers as they came.
        client: The address that it came from.
    """

    method: str
    path: str
    raw_path: str
    query_string: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    signed_headers: Mapping[str, str]
    raw_headers: tuple[tuple[bytes, bytes], ...]
    client: str

    @property
    def host(self) -> str:
        """The host that it names, in small letters and without the port."""
        host = self.headers.get("host", "").lower()
        return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]

    def value(self, name: str) -> str:
        """The value of a query parameter, or an empty text."""
        return (self.query.get(name) or [""])[0]


_ONCE = frozenset({"host", "authorization", "x-amz-date", "x-amz-security-token", "content-length"})
"""Headers that two readers of a request take differently where they are repeated."""


def read(scope: Event) -> Request:
    """Read the head of a request.

    Raises:
        MalformedError: If a header that decides is repeated, or the target is no path.
    """
    headers: dict[str, str] = {}
    signed: dict[str, str] = {}
    for raw_name, raw_value in scope.get("headers", []):
        name, value = raw_name.decode("latin-1").lower(), _text(raw_value)
        if name not in headers:
            headers[name] = signed[name] = value
            continue
        if name in _ONCE:
            raise MalformedError(f"the header {name} is given twice")
        headers[name] += ("; " if name == "cookie" else ", ") + value
        signed[name] += f",{value}"
    path = scope["path"]
    if not path.startswith("/"):
        raise MalformedError("the target is no path")
    query_string = scope.get("query_string", b"").decode("utf-8", "replace")
    return Request(
        method=scope.get("method", "GET"),
        path=path,
        raw_path=(scope.get("raw_path") or quote(path).encode()).decode("latin-1"),
        query_string=query_string,
        query=parse_qs(query_string, keep_blank_values=True),
        headers=headers,
        signed_headers=signed,
        raw_headers=tuple((name, value) for name, value in scope.get("headers", [])),
        client=(scope.get("client") or ("127.0.0.1",))[0],
    )


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


async def read_body(receive: Receive, limit: int | None) -> bytes:
    """Read a body.

    Args:
        receive: Where it comes from.
        limit: The most bytes that are read. None reads all of them.

    Raises:
        BodyTooLargeError: If it is longer.
        DisconnectedError: If it ends before its end.
    """
    chunks: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] != "http.request":
            raise DisconnectedError
        chunk = event.get("body", b"")
        size += len(chunk)
        if limit is not None and size > limit:
            raise BodyTooLargeError(f"the body is longer than {limit} bytes")
        chunks.append(chunk)
        if not event.get("more_body", False):
            return b"".join(chunks)


def replayed(body: bytes, receive: Receive) -> Receive:
    """Give a body once more, and then whatever comes after it."""
    left = [body]

    async def replay() -> Event:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return replay
