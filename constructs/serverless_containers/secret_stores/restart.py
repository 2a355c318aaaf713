"""Restarting a service: a running task keeps the values that it started with."""

from datetime import datetime
from enum import StrEnum

from serverless_containers.aws_api.clients import AwsClients, call
from serverless_containers.aws_api.ecs_service import ServiceDescription, ServiceId
from serverless_containers.aws_api.errors import AwsError

_OUTPUTS = ("ClusterName", "ServiceName")


class RestartNeed(StrEnum):
    """The step by which a service gets to run with the current values."""

    RESTART = "restart"
    WAIT = "wait"
    """For a restart that has begun already."""
    NOTHING = "nothing"


def service_of_stack(clients: AwsClients, stack: str) -> ServiceId:
    """Return the service of a stack.

    Args:
        clients: The clients.
        stack: The stack's name, whose outputs ClusterName and ServiceName tell the service.

    Raises:
        AwsError: If there is no such stack, or it has no such outputs.
    """
    answer = call(clients.cloudformation, "describe_stacks", stack, StackName=stack)
    found = answer["Stacks"][0].get("Outputs", ())
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found}
    missing = [name for name in _OUTPUTS if name not in outputs]
    if missing:
        raise AwsError(
            f"the stack {stack} has no output {' and no output '.join(missing)}; name the service "
            "with --cluster and --service"
        )
    return ServiceId(*(outputs[name] for name in _OUTPUTS))


def decide_restart(
    running: ServiceDescription, changed: datetime | None, *, wrote: bool
) -> RestartNeed:
    """Decide whether a service has to be restarted.

    Args:
        running: The service.
        changed: When the newest of the values changed, if that is known.
        wrote: Whether a value was, or is going to be, written.
    """
    primary = running.primary
    if wrote or primary is None or primary.state == "FAILED":
        return RestartNeed.RESTART
    if changed is not None and primary.created <= changed:
        return RestartNeed.RESTART
    return RestartNeed.WAIT if primary.state == "IN_PROGRESS" else RestartNeed.NOTHING
