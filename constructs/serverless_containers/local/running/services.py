"""Services of a kept emulator, their tasks, and the logs of their containers."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.failure import LocalError

_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStatus:
    """A task of a service."""

    id: str
    status: str
    health: str
    containers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    """A service, and how it is.

    Attributes:
        name: Its name.
        desired: How many tasks it is to have.
        running: How many run.
        rollout: What became of its last deployment.
        tasks: Its tasks.
        events: Its last events, the newest first.
    """

    name: str
    desired: int
    running: int
    rollout: str
    tasks: tuple[TaskStatus, ...]
    events: tuple[str, ...]


def services(clients: LocalClients) -> Iterator[ServiceStatus]:
    """Every service of an account and region."""
    for cluster, description in descriptions(clients):
        arns = clients["ecs"].list_tasks(cluster=cluster, serviceName=description["serviceName"])
        described = (
            clients["ecs"].describe_tasks(cluster=cluster, tasks=arns["taskArns"])["tasks"]
            if arns["taskArns"]
            else []
        )
        yield ServiceStatus(
            name=description["serviceName"],
            desired=description["desiredCount"],
            running=description["runningCount"],
            rollout=description["deployments"][0]["rolloutState"],
            tasks=tuple(_task(each) for each in described),
            events=tuple(each["message"] for each in description["events"][:5]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line that a container wrote.

    Attributes:
        at: When it came, in milliseconds since 1970.
        container: Which container wrote it.
        text: The line.
    """

    at: int
    container: str
    text: str


def lines(
    clients: LocalClients, container: str | None = None, *, follow: bool = False
) -> Iterator[LogLine]:
    """Read what the containers of all services wrote, the oldest first.

    Args:
        clients: The clients of the account and region.
        container: The container of which alone to tell.
        follow: Whether to go on for ever.
    """
    since: dict[str, int] = {}
    seen: set[str] = set()
    while True:
        found = []
        for group in sorted(_groups(clients)):
            pages = clients["logs"].get_paginator("filter_log_events")
            for page in pages.paginate(logGroupName=group, startTime=since.get(group, 0)):
                for event in page["events"]:
                    if event["eventId"] in seen:
                        continue
                    seen.add(event["eventId"])
                    since[group] = max(since.get(group, 0), event["timestamp"])
                    name = _writer(event["logStreamName"])
                    found.append(
                        LogLine(at=event["timestamp"], container=name, text=event["message"])
                    )
        found.sort(key=lambda line: line.at)
        yield from (line for line in found if container in (None, line.container))
        if not follow:
            return
        time.sleep(_PAUSE_SECONDS)


def last_lines(clients: LocalClients, task: str, *, most: int) -> list[LogLine]:
    """Read the last lines that the containers of a task wrote, the oldest first.

    Args:
        clients: The clients of the account and region.
        task: The id of the task.
        most: How many lines of each container.
    """
    found = []
    for group in sorted(_groups(clients)):
        pages = clients["logs"].get_paginator("describe_log_streams").paginate(logGroupName=group)
        names = [each["logStreamName"] for page in pages for each in page["logStreams"]]
        for name in names:
            if name.rpartition("/")[2] != task:
                continue
            events = clients["logs"].get_log_events(
                logGroupName=group, logStreamName=name, limit=most, startFromHead=False
            )["events"]
            found += [
                LogLine(at=event["timestamp"], container=_writer(name), text=event["message"])
                for event in events[-most:]
            ]
    return sorted(found, key=lambda line: line.at)


def check_container(regions: Iterable[LocalClients], container: str) -> None:
    """Hold a container's name against those that there are, or that wrote something.

    Args:
        regions: The clients of each region.
        container: The name.

    Raises:
        LocalError: If there is no such container, with the names of those that there are.
    """
    known = {name for clients in regions for name in _containers(clients)}
    if container not in known:
        names = ", ".join(sorted(known)) or "none"
        raise LocalError(f"no container is called {container!r}; those that there are: {names}")


def _task(described: Mapping[str, Any]) -> TaskStatus:
    return TaskStatus(
        id=described["taskArn"].rpartition("/")[2],
        status=described["lastStatus"],
        health=described.get("healthStatus", "UNKNOWN"),
        containers={each["name"]: each["lastStatus"] for each in described["containers"]},
    )


def descriptions(clients: LocalClients) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every service of an account and region, as ECS describes it, with its cluster."""
    ecs = clients["ecs"]
    for cluster in ecs.list_clusters()["clusterArns"]:
        for arn in ecs.list_services(cluster=cluster)["serviceArns"]:
            for each in ecs.describe_services(cluster=cluster, services=[arn])["services"]:
                yield cluster, each


def _groups(clients: LocalClients) -> set[str]:
    return {
        options["awslogs-group"]
        for container in _definitions(clients)
        if "awslogs-group"
        in (options := (container.get("logConfiguration") or {}).get("options") or {})
    }


def _containers(clients: LocalClients) -> set[str]:
    found = {container["name"] for container in _definitions(clients)}
    for group in _groups(clients):
        pages = clients["logs"].get_paginator("describe_log_streams").paginate(logGroupName=group)
        found |= {_writer(each["logStreamName"]) for page in pages for each in page["logStreams"]}
    return found


def _writer(stream: str) -> str:
    """The container that writes a stream: ``prefix/container/task``."""
    return stream.split("/")[-2:][0]


def _definitions(clients: LocalClients) -> Iterator[Mapping[str, Any]]:
    for _, service in descriptions(clients):
        definition = clients["ecs"].describe_task_definition(
            taskDefinition=service["taskDefinition"]
        )
        yield from definition["taskDefinition"]["containerDefinitions"]
