"""The service as its clients see it: where its names lead, and what its addresses answer."""

import http.client
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from serverless_containers.diagnosis.evidence import Probe

_SECONDS = 15
"""The time for which an answer is waited for."""
_MOST = 400
"""Characters of a body that are kept."""


def resolve(name: str) -> frozenset[str]:
    """Return the addresses of a domain name; none if it does not resolve.

    Args:
        name: The name.
    """
    try:
        found = socket.getaddrinfo(name, None, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(str(each[4][0]) for each in found)


def probe(url: str) -> Probe:
    """Return the answer to a GET request. Redirects are not followed.

    Args:
        url: The URL, with https or http.
    """
    parts = urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.netloc, timeout=_SECONDS)
    try:
        connection.request(
            "GET", parts.path or "/", headers={"User-Agent": "serverless-containers"}
        )
        answer = connection.getresponse()
        body = answer.read(_MOST).decode("utf-8", "replace")
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Probe(status=answer.status, headers=headers, body=body)
    except ssl.SSLError as error:
        return Probe(error=f"TLS: {error.reason or error}")
    except (OSError, http.client.HTTPException) as error:
        return Probe(error=str(error) or type(error).__name__)
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class Outside:
    """The ways to look from outside.

    Attributes:
        resolve: Returns the addresses of a name. Default: those that this machine finds.
        probe: Returns the answer to a request. Default: a request from this machine.
    """

    resolve: Callable[[str], frozenset[str]] = resolve
    probe: Callable[[str], Probe] = probe
