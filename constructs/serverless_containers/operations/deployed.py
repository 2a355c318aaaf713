"""Services of deployed stacks, and the resources around each."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from serverless_containers.aws_api.clients import AwsClients, call
from serverless_containers.aws_api.errors import AwsError
from serverless_containers.operations.stacks import (
    StackResource,
    regions_with_stack,
    service_stacks,
    stack_resources,
)
from serverless_containers.spelling import nearest

_SERVICE = "AWS::ECS::Service"
_ARN = re.compile(
    r"arn:(?P<partition>[\w-]+):ecs:(?P<region>[\w-]+):(?P<account>\d+):"
    r"service/(?P<cluster>[^/]+)/(?P<service>[^/]+)"
)
_PIPELINE_STACK = "{}-pipeline"
"""The stack of a pipeline, by the name of its service's, where this application makes two."""
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedService:
    """A service of Amazon ECS that a stack has made, and the resources around it.

    Attributes:
        region: The region.
        account: The account's id.
        stack: The stack's name.
        logical_id: The service's name in the stack's template.
        cluster: The cluster's name.
        service: The service's name.
        arn: The service's ARN.
        task_definition: The ARN of the task definition that the service is to run.
        containers: The containers' names, in the task definition's order.
        log_groups: The log groups by the containers that write to them through ``awslogs``.
        log_prefixes: The prefixes of their streams by the same containers.
        target_groups: The ARNs of the target groups in which the tasks are registered.
        registries: The ids of the Cloud Map services in which they are.
        http_apis: The ids of the HTTP APIs before it.
        load_balancers: The ARNs of the load balancers before it.
        distributions: The ids of the CloudFront distributions before it.
        pipelines: The names of the pipelines that build its images.
        projects: The names of the CodeBuild projects.
        repositories: The names of the ECR repositories.
        alarms: The names of the alarms about it.
        composite_alarms: The names of the composite ones.
        dashboards: The names of the dashboards.
        event_log_groups: Further log groups of the stack, such as those of events and accesses.
    """

    region: str
    account: str
    stack: str
    logical_id: str
    cluster: str
    service: str
    arn: str
    task_definition: str
    containers: tuple[str, ...]
    log_groups: Mapping[str, str]
    log_prefixes: Mapping[str, str]
    target_groups: tuple[str, ...] = ()
    registries: tuple[str, ...] = ()
    http_apis: tuple[str, ...] = ()
    load_balancers: tuple[str, ...] = ()
    distributions: tuple[str, ...] = ()
    pipelines: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    composite_alarms: tuple[str, ...] = ()
    dashboards: tuple[str, ...] = ()
    event_log_groups: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.service} of {self.stack} in {self.region}"


def find_service(
    clients: AwsClients,
    *,
    stack: str | None = None,
    environment: str | None = None,
    service: str | None = None,
) -> DeployedService:
    """Find the service that is meant.

    Args:
        clients: The clients.
        stack: The name of its stack. Default: the only one with a service, in the environment or
            else in the region.
        environment: The environment that the stack is of.
        service: Its name, its logical id or the beginning of that. Default: the stack's only one.

    Raises:
        AwsError: If none is found, or several are, or AWS does not tell.
    """
    name = _only_stack(clients, environment) if stack is None else stack
    resources = stack_resources(clients, name)
    if resources is None:
        raise AwsError(_no_stack(clients, name))
    services = [each for each in resources if each.type == _SERVICE and each.physical_id]
    if not services:
        known = _names_of_stacks(clients)
        raise AwsError(f"the stack {name} has no service of Amazon ECS{_suggested(name, known)}")
    chosen = _choose(services, service, name)
    return _describe(clients, name, chosen, resources, services)


def describe_service(clients: AwsClients, deployed: DeployedService) -> Mapping[str, Any]:
    """Return what ECS tells of a service: "Service", Amazon ECS API Reference.

    Raises:
        AwsError: If there is no such service, or ECS does not tell.
    """
    return _service_of(clients, deployed.cluster, deployed.service)


def require_ecs_deployments(service: Mapping[str, Any], change: str) -> None:
    """Raise an error unless ECS itself deploys a service.

    Args:
        service: The service, as ECS describes it.
        change: The change that needs it, ``a rollback``.

    Raises:
        AwsError: If another controller does, which takes no change of the service from ECS.
    """
    controller = service.get("deploymentController", {}).get("type", "ECS")
    if controller != "ECS":
        raise AwsError(
            f"{service['serviceName']} is deployed by {controller}, which {change} has to be asked "
            "of: ECS takes it only of services that it deploys itself"
        )


