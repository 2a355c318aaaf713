"""Shares requests among tasks, one after the other."""

import itertools
import threading
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

Target: TypeAlias = tuple[str, int]
"""An address on the containers' network, and a port."""


class Turns:
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
