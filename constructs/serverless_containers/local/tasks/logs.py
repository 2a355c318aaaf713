"""Hands on what containers write, line by line."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from serverless_containers.local.engine import EngineError, TaskEngine

Write: TypeAlias = Callable[[str], None]
_LAST_SECONDS = 2.0
"""Longest wait for the last lines of ended containers."""
_LONGEST: Final = 1024 * 1024
"""Bytes of a line that are handed on: those of the largest event of CloudWatch Logs.

Source: "CloudWatch Logs quotas", Amazon CloudWatch Logs User Guide.
"""
_LEFT_OUT: Final = " […]"
"""Mark in place of the rest of a line that is longer."""


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
            for line in _lines(self._engine.logs(container, only_new=again)):
                write(line)

        thread = threading.Thread(target=following, daemon=True, name=f"log-{container[:12]}")
        self._threads[container] = thread
        thread.start()

    def finish(self) -> None:
        """Wait for the last lines of containers that have ended."""
        deadline = time.monotonic() + _LAST_SECONDS
        for thread in self._threads.values():
            thread.join(max(0.0, deadline - time.monotonic()))


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """The lines of an output, of which no more is kept than what is handed on."""
    rest = b""
    with contextlib.suppress(EngineError):
        for piece in pieces:
            first, *others = piece.split(b"\n")
            # One byte more says that there was more.
            rest += first[: _LONGEST + 1 - len(rest)]
            for other in others:
                yield _text(rest).removesuffix("\r")
                rest = other[: _LONGEST + 1]
    if rest:
        yield _text(rest)


def _text(line: bytes) -> str:
    text = line[:_LONGEST].decode(errors="replace")
    return f"{text}{_LEFT_OUT}" if len(line) > _LONGEST else text
