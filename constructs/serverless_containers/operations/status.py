"""The state of a deployed service at one moment, as AWS's APIs tell it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from serverless_containers.aws_api.clients import AwsClients, call, call_pages, check_token
from serverless_containers.aws_api.errors import AwsError
from serverless_containers.operations.deployed import DeployedService, describe_service
from serverless_containers.operations.history import Deployment, rollouts, service_deployments

_MOST_TASKS = 100
""""DescribeTasks", Amazon ECS API Reference."""
_MOST_DEPLOYMENTS = 5
_MOST_EVENTS = 8
_WELL = frozenset({"healthy", "HEALTHY"})
_NOT_WELL = frozenset({"unhealthy", "UNHEALTHY"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A task as those see it that send requests to it.

    Attributes:
        where: The target group, or the Cloud Map service, that it is registered in.
        id: Its address, or the id of its Cloud Map instance.
        state: AWS's word for its state: ``healthy``, ``HEALTHY``, ``draining``.
        reason: Why it has that.
    """

    where: str
    id: str
    state: str
    reason: str = ""

    @property
    def is_well(self) -> bool:
        """True if it gets requests."""
        return self.state in _WELL

    @property
    def is_unwell(self) -> bool:
        """True if its health check fails."""
        return self.state in _NOT_WELL


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of a pipeline.

    Attributes:
        pipeline: The pipeline's name.
        name: Its name.
        state: AWS's word for the state of its last execution: ``Succeeded``, ``InProgress``.
        changed: When an action of it changed last, if one has.
        problem: The message of its action that failed.
    """

    pipeline: str
    name: str
    state: str
    changed: datetime | None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm.

    Attributes:
        name: Its name.
        state: OK, ALARM or INSUFFICIENT_DATA.
        since: Since when it has that.
        reason: Why it has that.
        description: Its description.
    """

    name: str
    state: str
    since: datetime | None
    reason: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    """The state of a service, and of what is around it.

    Attributes:
        service: The service, as ECS describes it.
        deployments: Its last deployments, the newest first.
        tasks: Its tasks that are not stopped, as ECS describes them.
        stopped_tasks: Those that stopped within the last hour, the last one first.
        targets: Its tasks, where requests come from.
        stages: The stages of its pipelines.
        alarms: Its alarms.
        untold: Sentences about what AWS did not tell.
    """

    service: Mapping[str, Any]
    deployments: Sequence[Deployment]
    tasks: Sequence[Mapping[str, Any]]
    stopped_tasks: Sequence[Mapping[str, Any]]
    targets: Sequence[Target]
    stages: Sequence[Stage]
    alarms: Sequence[Alarm]
    untold: Sequence[str] = field(default=())

    @property
    def events(self) -> Sequence[Mapping[str, Any]]:
        """Its last events, the newest first."""
        return list(self.service.get("events", ()))[:_MOST_EVENTS]

    @property
    def unsteady(self) -> Sequence[str]:
        """The reasons for which the service is not steady; none if it is."""
        return list(self._unsteady())

    def _unsteady(self) -> Iterator[str]:
        running, desired = self.service["runningCount"], self.service["desiredCount"]
        if self.service["status"] != "ACTIVE":
            yield f"the service is {self.service['status']}"
        if running != desired:
            yield f"{running} of {desired} tasks run"
        now = rollouts(self.service)
        for each in now[:1]:
            if not each.ends_well:
                yield f"its deployment is {each.state}" + (
                    f": {each.reason}" if each.reason else ""
                )
        if len(now) > 1:
            yield f"{len(now)} deployments are there at once"
        unhealthy = [each for each in self.tasks if each.get("healthStatus") == "UNHEALTHY"]
        if unhealthy:
            yield f"unhealthy tasks: {len(unhealthy)}"
        unwell = [each for each in self.targets if each.is_unwell]
        if unwell:
            yield f"targets that fail their health check: {len(unwell)}"


def service_status(clients: AwsClients, deployed: DeployedService) -> ServiceStatus:
    """Ask AWS for the state of a service.

    Parts that AWS does not tell, such as for a missing permission, are left out, and named.

    Raises:
        AwsError: If ECS does not describe the service.
    """
    service = describe_service(clients, deployed)
    asked = _Asked()
    deployments = asked.part(
        "the deployments before",
        lambda: service_deployments(clients, deployed, most=_MOST_DEPLOYMENTS),
    )
    return ServiceStatus(
        service=service,
        deployments=deployments or rollouts(service),
        tasks=asked.part("the tasks", lambda: tasks(clients, deployed, stopped=False)),
        stopped_tasks=asked.part("stopped tasks", lambda: tasks(clients, deployed, stopped=True)),
        targets=[
            *asked.part("the health of targets", lambda: _targets(clients, deployed)),
            *asked.part("the health in Cloud Map", lambda: _instances(clients, deployed)),
        ],
        stages=asked.part("the pipeline", lambda: _stages(clients, deployed)),
        alarms=asked.part("the alarms", lambda: alarms(clients, deployed)),
        untold=asked.untold,
    )