def describe_task_definition(clients: AwsClients, name: str) -> Mapping[str, Any]:
    """Return a task definition: "TaskDefinition", Amazon ECS API Reference.

    Args:
        clients: The clients.
        name: Its ARN, or its family and revision.

    Raises:
        AwsError: If there is no such one, or ECS does not tell.
    """
    found: Mapping[str, Any] = call(
        clients.ecs, "describe_task_definition", name, taskDefinition=name
    )["taskDefinition"]
    return found


def _service_of(clients: AwsClients, cluster: str, service: str) -> Mapping[str, Any]:
    answer = call(
        clients.ecs,
        "describe_services",
        f"{cluster}/{service}",
        cluster=cluster,
        services=[service],
    )
    found: Mapping[str, Any] | None = next(
        (each for each in answer["services"] if each.get("status") != "INACTIVE"), None
    )
    if found is None:
        raise AwsError(
            f"the stack says that the cluster {cluster} has a service {service}, and ECS has none "
            f"in {clients.region}: it was deleted outside of CloudFormation; deploy the stack "
            "anew under another service name, or restore it"
        )
    return found


def _describe(
    clients: AwsClients,
    stack: str,
    chosen: StackResource,
    resources: Sequence[StackResource],
    services: Sequence[StackResource],
) -> DeployedService:
    parts = _ARN.fullmatch(chosen.physical_id)
    if parts is None:
        raise AwsError(
            f"the service {chosen.physical_id} of {stack} has an ARN of the short format, which "
            "tells no cluster; migrate it (Amazon Resource Names (ARNs) and IDs, Amazon ECS "
            "Developer Guide)"
        )
    found = _service_of(clients, parts["cluster"], parts["service"])
    if "taskDefinition" not in found:
        controller = found.get("deploymentController", {}).get("type", "another controller")
        raise AwsError(
            f"{parts['service']} of {stack} is deployed by {controller}, in task sets: it has no "
            "task definition of its own, and these commands take services that ECS deploys"
        )
    task = describe_task_definition(clients, found["taskDefinition"])
    groups, prefixes = log_groups_of(task)
    near = _near(chosen, resources, services)
    built = near if _of(near, "AWS::CodePipeline::Pipeline") else _pipeline_stack(clients, stack)
    own_logs = set(groups.values())
    return DeployedService(
        region=parts["region"],
        account=parts["account"],
        stack=stack,
        logical_id=chosen.logical_id,
        cluster=parts["cluster"],
        service=parts["service"],
        arn=chosen.physical_id,
        task_definition=found["taskDefinition"],
        containers=tuple(each["name"] for each in task["containerDefinitions"]),
        log_groups=groups,
        log_prefixes=prefixes,
        target_groups=_target_groups(found),
        registries=tuple(
            each["registryArn"].rpartition("/")[2] for each in found.get("serviceRegistries", ())
        ),
        http_apis=_of(near, "AWS::ApiGatewayV2::Api"),
        load_balancers=_of(near, "AWS::ElasticLoadBalancingV2::LoadBalancer"),
        distributions=_of(near, "AWS::CloudFront::Distribution"),
        pipelines=_of(built, "AWS::CodePipeline::Pipeline"),
        projects=_of(built, "AWS::CodeBuild::Project"),
        repositories=_of(built, "AWS::ECR::Repository"),
        alarms=_of(near, "AWS::CloudWatch::Alarm"),
        composite_alarms=_of(near, "AWS::CloudWatch::CompositeAlarm"),
        dashboards=_of(near, "AWS::CloudWatch::Dashboard"),
        event_log_groups=tuple(
            name for name in _of(near, "AWS::Logs::LogGroup") if name not in own_logs
        ),
    )


