"""Services of Amazon ECS: their deployments, the start of one, and the wait for its end."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from serverless_containers.aws_api.clients import AwsClients, call
from serverless_containers.aws_api.errors import AwsError

_POLL_SECONDS = 5
STALE_POLLS = 6
"""Polls for which ECS may still tell the state before a change.

Its reads are eventually consistent: "Amazon ECS API", Amazon ECS API Reference.
"""


@dataclass(frozen=True, slots=True)
class ServiceId:
    """The cluster and the name of a service of Amazon ECS."""

    cluster: str
    service: str

    def __str__(self) -> str:
        return f"{self.cluster}/{self.service}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDeployment:
    """A deployment of a service, and what ECS says of it.

    Attributes:
        id: Its id.
        primary: Whether it is the one that the service moves to, or has.
        created: When it began.
        state: Its rollout state.
        reason: Why it has that.
        counts: Tasks that run, shall run, are about to, and have failed.
    """

    id: str
    primary: bool
    created: datetime
    state: str
    reason: str
    counts: tuple[int, int, int, int]

    def __str__(self) -> str:
        running, desired, pending, failed = self.counts
        return f"{self.state}: {running} of {desired} running, {pending} pending, {failed} failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDescription:
    """The state of a service at one moment.

    Attributes:
        deployments: Its deployments.
        events: Its events, the last one first.
    """

    deployments: tuple[ServiceDeployment, ...]
    events: tuple[str, ...]

    @property
    def primary(self) -> ServiceDeployment | None:
        """The deployment that it moves to, or has."""
        return next((each for each in self.deployments if each.primary), None)


def describe_service(clients: AwsClients, target: ServiceId) -> ServiceDescription:
    """Describe a service at this moment.

    Raises:
        AwsError: If there is no such service, or ECS does not tell.
    """
    answer = call(
        clients.ecs,
        "describe_services",
        str(target),
        cluster=target.cluster,
        services=[target.service],
    )
    services = [each for each in answer["services"] if each.get("status") == "ACTIVE"]
    if not services:
        raise AwsError(
            f"the cluster {target.cluster} has no active service {target.service} in "
            f"{clients.region}"
        )
    return ServiceDescription(
        deployments=tuple(map(_deployment, services[0]["deployments"])),
        events=tuple(event["message"] for event in services[0].get("events", ())),
    )


def force_new_deployment(clients: AwsClients, target: ServiceId) -> str:
    """Start a deployment that replaces every task.

    Returns:
        The deployment's id.

    Raises:
        AwsError: If ECS does not do it.
    """
    service = update_service(clients, target, "the restart", forceNewDeployment=True)
    return next(each.id for each in map(_deployment, service["deployments"]) if each.primary)


def update_service(
    clients: AwsClients, target: ServiceId, change: str, **fields: object
) -> Mapping[str, Any]:
    """Change a service.

    Args:
        clients: The clients.
        target: The service.
        change: The change, for messages: ``the restart``.
        **fields: The parameters of UpdateService.

    Returns:
        The service: "Service", Amazon ECS API Reference.

    Raises:
        AwsError: If ECS does not do it. Of a lost answer it says that the change may have begun.
    """
    try:
        answer = call(
            clients.ecs,
            "update_service",
            str(target),
            cluster=target.cluster,
            service=target.service,
            **fields,
        )
    except AwsError as failure:
        if failure.sure:
            raise
        raise AwsError(
            f"{failure}; {change} of {target} may have begun all the same: "
            "`serverless-containers status` tells",
            code=failure.code,
            sure=False,
        ) from None
    found: Mapping[str, Any] = answer["service"]
    return found


_Seen = TypeVar("_Seen")


def polls(
    ask: Callable[[], _Seen], tell: Callable[[str], None], *, change: str, timeout_seconds: float
) -> Iterator[_Seen]:
    """Ask for the state of a change that was begun, again and again, until the time is over.

    Where AWS is busy, or cannot be reached, it is asked again.

    Args:
        ask: Asks AWS.
        tell: Is told if AWS does not answer.
        change: The change, for messages: ``the restart of shop/web``.
        timeout_seconds: How long to ask.

    Raises:
        AwsError: If AWS does not tell, and will not later either.
    """
    began, trouble = time.monotonic(), ""
    while True:
        try:
            seen = ask()
        except AwsError as failure:
            if not failure.passes:
                raise AwsError(
                    f"{change} was begun and goes on in AWS, but its end cannot be waited for: "
                    f"{failure}",
                    code=failure.code,
                ) from None
            if trouble != str(failure):
                trouble = str(failure)
                tell(f"{change} goes on in AWS, which does not tell of it: {trouble}")
        else:
            trouble = ""
            yield seen
        if time.monotonic() - began >= timeout_seconds:
            return
        time.sleep(_POLL_SECONDS)


def wait_for_deployment(
    clients: AwsClients,
    target: ServiceId,
    deployment: str,
    tell: Callable[[str], None],
    *,
    timeout_seconds: float,
    action: str = "restart",
) -> None:
    """Wait for a deployment to end.

    Args:
        clients: The clients.
        target: The service.
        deployment: The deployment's id.
        tell: Is told what happens, as it happens.
        timeout_seconds: How long to wait.
        action: The reason of the deployment, for messages. Default: a restart.

    Raises:
        AwsError: If it fails, does not end in time, or ECS does not tell.
    """
    told, stale = "", 0
    for running in polls(
        lambda: describe_service(clients, target),
        tell,
        change=f"the {action} of {target}",
        timeout_seconds=timeout_seconds,
    ):
        if not told and stale < STALE_POLLS and not _knows(running, deployment):
            stale += 1
            continue
        current = _find_deployment(running, deployment, action)
        event = running.events[0] if running.events else ""
        line = f"{current} ({event})" if event else str(current)
        if line != told:
            tell(line)
            told = line
        if current.state == "COMPLETED":
            return
        if current.state == "FAILED":
            raise AwsError(f"the {action} of {target} failed: {_reason(running, current)}")
    raise AwsError(
        f"the {action} of {target} did not end in time, and goes on in AWS"
        + (f": {told}" if told else "")
    )


def _knows(running: ServiceDescription, deployment: str) -> bool:
    """Return whether ECS tells of a deployment, at least in an event."""
    return any(each.id == deployment for each in running.deployments) or any(
        _about(running, deployment)
    )


def _find_deployment(
    running: ServiceDescription, deployment: str, action: str
) -> ServiceDeployment:
    """Return a deployment by its id.

    Raises:
        AwsError: If ECS has put another one in its place.
    """
    for each in running.deployments:
        if each.id == deployment:
            if each.primary or each.state == "FAILED":
                return each
            break
    why = next(_about(running, deployment), "")
    raise AwsError(
        f"another deployment has taken the place of the {action}"
        + (f": {why}" if why else "; run the same command again once it has ended")
    )


def _reason(running: ServiceDescription, deployment: ServiceDeployment) -> str:
    return deployment.reason or next(_about(running, deployment.id), "ECS does not say why")


def _about(running: ServiceDescription, deployment: str) -> Iterator[str]:
    return (event for event in running.events if deployment in event)


def _deployment(found: Mapping[str, Any]) -> ServiceDeployment:
    return ServiceDeployment(
        id=found["id"],
        primary=found["status"] == "PRIMARY",
        created=found["createdAt"],
        state=found.get("rolloutState", "IN_PROGRESS"),
        reason=found.get("rolloutStateReason", ""),
        counts=(
            found["runningCount"],
            found["desiredCount"],
            found["pendingCount"],
            found.get("failedTasks", 0),
        ),
    )
