"""Services of Amazon ECS: their deployments, the start of one, and the wait for its end."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from serverless_containers.aws_api.clients import AwsClients, call
from serverless_containers.aws_api.errors import AwsError

_POLL_SECONDS = 5


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
    answer = call(
        clients.ecs,
        "update_service",
        str(target),
        cluster=target.cluster,
        service=target.service,
        forceNewDeployment=True,
    )
    deployments = map(_deployment, answer["service"]["deployments"])
    return next(each.id for each in deployments if each.primary)


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
    began = time.monotonic()
    told = ""
    while True:
        running = describe_service(clients, target)
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
        if time.monotonic() - began >= timeout_seconds:
            raise AwsError(
                f"the {action} of {target} did not end in time, and goes on in AWS: {line}"
            )
        time.sleep(_POLL_SECONDS)


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
