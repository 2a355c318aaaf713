"""Tasks that fail while a kept emulator runs on, with the last that their containers wrote."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.running.services import LogLine, descriptions, last_lines

_FAILED: Final = re.compile(
    r"\(service [^)]*\) \(task (?P<task>[^)]*)\) (?P<what>failed|restarted a container): "
    r"(?P<cause>.*)",
    re.DOTALL,
)
"""The event of a task that failed, or whose container did, as ``services/records.py`` writes it."""
_LINES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFailed:
    """A task of a service that ended although nobody asked it to, or could not start.

    Attributes:
        service: The service's name.
        what: What it did: ``failed``, or ``restarted a container``, which its policy says.
        cause: Why: the container, its exit code or its signal, and the last line that it wrote.
        lines: The last lines of its containers.
    """

    service: str
    what: str
    cause: str
    lines: tuple[LogLine, ...]


class Failures:
    """Finds tasks that fail from now on.

    A service starts a task again and again that always fails; of a cause that it had before it is
    told once.

    Args:
        regions: The clients of each region.
    """

    def __init__(self, regions: Iterable[LocalClients]) -> None:
        self._regions = tuple(regions)
        self._seen: set[str] = set()
        self._causes: dict[str, str] = {}
        for _ in self.new():
            pass
        self.forget()

    def forget(self) -> None:
        """Tell the next cause of each service, whether it had it before or not."""
        self._causes.clear()

    def new(self) -> Iterator[TaskFailed]:
        """Yield the tasks that failed since this was asked last; none where nobody answers."""
        for clients in self._regions:
            try:
                found = [
                    (description["serviceName"], event)
                    for _, description in descriptions(clients)
                    # The newest are first.
                    for event in reversed(description["events"])
                    if event["id"] not in self._seen
                ]
                self._seen.update(event["id"] for _, event in found)
                for service, event in found:
                    if failed := self._failed(clients, service, event):
                        yield failed
            except (BotoCoreError, ClientError):
                # It is ending, or a deployment takes something away just now.
                continue

    def _failed(
        self, clients: LocalClients, service: str, event: Mapping[str, Any]
    ) -> TaskFailed | None:
        failed = _FAILED.fullmatch(event["message"])
        if failed is None or self._causes.get(service) == failed["cause"]:
            return None
        self._causes[service] = failed["cause"]
        return TaskFailed(
            service=service,
            what=failed["what"],
            cause=failed["cause"],
            lines=tuple(last_lines(clients, failed["task"], most=_LINES)),
        )
