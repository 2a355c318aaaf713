"""Commands in the containers of a deployed service: ECS Exec."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from serverless_containers.aws_api.clients import AwsClients, call
from serverless_containers.aws_api.errors import AwsError
from serverless_containers.operations.deployed import (
    DeployedService,
    describe_service,
    describe_task_definition,
)
from serverless_containers.operations.status import tasks
from serverless_containers.spelling import nearest

AGENT = "ExecuteCommandAgent"
_PAGE = '"Monitor Amazon ECS containers with ECS Exec", Amazon ECS Developer Guide'


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecTarget:
    """A container that a command can run in.

    Attributes:
        cluster: The cluster's name.
        task: The task's id.
        container: The container's name.
        runtime_id: The id of its runtime, by which Session Manager knows it.
    """

    cluster: str
    task: str
    container: str
    runtime_id: str

    @property
    def session_target(self) -> str:
        """The name that Session Manager has for it."""
        return f"ecs:{self.cluster}_{self.task}_{self.runtime_id}"


def find_target(
    clients: AwsClients, deployed: DeployedService, *, task: str | None, container: str | None
) -> ExecTarget:
    """Find a container in which a command can run.

    Args:
        clients: The clients.
        deployed: The service.
        task: The task's id, or its beginning. Default: the youngest one whose agent is ready.
        container: The container. Default: the one that receives the traffic, or else the first.

    Raises:
        AwsError: If there is none, or something is missing for it to take commands. It says what.
    """
    service = describe_service(clients, deployed)
    if not service.get("enableExecuteCommand"):
        raise AwsError(
            f"{deployed.service} takes no commands: enable_execute_command of the construct is "
            "off; set it to True and deploy, which replaces the tasks"
        )
    name = _container(deployed, service, container)
    found = _running(clients, deployed, task)
    ready = [each for each in found if _agent(each, name).get("lastStatus") == "RUNNING"]
    if not ready:
        raise AwsError("; ".join(_missing(clients, deployed, found[0], name)))
    chosen = ready[0]
    return ExecTarget(
        cluster=deployed.cluster,
        task=_id(chosen),
        container=name,
        runtime_id=_part(chosen, name)["runtimeId"],
    )


def start_command(clients: AwsClients, target: ExecTarget, command: str) -> Mapping[str, Any]:
    """Start a command in a container.

    Args:
        clients: The clients.
        target: The container.
        command: The command, in one string.

    Returns:
        The session, "Session", Amazon ECS API Reference. Its token lets anybody into it.

    Raises:
        AwsError: If ECS does not do it.
    """
    try:
        answer = call(
            clients.ecs,
            "execute_command",
            f"{target.cluster}/{target.task}",
            cluster=target.cluster,
            task=target.task,
            container=target.container,
            command=command,
            interactive=True,
        )
    except AwsError as failure:
        if failure.code == "TargetNotConnectedException":
            raise AwsError(
                f"the agent of {target.container} in the task {target.task} is not connected to "
                f"Session Manager: {_NO_WAY}",
                code=failure.code,
            ) from None
        raise
    session: Mapping[str, Any] = answer["session"]
    return session


_NO_WAY = (
    "the task role needs ssmmessages:CreateControlChannel, ssmmessages:CreateDataChannel, "
    "ssmmessages:OpenControlChannel and ssmmessages:OpenDataChannel, and the subnets a way to the "
    "endpoint ssmmessages, by a NAT gateway or an interface endpoint"
)


def _container(deployed: DeployedService, service: Mapping[str, Any], wanted: str | None) -> str:
    if wanted is not None:
        if wanted in deployed.containers:
            return wanted
        meant = nearest(wanted, deployed.containers)
        raise AwsError(
            f"{deployed.service} has no container {wanted}; "
            + (
                f"did you mean {meant}?"
                if meant
                else f"there are: {', '.join(deployed.containers)}"
            )
        )
    traffic = (
        each.get("containerName")
        for kind in ("loadBalancers", "serviceRegistries")
        for each in service.get(kind, ())
    )
    return next((name for name in traffic if name in deployed.containers), deployed.containers[0])


def _running(
    clients: AwsClients, deployed: DeployedService, wanted: str | None
) -> Sequence[Mapping[str, Any]]:
    there = tasks(clients, deployed, stopped=False)
    running = [each for each in there if each["lastStatus"] == "RUNNING"]
    if wanted is not None:
        fitting = [each for each in running if _id(each).startswith(wanted.rpartition("/")[2])]
        if not fitting:
            known = ", ".join(map(_id, running)) or "none"
            raise AwsError(f"{deployed.service} runs no task {wanted}; there are: {known}")
        return fitting
    if not running:
        states = ", ".join(sorted(each["lastStatus"] for each in there))
        raise AwsError(
            f"no task of {deployed.service} runs"
            + (f": they are {states}" if states else "; `status` tells why")
        )
    return running


def _missing(
    clients: AwsClients, deployed: DeployedService, task: Mapping[str, Any], container: str
) -> Iterator[str]:
    """Say why a container takes no commands."""
    agent = _agent(task, container)
    state = agent.get("lastStatus", "not there")
    yield (
        f"the container {container} of the task {_id(task)} takes no commands: its {AGENT} is "
        + (f"{state} ({agent['reason']})" if agent.get("reason") else state)
    )
    if not task.get("enableExecuteCommand"):
        yield (
            "the task started before enable_execute_command was on: `serverless-containers "
            "restart` starts new ones"
        )
        return
    definition = describe_task_definition(clients, task["taskDefinitionArn"])
    if any(
        each["name"] == container and each.get("readonlyRootFilesystem")
        for each in definition["containerDefinitions"]
    ):
        yield (
            "its root file system is read-only, and the agent has to write to it: leave "
            "`read_only: true` out of the Compose file"
        )
    if not definition.get("taskRoleArn"):
        yield "its task definition has no task role, by which the agent calls Session Manager"
    if state == "PENDING":
        yield "it may take a few seconds more"
    yield f"{_NO_WAY} ({_PAGE}, from {deployed.region})"


def _part(task: Mapping[str, Any], container: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(
        (each for each in task.get("containers", ()) if each["name"] == container), {}
    )
    return found


def _agent(task: Mapping[str, Any], container: str) -> Mapping[str, Any]:
    agents = _part(task, container).get("managedAgents", ())
    found: Mapping[str, Any] = next((each for each in agents if each.get("name") == AGENT), {})
    return found


def _id(task: Mapping[str, Any]) -> str:
    arn: str = task["taskArn"]
    return arn.rpartition("/")[2]
