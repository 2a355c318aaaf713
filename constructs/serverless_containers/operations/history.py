"""The deployments that a service has had: its service deployments and service revisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from serverless_containers.aws_api.clients import AwsClients, call, call_pages
from serverless_containers.operations.deployed import DeployedService

_MOST_AT_ONCE = 20
""""DescribeServiceDeployments", "DescribeServiceRevisions", Amazon ECS API Reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployment of a service.

    Attributes:
        id: Its id.
        state: AWS's word for its state: of a service deployment, ``SUCCESSFUL``, or else that of
            a rollout, ``COMPLETED``.
        stage: The stage of its life, ``BAKE_TIME``; empty if it has none.
        task_definition: The ARN of its task definition; empty if that is not known any more.
        started: When it began, if that is known.
        finished: When it ended, if it has.
        running: Tasks that run.
        desired: Tasks that shall.
        pending: Tasks that are about to.
        failed: Tasks that have failed, where ECS counts them.
        reason: Why it has its state.
        images: The images' digests by the containers, where ECS tells them.
    """

    id: str
    state: str
    stage: str = ""
    task_definition: str
    started: datetime | None
    finished: datetime | None = None
    running: int
    desired: int
    pending: int
    failed: int | None = None
    reason: str = ""
    images: Mapping[str, str]

    @property
    def ends_well(self) -> bool:
        """True if the service runs as it says."""
        return self.state in {"SUCCESSFUL", "COMPLETED"}

    @property
    def goes_on(self) -> bool:
        """True if it has not ended."""
        return self.state in {
            "PENDING",
            "IN_PROGRESS",
            "STOP_REQUESTED",
            "ROLLBACK_REQUESTED",
            "ROLLBACK_IN_PROGRESS",
        }


def revision_name(arn: str) -> str:
    """Return the family and revision of a task definition's ARN, ``web:3``."""
    return arn.rpartition("/")[2]


def revision_number(arn: str) -> int:
    """Return the revision of a task definition's ARN."""
    return int(arn.rpartition(":")[2])


def service_deployments(
    clients: AwsClients, deployed: DeployedService, *, most: int = _MOST_AT_ONCE
) -> Sequence[Deployment]:
    """Return the service deployments of a service, the last one first.

    ECS keeps those of 90 days: "Amazon ECS service deployment history", Developer Guide.

    Args:
        clients: The clients.
        deployed: The service.
        most: The number of them, at most 20.

    Raises:
        AwsError: If ECS does not tell.
    """
    listed = call_pages(
        clients.ecs,
        "list_service_deployments",
        deployed.service,
        "serviceDeployments",
        most=most,
        cluster=deployed.cluster,
        service=deployed.service,
        maxResults=most,
    )
    if not listed:
        return ()
    described = call(
        clients.ecs,
        "describe_service_deployments",
        deployed.service,
        serviceDeploymentArns=[each["serviceDeploymentArn"] for each in listed],
    )["serviceDeployments"]
    revisions = _revisions(
        clients,
        deployed,
        sorted({each["targetServiceRevision"]["arn"] for each in described}),
    )
    found = [
        _deployment(each, revisions.get(each["targetServiceRevision"]["arn"], {}))
        for each in described
    ]
    return sorted(found, key=_moment, reverse=True)


def rollouts(service: Mapping[str, Any]) -> Sequence[Deployment]:
    """Return the deployments that a service has at this moment, the newest first.

    Args:
        service: The service as ECS describes it.
    """
    return [
        Deployment(
            id=each["id"],
            state=each.get("rolloutState", each["status"]),
            task_definition=each["taskDefinition"],
            started=each.get("createdAt"),
            running=each["runningCount"],
            desired=each["desiredCount"],
            pending=each["pendingCount"],
            failed=each.get("failedTasks"),
            reason=each.get("rolloutStateReason", ""),
            images={},
        )
        for each in service["deployments"]
    ]


def _moment(deployment: Deployment) -> float:
    return deployment.started.timestamp() if deployment.started else 0.0


def _revisions(
    clients: AwsClients, deployed: DeployedService, arns: Sequence[str]
) -> Mapping[str, Mapping[str, Any]]:
    answer = call(
        clients.ecs,
        "describe_service_revisions",
        deployed.service,
        serviceRevisionArns=list(arns),
    )
    return {each["serviceRevisionArn"]: each for each in answer["serviceRevisions"]}


def _deployment(found: Mapping[str, Any], revision: Mapping[str, Any]) -> Deployment:
    target = found["targetServiceRevision"]
    reasons = (found.get("rollback", {}).get("reason"), found.get("statusReason"))
    return Deployment(
        id=found["serviceDeploymentArn"].rpartition("/")[2],
        state=found["status"],
        stage=found.get("lifecycleStage", ""),
        task_definition=revision.get("taskDefinition", ""),
        started=found.get("startedAt") or found.get("createdAt"),
        finished=found.get("finishedAt") or found.get("stoppedAt"),
        running=target.get("runningTaskCount", 0),
        desired=target.get("requestedTaskCount", 0),
        pending=target.get("pendingTaskCount", 0),
        failed=found.get("deploymentCircuitBreaker", {}).get("failureCount"),
        reason=next(filter(None, reasons), ""),
        images={
            each["containerName"]: each["imageDigest"]
            for each in revision.get("containerImages", ())
            if each.get("imageDigest")
        },
    )
