"""The number of a service's tasks, and Application Auto Scaling, which may hold it."""

from collections.abc import Callable
from dataclasses import dataclass

from serverless_containers.aws_api.clients import AwsClients, call
from serverless_containers.aws_api.ecs_service import (
    STALE_POLLS,
    ServiceId,
    polls,
    update_service,
)
from serverless_containers.aws_api.errors import AwsError
from serverless_containers.operations.deployed import DeployedService, describe_service

_DIMENSION = "ecs:service:DesiredCount"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingBounds:
    """The bounds within which Application Auto Scaling holds the number of tasks.

    Attributes:
        least: The smallest number.
        most: The largest one.
        suspended: Whether neither scaling out nor in, nor a schedule, is on.
    """

    least: int
    most: int
    suspended: bool = False

    def __str__(self) -> str:
        return f"{self.least} to {self.most}"


def scaling_bounds(clients: AwsClients, deployed: DeployedService) -> ScalingBounds | None:
    """Return the bounds of a service; None if nothing scales it.

    Raises:
        AwsError: If Application Auto Scaling does not tell.
    """
    answer = call(
        clients.client("application-autoscaling"),
        "describe_scalable_targets",
        deployed.service,
        ServiceNamespace="ecs",
        ResourceIds=[_resource(deployed)],
        ScalableDimension=_DIMENSION,
    )
    for target in answer["ScalableTargets"]:
        state = target.get("SuspendedState", {})
        parts = (
            "DynamicScalingInSuspended",
            "DynamicScalingOutSuspended",
            "ScheduledScalingSuspended",
        )
        return ScalingBounds(
            least=target["MinCapacity"],
            most=target["MaxCapacity"],
            suspended=all(state.get(part, False) for part in parts),
        )
    return None


def set_bounds(clients: AwsClients, deployed: DeployedService, bounds: ScalingBounds) -> None:
    """Change the bounds of a service that is scaled already.

    Raises:
        AwsError: If Application Auto Scaling does not do it.
    """
    call(
        clients.client("application-autoscaling"),
        "register_scalable_target",
        deployed.service,
        ServiceNamespace="ecs",
        ResourceId=_resource(deployed),
        ScalableDimension=_DIMENSION,
        MinCapacity=bounds.least,
        MaxCapacity=bounds.most,
    )


def set_count(clients: AwsClients, deployed: DeployedService, count: int) -> None:
    """Set the number of tasks that shall run.

    Raises:
        AwsError: If ECS does not do it.
    """
    target = ServiceId(deployed.cluster, deployed.service)
    update_service(clients, target, "the change", desiredCount=count)


def wait_for_count(
    clients: AwsClients,
    deployed: DeployedService,
    count: int,
    tell: Callable[[str], None],
    *,
    before: int,
    timeout_seconds: float,
) -> None:
    """Wait until as many tasks run as shall.

    Args:
        clients: The clients.
        deployed: The service.
        count: The number of tasks.
        tell: Is told what happens, as it happens.
        before: The number that was set before, which ECS may still tell for a while.
        timeout_seconds: How long to wait.

    Raises:
        AwsError: If it does not end in time, another number is set meanwhile, or ECS does not
            tell.
    """
    told, stale = "", 0
    for service in polls(
        lambda: describe_service(clients, deployed),
        tell,
        change=f"the change of {deployed.cluster}/{deployed.service}",
        timeout_seconds=timeout_seconds,
    ):
        running, desired = service["runningCount"], service["desiredCount"]
        if not told and stale < STALE_POLLS and desired == before != count:
            stale += 1
            continue
        events = service.get("events", ())
        line = f"{running} of {desired} running, {service['pendingCount']} pending"
        if events:
            line += f" ({events[0]['message']})"
        if line != told:
            tell(line)
            told = line
        if desired != count:
            raise AwsError(
                f"something else has set the number of tasks to {desired} meanwhile: Application "
                "Auto Scaling, or a deployment"
            )
        if running == count and not service["pendingCount"]:
            return
    raise AwsError(
        "not all of it was done in time, and it goes on in AWS" + (f": {told}" if told else "")
    )


def _resource(deployed: DeployedService) -> str:
    return f"service/{deployed.cluster}/{deployed.service}"