def log_groups_of(task: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the log groups, and the prefixes of the streams, of a task definition's containers.

    Containers that log by another driver than ``awslogs`` are left out.
    """
    groups, prefixes = {}, {}
    for container in task["containerDefinitions"]:
        logging = container.get("logConfiguration", {})
        options = logging.get("options", {})
        if logging.get("logDriver") == "awslogs" and "awslogs-group" in options:
            groups[container["name"]] = options["awslogs-group"]
            prefixes[container["name"]] = options.get("awslogs-stream-prefix", "")
    return groups, prefixes


def _target_groups(service: Mapping[str, Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for each in service.get("loadBalancers", ()):
        alternate = each.get("advancedConfiguration", {}).get("alternateTargetGroupArn")
        found.update(dict.fromkeys(filter(None, (each.get("targetGroupArn"), alternate))))
    return tuple(found)


def _near(
    chosen: StackResource, resources: Iterable[StackResource], services: Sequence[StackResource]
) -> Sequence[StackResource]:
    """Return the resources of a stack that are not nearer to another of its services.

    The CDK begins logical ids with the path of the construct: those of one construct begin alike.
    """

    def shared(resource: StackResource, service: StackResource) -> int:
        pairs = zip(resource.logical_id, service.logical_id, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    return [
        each
        for each in resources
        if all(shared(each, chosen) >= shared(each, other) for other in services)
    ]


def _of(resources: Iterable[StackResource], kind: str) -> tuple[str, ...]:
    return tuple(each.physical_id for each in resources if each.type == kind and each.physical_id)


def _pipeline_stack(clients: AwsClients, stack: str) -> Sequence[StackResource]:
    """Return the resources of the stack beside a service's that has its pipeline, if there is."""
    try:
        return stack_resources(clients, _PIPELINE_STACK.format(stack)) or ()
    except AwsError as failure:
        if failure.denied:
            return ()
        raise


def _choose(services: Sequence[StackResource], wanted: str | None, stack: str) -> StackResource:
    if wanted is None and len(services) == 1:
        return services[0]
    names = {each.physical_id.rpartition("/")[2]: each for each in services}
    if wanted is None:
        raise AwsError(
            f"the stack {stack} has {len(services)} services; name one with --ecs-service: "
            f"{', '.join(sorted(names))}"
        )
    ways: tuple[Callable[[StackResource], bool], ...] = (
        lambda each: wanted in {each.physical_id.rpartition("/")[2], each.logical_id},
        lambda each: each.logical_id.lower().startswith(wanted.lower()),
    )
    for fits in ways:
        found = list(filter(fits, services))
        if len(found) == 1:
            return found[0]
    raise AwsError(f"the stack {stack} has no service {wanted}{_suggested(wanted, names)}")


def _only_stack(clients: AwsClients, environment: str | None) -> str:
    stacks = service_stacks(clients)
    if not stacks:
        raise AwsError(
            f"no stack in {clients.region} has a service of Amazon ECS; name another region with "
            "--region, or another account's profile with --aws-profile"
        )
    fitting = [each for each in stacks if environment is None or each.is_of(environment)]
    if len(fitting) == 1:
        return fitting[0].name
    if not fitting:
        raise AwsError(
            f"no stack of the environment {environment} in {clients.region} has a service"
            f"{_listed([each.name for each in stacks])}"
        )
    of = f" of the environment {environment}" if environment else ""
    raise AwsError(
        f"{len(fitting)} stacks{of} in {clients.region} have a service; name one with --stack: "
        f"{_some([each.name for each in fitting])}"
    )


def _no_stack(clients: AwsClients, name: str) -> str:
    """Say that there is no such stack, and where there is one, or which there are."""
    missing = f"there is no stack {name} in {clients.region}"
    regions = regions_with_stack(clients, name)
    if len(regions) == 1:
        return f"{missing}, but there is one in {regions[0]}; add --region {regions[0]}"
    if regions:
        return f"{missing}, but there are some in {', '.join(regions)}; name one with --region"
    return f"{missing}, nor in another region{_suggested(name, _names_of_stacks(clients))}"


def _names_of_stacks(clients: AwsClients) -> Sequence[str]:
    try:
        return [each.name for each in service_stacks(clients)]
    except AwsError:
        # What is wrong with the stack's name is worth telling without them.
        return ()


def _suggested(name: str, known: Iterable[str]) -> str:
    names = list(known)
    meant = nearest(name, names)
    return f"; did you mean {meant}?" if meant else _listed(names)


def _listed(names: Sequence[str]) -> str:
    return f"; there are: {_some(names)}" if names else ""


def _some(names: Iterable[str]) -> str:
    ordered = sorted(names)
    more = len(ordered) - _MOST_NAMED
    return ", ".join(ordered[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
