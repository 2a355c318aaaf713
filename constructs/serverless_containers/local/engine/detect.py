"""Finds a container engine that speaks Docker's API."""

import contextlib
import hashlib
import http.client
import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_PING_SECONDS = 3.0
_UNIX = "unix://"
HOW_TO_GET_ONE = (
    "containers need a Docker engine: install Docker Engine, Docker Desktop or Podman, start it, "
    "and name its socket in DOCKER_HOST if it is not found by itself"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEngine:
    """An engine that answered.

    Attributes:
        url: Its address, as DOCKER_HOST has it.
        origin: Where the address came from.
    """

    url: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEngine:
    """No engine answered.

    Attributes:
        reason: What was tried, and how to get an engine.
    """

    reason: str


def candidates(environ: Mapping[str, str], home: Path, user: int) -> Iterator[FoundEngine]:
    """List the places where an engine may be, the most deliberate choice first.

    A DOCKER_HOST or DOCKER_CONTEXT that is set is the only candidate, as for Docker's own client.

    Args:
        environ: The caller's environment.
        home: The caller's home directory.
        user: The caller's user number, which names the folder of rootless sockets.
    """
    if host := environ.get("DOCKER_HOST"):
        yield FoundEngine(url=host, origin="DOCKER_HOST")
        return
    configuration = Path(environ.get("DOCKER_CONFIG") or home / ".docker")
    name = environ.get("DOCKER_CONTEXT") or _current_context(configuration)
    if url := _context_url(configuration, name):
        yield FoundEngine(url=url, origin=f"the Docker context {name}")
    if environ.get("DOCKER_CONTEXT", "default") != "default":
        return
    runtime = Path(environ.get("XDG_RUNTIME_DIR") or f"/run/user/{user}")
    for origin, path in (
        ("Docker's usual socket", Path("/var/run/docker.sock")),
        ("rootless Docker", runtime / "docker.sock"),
        ("Docker Desktop", home / ".docker/run/docker.sock"),
        ("Docker Desktop for Linux", home / ".docker/desktop/docker.sock"),
        ("Podman", runtime / "podman/podman.sock"),
        ("Podman", Path("/run/podman/podman.sock")),
        ("Podman's machine", home / ".local/share/containers/podman/machine/podman.sock"),
    ):
        yield FoundEngine(url=f"{_UNIX}{path}", origin=origin)


def find_engine(
    environ: Mapping[str, str] = os.environ,
    *,
    home: Path | None = None,
    answers: Callable[[str], bool] | None = None,
) -> FoundEngine | NoEngine:
    """The first engine that answers a ping.

    Args:
        environ: The caller's environment.
        home: The caller's home directory. By default the user's.
        answers: Whether an engine answers at a URL. By default by asking.
    """
    ask = answers or ping
    tried = []
    for candidate in candidates(environ, home or Path.home(), os.getuid()):
        if ask(candidate.url):
            return candidate
        tried.append(f"{candidate.url} ({candidate.origin})")
    return NoEngine(reason=f"no engine answers at {', '.join(tried)}; {HOW_TO_GET_ONE}")


def ping(url: str) -> bool:
    """Return whether an engine answers there; of a TCP address, whether somebody listens."""
    if url.startswith(_UNIX):
        return _ping_socket(url.removeprefix(_UNIX))
    if url.startswith("tcp://"):
        host, _, port = url.removeprefix("tcp://").rstrip("/").rpartition(":")
        with contextlib.suppress(OSError, ValueError):
            socket.create_connection((host.strip("[]"), int(port)), _PING_SECONDS).close()
            return True
    return False


def _ping_socket(path: str) -> bool:
    connection = http.client.HTTPConnection("localhost", timeout=_PING_SECONDS)
    with (
        contextlib.suppress(OSError, http.client.HTTPException),
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connected,
    ):
        connected.settimeout(_PING_SECONDS)
        connected.connect(path)
        connection.sock = connected
        connection.request("GET", "/_ping")
        with connection.getresponse() as answer:
            return answer.status == 200
    return False


def _current_context(configuration: Path) -> str:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        name = json.loads((configuration / "config.json").read_text()).get("currentContext", "")
        return str(name)
    return ""


def _context_url(configuration: Path, name: str) -> str:
    """The address of a context of Docker's client, which files it under the hash of its name."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        content = (configuration / "contexts/meta" / digest / "meta.json").read_text()
        return str(json.loads(content)["Endpoints"]["docker"]["Host"])
    return ""