def tasks(
    clients: AwsClients, deployed: DeployedService, *, stopped: bool
) -> Sequence[Mapping[str, Any]]:
    """Return tasks of a service as ECS describes them, the youngest first; at most 100.

    Args:
        clients: The clients.
        deployed: The service.
        stopped: Whether those that are, which ECS tells for an hour, or those that are not.

    Raises:
        AwsError: If ECS does not tell.
    """
    arns = call_pages(
        clients.ecs,
        "list_tasks",
        deployed.service,
        "taskArns",
        most=_MOST_TASKS,
        cluster=deployed.cluster,
        serviceName=deployed.service,
        desiredStatus="STOPPED" if stopped else "RUNNING",
    )
    if not arns:
        return ()
    found: Sequence[Mapping[str, Any]] = call(
        clients.ecs, "describe_tasks", deployed.service, cluster=deployed.cluster, tasks=arns
    )["tasks"]
    when = "stoppedAt" if stopped else "createdAt"
    return sorted(found, key=lambda task: _moment(task.get(when)), reverse=True)


def alarms(clients: AwsClients, deployed: DeployedService) -> Sequence[Alarm]:
    """Return the alarms of a service, composite ones first.

    Raises:
        AwsError: If CloudWatch does not tell.
    """
    found: list[Alarm] = []
    names = [*deployed.composite_alarms, *deployed.alarms]
    for start in range(0, len(names), 100):
        answer = call(
            clients.client("cloudwatch"),
            "describe_alarms",
            deployed.stack,
            AlarmNames=names[start : start + 100],
            AlarmTypes=["CompositeAlarm", "MetricAlarm"],
        )
        found += [
            Alarm(
                name=each["AlarmName"],
                state=each["StateValue"],
                since=each.get("StateUpdatedTimestamp"),
                reason=each.get("StateReason", ""),
                description=each.get("AlarmDescription", ""),
            )
            for kind in ("CompositeAlarms", "MetricAlarms")
            for each in answer.get(kind, ())
        ]
    return found


_Part = TypeVar("_Part")


class _Asked:
    """Parts of an answer, each of which AWS may refuse."""

    def __init__(self) -> None:
        self.untold: list[str] = []

    def part(self, name: str, ask: Callable[[], Sequence[_Part]]) -> Sequence[_Part]:
        try:
            return ask()
        except AwsError as failure:
            self.untold.append(f"{name} could not be asked for: {failure}")
            return ()


def _moment(time: datetime | None) -> float:
    return time.timestamp() if time else 0.0


def _targets(clients: AwsClients, deployed: DeployedService) -> Sequence[Target]:
    found = []
    for arn in deployed.target_groups:
        name = arn.split("/")[1]
        answer = call(clients.client("elbv2"), "describe_target_health", name, TargetGroupArn=arn)
        for each in answer["TargetHealthDescriptions"]:
            health = each["TargetHealth"]
            reason = ": ".join(filter(None, (health.get("Reason"), health.get("Description"))))
            target = each["Target"]
            port = f":{target['Port']}" if "Port" in target else ""
            found.append(
                Target(where=name, id=f"{target['Id']}{port}", state=health["State"], reason=reason)
            )
    return found


def _instances(clients: AwsClients, deployed: DeployedService) -> Sequence[Target]:
    found = []
    for registry in deployed.registries:
        client = clients.client("servicediscovery")
        listed = call_pages(client, "list_instances", registry, "Instances", ServiceId=registry)
        addresses = {each["Id"]: _address(each.get("Attributes", {})) for each in listed}
        states = instances_health(clients, registry)
        found += [
            Target(where="Cloud Map", id=address or each, state=states.get(each, "UNKNOWN"))
            for each, address in addresses.items()
        ]
    return found


def _address(attributes: Mapping[str, str]) -> str:
    port = attributes.get("AWS_INSTANCE_PORT")
    address = attributes.get("AWS_INSTANCE_IPV4") or attributes.get("AWS_INSTANCE_IPV6") or ""
    return f"{address}:{port}" if address and port else address


def instances_health(clients: AwsClients, registry: str) -> Mapping[str, str]:
    """Return the health of the instances of a service of Cloud Map, by their ids.

    One that was registered just now has none yet: "GetInstancesHealthStatus", AWS Cloud Map API
    Reference.

    Args:
        clients: The clients.
        registry: The id of the service.

    Raises:
        AwsError: If Cloud Map does not tell.
    """
    found: dict[str, str] = {}
    token: dict[str, str] = {}
    tokens: set[str] = set()
    while True:
        try:
            answer = call(
                clients.client("servicediscovery"),
                "get_instances_health_status",
                registry,
                ServiceId=registry,
                **token,
            )
        except AwsError as failure:
            # The answer for a service without instances, or whose instances are not known yet.
            if failure.code in {"InstanceNotFound", "ServiceNotFound"}:
                return found
            raise
        found |= answer.get("Status", {})
        if not answer.get("NextToken"):
            return found
        token = {"NextToken": answer["NextToken"]}
        check_token(token["NextToken"], tokens, registry)


def _stages(clients: AwsClients, deployed: DeployedService) -> Sequence[Stage]:
    found = []
    for pipeline in deployed.pipelines:
        answer = call(clients.client("codepipeline"), "get_pipeline_state", pipeline, name=pipeline)
        for stage in answer["stageStates"]:
            latest = [each.get("latestExecution", {}) for each in stage.get("actionStates", ())]
            changed = [each["lastStatusChange"] for each in latest if "lastStatusChange" in each]
            problems = (
                each.get("errorDetails", {}).get("message")
                for each in latest
                if each.get("status") == "Failed"
            )
            found.append(
                Stage(
                    pipeline=pipeline,
                    name=stage["stageName"],
                    state=stage.get("latestExecution", {}).get("status", ""),
                    changed=max(changed, default=None),
                    problem=next(filter(None, problems), ""),
                )
            )
    return found
