"""Hands on what containers write, line by line."""

import contextlib
import threading
import time
from collections.abc import Callable
from typing import TypeAlias

from serverless_containers.local.engine import EngineError, TaskEngine

Write: TypeAlias = Callable[[str], None]
_LAST_SECONDS = 2.0
"""Longest wait for the last lines of ended containers."""


class Logs:
    """The logs of a task's containers.

    Args:
        engine: Where the containers are.
    """

    def __init__(self, engine: TaskEngine) -> None:
        self._engine = engine
        self._threads: dict[str, threading.Thread] = {}

    def follow(self, container: str, write: Write) -> None:
        """Hand on each line of a container that was started, until it ends."""
        # Of one that was started again only what is new: the rest was handed on.
        again = container in self._threads

        def following() -> None:
            rest = b""
            with contextlib.suppress(EngineError):
                for piece in self._engine.logs(container, only_new=again):
                    *lines, rest = (rest + piece).split(b"\n")
                    for line in lines:
                        write(line.decode(errors="replace").removesuffix("\r"))
            if rest:
                write(rest.decode(errors="replace"))

        thread = threading.Thread(target=following, daemon=True, name=f"log-{container[:12]}")
        self._threads[container] = thread
        thread.start()

    def finish(self) -> None:
        """Wait for the last lines of containers that have ended."""
        deadline = time.monotonic() + _LAST_SECONDS
        for thread in self._threads.values():
            thread.join(max(0.0, deadline - time.monotonic()))
