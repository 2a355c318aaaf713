"""Evidence of a deployed service: the answers of AWS's APIs, as boto3 gives them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Answer = Mapping[str, Any]
"""A part of an answer, in boto3's shape."""
Answers = Sequence[Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A part that could not be looked at.

    Attributes:
        part: The part, such as ``target health``.
        action: The action of IAM that is lacking; empty if something else was in the way.
        message: The reason in words.
    """

    part: str
    action: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerImage:
    """An image of the task definition, as its registry has it.

    Attributes:
        error: The error code with which Amazon ECR answered; empty if the image is there.
        platforms: The platforms that it is built for, such as ``linux/amd64``; empty if unknown.
    """

    error: str = ""
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The resolution of a domain name.

    Attributes:
        expected: The name that it should lead to: of the distribution, the load balancer, or the
            regional domain name of the API.
        addresses: The addresses of the name; empty if it does not resolve.
        expected_addresses: The addresses of the expected name.
    """

    expected: str
    addresses: frozenset[str] = frozenset()
    expected_addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A request to the public address of the service, and its answer.

    Attributes:
        status: The status code; 0 if no answer came.
        headers: The headers, by their names in lower case.
        body: The first characters of the body.
        error: The error of the connection; empty if an answer came.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The answers about a service. A part that was not looked at is None, or not in its mapping.

    Attributes:
        region: The region.
        cluster: The cluster's name.
        service_name: The service's name.
        stack: The stack's name.
        stack_path: The stack's path in its CDK app, ``staging/Api``; empty if it is not known.
        now: The time at which it was looked at.
        service: ``DescribeServices``; the events and the deployments are in it.
        service_deployments: ``DescribeServiceDeployments``, the last one first.
        tasks: ``DescribeTasks`` of those that run or are about to.
        stopped_tasks: ``DescribeTasks`` of those that stopped within the last hour.
        task_definition: ``DescribeTaskDefinition``: the one that the service moves to.
        logs: The last lines of each container, by its name, the newest one last.
        log_groups: Whether a log group exists, by its name.
        target_groups: ``DescribeTargetGroups``.
        target_health: ``DescribeTargetHealth``, by the ARN of the target group.
        load_balancers: ``DescribeLoadBalancers``.
        instances: ``GetInstancesHealthStatus`` of Cloud Map: HEALTHY or not, by instance.
        discovered: ``ListInstances`` of Cloud Map.
        api_log: The lines of the API's access log with a status from 500, the newest one last.
        api_integrations: ``GetIntegrations``.
        vpc_links: ``GetVpcLinks`` of those that the API uses.
        metrics: Sums of the last fifteen minutes by ``Namespace/MetricName``.
        distribution: ``GetDistribution``.
        probes: Requests to the public addresses, by address.
        subnets: ``DescribeSubnets`` of the tasks' subnets.
        route_tables: ``DescribeRouteTables`` of their VPC.
        security_groups: ``DescribeSecurityGroups``, by id.
        vpc_endpoints: ``DescribeVpcEndpoints`` of the VPC.
        images: The images of the task definition, by name.
        secrets: Error codes by the ARN or name of a secret; empty if it is there.
        roles: ``GetRole`` by ARN, or the error code.
        pipeline: ``GetPipelineState``.
        build: ``BatchGetBuilds``: the last one.
        certificates: ``DescribeCertificate``.
        dns: Domain names and where they lead.
        alarms: ``DescribeAlarms`` of those in the state ALARM.
        quotas: Used and allowed, by the quota's name.
        file_systems: ``DescribeMountTargets`` by the id of the file system.
        unseen: The parts that could not be looked at.
    """

    region: str = ""
    cluster: str = ""
    service_name: str = ""
    stack: str = ""
    stack_path: str = ""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    service: Answer | None = None
    service_deployments: Answers = ()
    tasks: Answers = ()
    stopped_tasks: Answers = ()
    task_definition: Answer | None = None
    logs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    log_groups: Mapping[str, bool] = field(default_factory=dict)
    target_groups: Answers = ()
    target_health: Mapping[str, Answers] = field(default_factory=dict)
    load_balancers: Answers = ()
    instances: Mapping[str, str] | None = None
    discovered: Answers = ()
    api_log: Answers = ()
    api_integrations: Answers = ()
    vpc_links: Answers = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    distribution: Answer | None = None
    probes: Mapping[str, Probe] = field(default_factory=dict)
    subnets: Answers = ()
    route_tables: Answers = ()
    security_groups: Mapping[str, Answer] = field(default_factory=dict)
    vpc_endpoints: Answers = ()
    images: Mapping[str, ContainerImage] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, Answer | str] = field(default_factory=dict)
    pipeline: Answer | None = None
    build: Answer | None = None
    certificates: Answers = ()
    dns: Mapping[str, Resolution] = field(default_factory=dict)
    alarms: Answers = ()
    quotas: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    file_systems: Mapping[str, Answers] = field(default_factory=dict)
    unseen: Sequence[Unseen] = ()

    @property
    def containers(self) -> Answers:
        """The container definitions of the task definition."""
        return tuple((self.task_definition or {}).get("containerDefinitions", ()))

    @property
    def events(self) -> Sequence[tuple[datetime, str]]:
        """The service's events of the last hour with their times, the newest one first.

        Older ones tell what was wrong once.
        """
        found = []
        for each in (self.service or {}).get("events", ()):
            at = each["createdAt"]
            if (self.now - at).total_seconds() < _RECENT:
                found.append((at, str(each["message"])))
        return found

    @property
    def port(self) -> int | None:
        """The port to which the ingress sends requests."""
        service = self.service or {}
        for each in (*service.get("loadBalancers", ()), *service.get("serviceRegistries", ())):
            if each.get("containerPort"):
                return int(each["containerPort"])
        return None

    @property
    def network(self) -> Answer:
        """The network configuration of the service: ``subnets`` and ``securityGroups``."""
        found: Answer = (
            (self.service or {}).get("networkConfiguration", {}).get("awsvpcConfiguration", {})
        )
        return found


_RECENT = 3600
"""Seconds for which ECS still tells of a stopped task ("DescribeTasks", API Reference)."""
