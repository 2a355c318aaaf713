"""CloudFormation stacks, what is in them, and which of them have a service of Amazon ECS."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import md5
from typing import Any

from serverless_containers.aws_api.clients import AwsClients, call, call_pages
from serverless_containers.aws_api.errors import AwsError

_STACK_TAG = "aws:cloudformation:stack-name"
"""Tag that CloudFormation gives to resources: "Resource tag", AWS CloudFormation User Guide."""
_PARALLEL = 8
_HIDDEN_ID = "Default"
"""Id that the CDK leaves out of logical ids."""
_SERVICES_AT_ONCE = 10
""""DescribeServices", Amazon ECS API Reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackResource:
    """A resource of a stack.

    Attributes:
        logical_id: Its name in the template.
        physical_id: Its name or ARN; empty until it is made.
        type: Its type, ``AWS::ECS::Service``.
    """

    logical_id: str
    physical_id: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStack:
    """A stack that has a service of Amazon ECS, found by the service.

    Attributes:
        name: The stack's name.
        tags: The service's tags.
    """

    name: str
    tags: Mapping[str, str]

    def is_of(self, environment: str) -> bool:
        """Return whether it belongs to an environment: by its tag, or as a part of its name."""
        tagged = {key.lower(): value for key, value in self.tags.items()}.get("environment")
        if tagged is not None:
            return tagged.lower() == environment.lower()
        return f"-{environment}-".lower() in f"-{self.name}-".lower()


def stack_resources(clients: AwsClients, stack: str) -> Sequence[StackResource] | None:
    """Return the resources of a stack.

    Args:
        clients: The clients.
        stack: The stack's name or ARN.

    Returns:
        Its resources; None if there is no such stack.

    Raises:
        AwsError: If CloudFormation does not tell.
    """
    try:
        found = call_pages(
            clients.cloudformation,
            "list_stack_resources",
            stack,
            "StackResourceSummaries",
            StackName=stack,
        )
    except AwsError as failure:
        if is_missing_stack(failure):
            return None
        raise
    return [
        StackResource(
            logical_id=each["LogicalResourceId"],
            physical_id=each.get("PhysicalResourceId", ""),
            type=each["ResourceType"],
        )
        for each in found
        if each["ResourceStatus"] != "DELETE_COMPLETE"
    ]


def path_of_stack(path: str, logical_id: str) -> str:
    """Return the path of the stack in which a resource is: all before the resource's own ids.

    A logical id ends with a digest of the ids below the stack, which tells where they begin; that
    of a resource right below it is the resource's own id ("Logical IDs", AWS CDK Developer Guide).

    Args:
        path: The path of the resource in its CDK app, ``staging/Api/Web/Service``.
        logical_id: Its name in the template.

    Returns:
        The path, ``staging/Api``; empty if the logical id was not made of the path.
    """
    ids = path.split("/")
    for start in range(1, len(ids)):
        own = [each for each in ids[start:] if each != _HIDDEN_ID]
        if len(own) == 1 and logical_id == "".join(filter(str.isalnum, own[0])):
            return "/".join(ids[:start])
        # Not for security: it is the CDK's digest.
        digest = md5("/".join(own).encode(), usedforsecurity=False).hexdigest()[:8].upper()
        if logical_id.endswith(digest):
            return "/".join(ids[:start])
    return ""


def is_missing_stack(failure: AwsError) -> bool:
    """Return whether CloudFormation says that it has no such stack, or that no stack can be so."""
    return failure.code == "ValidationError"


def service_stacks(clients: AwsClients) -> Sequence[ServiceStack]:
    """Return the stacks of the region that have a service, in the order of their names.

    Raises:
        AwsError: If ECS or CloudFormation does not tell.
    """
    arns = [
        (cluster, service)
        for cluster in call_pages(clients.ecs, "list_clusters", "the clusters", "clusterArns")
        for service in call_pages(
            clients.ecs, "list_services", cluster, "serviceArns", cluster=cluster
        )
    ]
    found: dict[str, ServiceStack] = {}
    for cluster, services in _by_cluster(arns):
        for start in range(0, len(services), _SERVICES_AT_ONCE):
            some = services[start : start + _SERVICES_AT_ONCE]
            answer = call(
                clients.ecs,
                "describe_services",
                cluster,
                cluster=cluster,
                services=some,
                include=["TAGS"],
            )
            for service in answer["services"]:
                tags = {tag["key"]: tag.get("value", "") for tag in service.get("tags", ())}
                name = tags.get(_STACK_TAG) or _stack_of(clients, service["serviceArn"])
                if name:
                    found.setdefault(name, ServiceStack(name=name, tags=tags))
    return [found[name] for name in sorted(found)]


def regions_with_stack(clients: AwsClients, stack: str) -> Sequence[str]:
    """Return the other regions that have a stack of a name.

    A region that does not answer, because it is not enabled or not allowed, has none.
    """
    others = [region for region in clients.regions() if region != clients.region]

    def has(region: str) -> bool:
        try:
            call(
                clients.in_region(region).cloudformation, "describe_stacks", stack, StackName=stack
            )
        except AwsError:
            return False
        return True

    return [region for region, found in zip(others, in_parallel(has, others), strict=True) if found]


def in_parallel(
    work: Callable[[Any], Any], entries: Iterable[Any], *, at_once: int = _PARALLEL
) -> Sequence[Any]:
    """Return the results of a function for each of some entries, in their order.

    Args:
        work: The function. Whatever it raises is raised here.
        entries: Its arguments.
        at_once: The number of threads.
    """
    with ThreadPoolExecutor(max_workers=at_once) as threads:
        return list(threads.map(work, entries))


def _by_cluster(arns: Iterable[tuple[str, str]]) -> Iterable[tuple[str, list[str]]]:
    clusters: dict[str, list[str]] = {}
    for cluster, service in arns:
        clusters.setdefault(cluster, []).append(service)
    return clusters.items()


def _stack_of(clients: AwsClients, physical_id: str) -> str | None:
    """Return the stack that a resource is in; None if none is."""
    try:
        answer = call(
            clients.cloudformation,
            "describe_stack_resources",
            physical_id,
            PhysicalResourceId=physical_id,
        )
    except AwsError as failure:
        if is_missing_stack(failure):
            return None
        raise
    return next((each["StackName"] for each in answer["StackResources"]), None)
