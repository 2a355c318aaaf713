"""Addresses of tasks as this machine reaches them, and the requests under way to each."""

import contextlib
import threading
from collections import Counter
from collections.abc import Generator, Mapping

HERE = "127.0.0.1"


class Addresses:
    """The addresses of tasks on the containers' network, and what stands for them here.

    A network of containers need not be reachable from this machine: where the engine runs in a
    virtual machine it is not. Published ports are.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ports: dict[str, Mapping[int, int]] = {}
        self._under_way: Counter[str] = Counter()

    def publish(self, address: str, ports: Mapping[int, int]) -> None:
        """Note where the ports of an address are found."""
        with self._lock:
            self._ports[address] = dict(ports)

    def withdraw(self, address: str) -> None:
        """Forget an address."""
        with self._lock:
            self._ports.pop(address, None)

    def has(self, address: str) -> bool:
        """Return whether it is the address of a task."""
        with self._lock:
            return address in self._ports

    def here(self, address: str, port: int) -> tuple[str, int]:
        """Translate a port to where it is reached: its published port, else the port itself."""
        with self._lock:
            published = self._ports.get(address, {}).get(port)
        return (HERE, published) if published is not None else (address, port)

    @contextlib.contextmanager
    def request_to(self, address: str) -> Generator[None, None, None]:
        """Note that a request to an address is under way."""
        with self._lock:
            self._under_way[address] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[address] -= 1

    def busy(self, address: str) -> bool:
        """Return whether requests to an address are under way."""
        with self._lock:
            return self._under_way[address] > 0
