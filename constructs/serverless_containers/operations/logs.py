"""The log lines of a deployed service, in the order of their times."""

import heapq
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from serverless_containers.aws_api.clients import AwsClients, call, check_token
from serverless_containers.aws_api.errors import AwsError

POLL_SECONDS = 2.0
_OVERLAP = timedelta(seconds=30)
"""Time for which lines are asked for again: CloudWatch takes events late, and in any order."""
ERRORS = (
    "?ERROR ?Error ?error ?FATAL ?Fatal ?fatal ?CRITICAL ?Critical ?critical ?PANIC ?panic "
    "?Exception ?exception ?Traceback"
)
"""Filter pattern of lines that tell an error, by the words that loggers have for it.

See "Filter pattern syntax for metric filters", Amazon CloudWatch Logs User Guide: terms count case,
and those after question marks are alternatives.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line of a log.

    Attributes:
        id: CloudWatch's id of it.
        time: When it was written.
        container: The container that wrote it.
        task: The id of the task; empty if the stream's name does not tell.
        message: Its text, without the line's end.
    """

    id: str
    time: datetime
    container: str
    task: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSource:
    """The log of one container.

    Attributes:
        container: The container's name.
        group: The log group's name.
        prefix: The prefix of the names of its streams.
    """

    container: str
    group: str
    prefix: str


def log_sources(
    groups: Mapping[str, str], prefixes: Mapping[str, str], only: Sequence[str]
) -> Sequence[LogSource]:
    """Return the logs of containers.

    Args:
        groups: The log groups by the containers.
        prefixes: The prefixes of their streams by the same.
        only: The containers that are meant. Empty: all of them.
    """
    return [
        LogSource(container=name, group=group, prefix=prefixes.get(name, ""))
        for name, group in groups.items()
        if not only or name in only
    ]


def past_lines(
    clients: AwsClients,
    sources: Sequence[LogSource],
    *,
    since: datetime,
    pattern: str,
) -> Iterator[LogLine]:
    """Return the lines from a time on until now, in the order of their times.

    Args:
        clients: The clients.
        sources: The logs.
        since: The time.
        pattern: CloudWatch's filter pattern; empty for all of them.

    Raises:
        AwsError: If CloudWatch does not tell.
    """
    yield from _Lines(clients, sources, pattern).from_time(since)


def follow_lines(
    clients: AwsClients,
    sources: Sequence[LogSource],
    *,
    since: datetime,
    pattern: str,
) -> Iterator[LogLine]:
    """Return the lines from a time on, and those that come, for ever: each of them once.

    Args:
        clients: The clients.
        sources: The logs.
        since: The time.
        pattern: CloudWatch's filter pattern; empty for all of them.

    Raises:
        AwsError: If CloudWatch does not tell.
    """
    lines = _Lines(clients, sources, pattern)
    asked_from = since
    while True:
        began = datetime.now(UTC)
        yield from lines.from_time(asked_from)
        asked_from = max(asked_from, began - _OVERLAP)
        time.sleep(POLL_SECONDS)


class _Lines:
    """The lines of some logs, each told once."""

    def __init__(self, clients: AwsClients, sources: Sequence[LogSource], pattern: str) -> None:
        self._client = clients.client("logs")
        self._sources = sources
        self._pattern = pattern
        self._told: dict[str, datetime] = {}

    def from_time(self, start: datetime) -> Iterator[LogLine]:
        # Those that were before it are not asked for again; CloudWatch counts milliseconds.
        oldest = start - timedelta(seconds=1)
        self._told = {each: time for each, time in self._told.items() if time >= oldest}
        logs = (self._of(source, start) for source in self._sources)
        for line in heapq.merge(*logs, key=lambda line: line.time):
            if line.id not in self._told:
                self._told[line.id] = line.time
                yield line

    def _of(self, source: LogSource, start: datetime) -> Iterator[LogLine]:
        # Containers may share a group; the prefix of a stream's name ends with a slash.
        prefix = {"logStreamNamePrefix": f"{source.prefix}/"} if source.prefix else {}
        pattern = {"filterPattern": self._pattern} if self._pattern else {}
        token: dict[str, str] = {}
        tokens: set[str] = set()
        while True:
            try:
                answer = call(
                    self._client,
                    "filter_log_events",
                    source.group,
                    logGroupName=source.group,
                    startTime=max(0, int(start.timestamp() * 1000)),
                    **prefix,
                    **pattern,
                    **token,
                )
            except AwsError as failure:
                raise _explained(failure, source, self._pattern) from None
            # Stable: those of one moment stay as the container wrote them.
            yield from sorted(
                (_line(event, source.container) for event in answer.get("events", ())),
                key=lambda line: line.time,
            )
            if not answer.get("nextToken"):
                return
            token = {"nextToken": answer["nextToken"]}
            check_token(token["nextToken"], tokens, source.group)


def _explained(failure: AwsError, source: LogSource, pattern: str) -> AwsError:
    if failure.code == "ResourceNotFoundException":
        return AwsError(
            f"the log group {source.group} of {source.container} does not exist: it was deleted "
            "outside of CloudFormation; no line of the container is kept until it is there again",
            code=failure.code,
        )
    if failure.code == "InvalidParameterException" and pattern:
        return AwsError(
            f"CloudWatch does not take the filter pattern {pattern!r}: {failure}; put words with "
            "other characters than letters, digits and _ in double quotes: --filter '\"a-b\"'",
            code=failure.code,
        )
    return failure


def _line(event: Mapping[str, Any], container: str) -> LogLine:
    # prefix/container/task: "Send Amazon ECS logs to CloudWatch", Developer Guide.
    name = event.get("logStreamName", "")
    stream = name.split("/")
    moment = event.get("timestamp", event.get("ingestionTime", 0))
    return LogLine(
        # The API's model lets an event be without an id, and without a time.
        id=event.get("eventId") or f"{name} {moment} {event.get('message', '')}",
        time=_time(moment),
        container=container,
        task=stream[2] if len(stream) > 2 else "",
        message=event.get("message", "").rstrip("\r\n"),
    )


def _time(milliseconds: int) -> datetime:
    """Return the moment so many milliseconds after the epoch, or the nearest that there is."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        if milliseconds < 0:
            return datetime.min.replace(tzinfo=UTC)
        return datetime.max.replace(tzinfo=UTC)
