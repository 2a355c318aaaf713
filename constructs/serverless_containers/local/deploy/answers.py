"""The addresses of what was deployed, and what answers there."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from serverless_containers.local.deploy.assembly import Stack

_API: Final = re.compile(r"//(?P<id>[0-9a-f]{8})\.execute-api\.")
_SITE: Final = re.compile(r"(?P<id>[a-z0-9]+)\.cloudfront\.net")
_SECONDS: Final = 10.0
_READ: Final = 4096
_SHOWN: Final = 80


class Kind(StrEnum):
    """Kind of an address."""

    API = "API"
    SITE = "Site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An address of a stack, and the answer to a GET request there.

    Attributes:
        kind: Whether it is an API or a site.
        url: The URL that was asked for.
        status: The status; None if there was no answer in time.
        text: How the answer begins.
    """

    kind: Kind
    url: str
    status: int | None = None
    text: str = ""


def addresses(
    outputs: Mapping[str, Mapping[str, str]], stacks: Iterable[Stack], endpoint: str
) -> Iterator[Answer]:
    """The URLs of the HTTP APIs and sites among the outputs, in forms that reach the emulator.

    A host name below ``localhost`` resolves in browsers and in curl. For an API it is a path, which
    works everywhere.

    Args:
        outputs: The outputs of each stack.
        stacks: The stacks, whose processes may say at which path their entrypoint answers.
        endpoint: The emulator's URL.
    """
    paths = {stack.name: _path(stack) for stack in stacks}
    port = urlsplit(endpoint).port
    seen: set[str] = set()
    for stack, values in outputs.items():
        for value in values.values():
            for kind, found in ((Kind.API, _API.search(value)), (Kind.SITE, _SITE.search(value))):
                if found is None or found["id"] in seen:
                    continue
                seen.add(found["id"])
                base = (
                    f"{endpoint}/_aws/execute-api/{found['id']}/$default"
                    if kind is Kind.API
                    else f"http://{found['id']}.cloudfront.localhost:{port}"
                )
                yield Answer(kind=kind, url=base + paths.get(stack, "/"))


def _path(stack: Stack) -> str:
    for containers in stack.processes.values():
        for each in containers.values():
            if each is not None and each.entrypoint and each.ready_path is not None:
                return each.ready_path
    return "/"


def asked(address: Answer) -> Answer:
    """Ask at an address. Every answer is one, whatever its status."""
    url = urlsplit(address.url)
    here = url._replace(netloc=f"127.0.0.1:{url.port}").geturl()
    request = urllib.request.Request(here, headers={"Host": url.netloc})  # noqa: S310  # http
    # No proxy of the user's: the request must not leave the machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
    try:
        with opener.open(request, timeout=_SECONDS) as answer:
            return replace(address, status=answer.status, text=_beginning(answer.read(_READ)))
    except urllib.error.HTTPError as answer:
        with answer:
            return replace(address, status=answer.code, text=_beginning(answer.read(_READ)))
    except (OSError, ValueError):
        return address


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect, which may lead anywhere."""

    def redirect_request(self, *_: object) -> None:
        """Make no request of an answer."""


def _beginning(body: bytes) -> str:
    line = " ".join(body.decode(errors="replace").split())
    text = "".join(each for each in line if each.isprintable())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
