"""Ports of processes: one on this machine for each of a task's, and who reaches it."""

import contextlib
import errno
import socket
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Final

HERE: Final = "127.0.0.1"
_LISTENING: Final = "0A"
_TABLES: Final = ("/proc/net/tcp", "/proc/net/tcp6")
_CONNECT_SECONDS: Final = 1.0
_LOOPBACK_V6: Final = (
    "00000000000000000000000001000000",
    "0000000000000000FFFF00000100007F",
)
"""``::1`` and ``::ffff:127.0.0.1``, in words of this machine's order."""


class PortError(Exception):
    """A port cannot be had. The message says which one, and who has it."""


class PortState(Enum):
    """State of a port of this machine, for a process that wants to listen there."""

    FREE = "free"
    TAKEN = "taken"
    """Something listens there."""
    FORBIDDEN = "forbidden"
    """This user may not listen there."""


class Ports:
    """The ports of this machine that tasks have.

    Args:
        state_of: Tells the state of a port. By default by trying.
        any_free: Gives a port that nobody listens at. By default by asking the system.
    """

    def __init__(
        self,
        state_of: Callable[[int], PortState] | None = None,
        any_free: Callable[[], int] | None = None,
    ) -> None:
        self._state_of = state_of or state_of_port
        self._any_free = any_free or free_port
        self._lock = threading.Lock()
        self._taken: dict[int, str] = {}

    def take(self, task: str, ports: Iterable[int], told: Collection[int]) -> Mapping[int, int]:
        """Take a port of this machine for each of a task's: of the same number if it is free.

        Args:
            task: The task's id.
            ports: The ports of its containers.
            told: Those of which the processes are told where they are, so that another will do.

        Raises:
            PortError: If one is taken or forbidden, and no other will do.
        """
        with self._lock:
            chosen: dict[int, int] = {}
            for port in sorted(ports):
                state = PortState.TAKEN if port in self._taken else self._state_of(port)
                if state is PortState.FREE:
                    chosen[port] = port
                elif port in told:
                    chosen[port] = self._other(chosen.values())
                else:
                    raise PortError(self._why_not(port, state))
            self._taken |= dict.fromkeys(chosen.values(), task)
            return chosen

    def release(self, task: str) -> None:
        """Give the ports of a task back."""
        with self._lock:
            self._taken = {port: each for port, each in self._taken.items() if each != task}

    def _other(self, chosen: Collection[int]) -> int:
        while (port := self._any_free()) in self._taken or port in chosen:
            pass
        return port

    def _why_not(self, port: int, state: PortState) -> str:
        elsewhere = (
            f"have the process told another one by a variable, with x-serverless-containers: "
            f"{{dev: {{ports: {{PORT: {port}}}}}}} at each service that uses it"
        )
        if state is PortState.FORBIDDEN:
            # `ip_unprivileged_port_start`, "IP Sysctl", Linux kernel documentation.
            return (
                f"port {port} of {HERE} is not for this user to listen at: most machines leave "
                f"those below 1024 to root; {elsewhere}"
            )
        owner = "another service" if port in self._taken else "another program"
        return f"port {port} of {HERE} is taken by {owner}: end it, or {elsewhere}"


def state_of_port(port: int) -> PortState:
    """Try whether a process could listen at a port of every interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trying:
        trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trying.bind((HERE, port))
        except OSError as error:
            return PortState.FORBIDDEN if error.errno == errno.EACCES else PortState.TAKEN
    # What listens for IPv6 alone would take what is meant for `localhost`.
    if not socket.has_ipv6:
        return PortState.FREE
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as other:
        other.settimeout(_CONNECT_SECONDS)
        if other.connect_ex(("::1", port)) == 0:
            return PortState.TAKEN
    return PortState.FREE


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trying:
        trying.bind((HERE, 0))
        return int(trying.getsockname()[1])


def open_ports(ports: Collection[int]) -> tuple[int, ...]:
    """The ports of these at which something listens for others than this machine.

    Linux tells it in its tables ("proc_net_tcp", Linux kernel documentation). Elsewhere the
    machine's own address in its network is tried.
    """
    tables = [each for each in map(Path, _TABLES) if each.exists()]
    if tables:
        found = {port for each in tables for port in listening_for_others(each.read_text())}
        return tuple(sorted(found & set(ports)))
    return tuple(port for port in sorted(ports) if _is_reached_from_outside(port))


def listening_for_others(table: str) -> set[int]:
    """Read the ports from a table of Linux at which something listens on no loopback address."""
    found = set()
    for line in table.splitlines()[1:]:
        words = line.split()
        if len(words) < 4 or words[3] != _LISTENING:
            continue
        address, _, port = words[1].partition(":")
        if not _is_loopback(address):
            found.add(int(port, 16))
    return found


def _is_loopback(address: str) -> bool:
    if len(address) == 8:
        # 127.0.0.0/8, the first byte being the last one in this machine's order.
        return (address[-2:] if sys.byteorder == "little" else address[:2]) == "7F"
    return address in _LOOPBACK_V6


def _is_reached_from_outside(port: int) -> bool:
    with contextlib.suppress(OSError):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            # Nothing is sent: it only chooses the interface that would.
            asking.connect(("192.0.2.1", 9))
            own = asking.getsockname()[0]
        if not own.startswith("127."):
            socket.create_connection((own, port), _CONNECT_SECONDS).close()
            return True
    return False
