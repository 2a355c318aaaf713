"""The short syntax of ports: ``8080:80``, ``127.0.0.1:8000-8010:80-90/udp``."""

import ipaddress
import re
from dataclasses import dataclass

from serverless_containers.compose.limits import MOST_PORTS

_NUMBER = re.compile(r"[0-9]{1,20}\Z")
HIGHEST_PORT = 65535
"""The last port of TCP and UDP."""


@dataclass(frozen=True, slots=True)
class PortSpec:
    """One port of a short syntax. ``published`` is a number, a range, or empty."""

    target: int
    published: str
    host_ip: str
    protocol: str


class PortError(ValueError):
    """Text that is no port mapping.

    Attributes:
        fix: What to write instead, where it can be told.
    """

    def __init__(self, message: str, fix: str = "") -> None:
        self.fix = fix
        super().__init__(message)


def parse_ports(text: str) -> list[PortSpec]:
    """Expand a port mapping, in Docker Compose's order: the ports sorted as text.

    Args:
        text: The mapping in its short syntax.

    Raises:
        PortError: If the text is no port mapping.
    """
    *addresses, published, target = ("", "", *text.split(":"))[-max(3, text.count(":") + 1) :]
    host_ip = ":".join(addresses)
    target, _, protocol = target.partition("/")
    if not target:
        raise PortError(f"expected a container port, got {text!r}", 'write "8080:80"')
    protocol = protocol.lower() or "tcp"
    if protocol not in {"tcp", "udp", "sctp"}:
        raise PortError(
            f"expected the protocol tcp, udp or sctp, got {protocol!r}", f'write "{target}/tcp"'
        )
    host_ip = _address(host_ip)
    first, last = _range(target, text)
    host_first, host_last = _range(published, text) if published else (0, 0)
    if published and last != first and last - first != host_last - host_first:
        raise PortError(
            f"expected ranges of the same length, got {text!r}",
            f'write "{host_first}-{host_first + last - first}:{target}"',
        )
    if last - first >= MOST_PORTS:
        raise PortError(
            f"expected at most {MOST_PORTS} ports, got {text!r}",
            "name the ports that the service listens on",
        )
    single = first == last
    ports = []
    for offset in range(last - first + 1):
        host = str(host_first + offset) if published else ""
        if single and host_first != host_last:
            host = f"{host_first}-{host_last}"
        ports.append(PortSpec(first + offset, host, host_ip, protocol))
    ports.sort(key=lambda port: f"{port.target}/")
    return ports


def is_address(text: str) -> bool:
    """Return whether text is an IPv4 or IPv6 address, without a zone."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _address(text: str) -> str:
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if bare and not is_address(bare):
        raise PortError(f"expected an IP address before the ports, got {text!r}")
    return bare


def _range(text: str, whole: str) -> tuple[int, int]:
    ends = text.split("-")[:2]
    if not all(_NUMBER.match(end) and int(end) <= HIGHEST_PORT for end in ends):
        raise PortError(
            f"expected a port between 1 and {HIGHEST_PORT}, got {whole!r}", 'write "8080:80"'
        )
    first, last = int(ends[0]), int(ends[-1])
    if last < first:
        raise PortError(f"expected a range that ascends, got {whole!r}", f'write "{last}-{first}"')
    return first, last
