"""What is decided for a service where its caller says nothing."""

from aws_cdk import Duration, RemovalPolicy, Stack, Token
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_containers.container_cluster import ContainerCluster
from serverless_containers.plan import PlanOptions
from serverless_containers.workload.network import (
    IngressRequirements,
    Placement,
    existing_placement,
)
from serverless_containers.workload.service_props import ServiceProps
from serverless_containers.workload.task.stop_delay import StopDelay

_UTILITY_IMAGE = "public.ecr.aws/docker/library/busybox:1.37.0"
_DEFAULT_STOP_DELAY = Duration.seconds(10)


def plan_options(props: ServiceProps) -> PlanOptions:
    """What the caller decides over the files."""
    cpu, memory = props.get("cpu"), props.get("memory_limit_mib")
    # Of a pair that is half unknown nothing can be said.
    known = not any(number is not None and Token.is_unresolved(number) for number in (cpu, memory))
    return PlanOptions(
        entrypoint=props.get("entrypoint"),
        port=props.get("port"),
        cpu=int(cpu) if known and cpu is not None else None,
        memory_mib=int(memory) if known and memory is not None else None,
        execute=props.get("enable_execute_command", False),
    )


_DECIDED_BY_CLUSTER = (
    "network_profile",
    "high_availability",
    "availability_zones",
    "vpc",
    "vpc_subnets",
    "assign_public_ip",
    "container_insights",
)


def shared_cluster(props: ServiceProps) -> ContainerCluster | None:
    """The ContainerCluster that the caller has, if the cluster is one.

    Raises:
        ValueError: If the caller also decides what such a cluster decides.
    """
    cluster = props.get("cluster")
    if not isinstance(cluster, ContainerCluster):
        return None
    decided = [name for name in _DECIDED_BY_CLUSTER if props.get(name) is not None]
    if decided:
        raise ValueError(
            f"{', '.join(decided)}: a ContainerCluster decides that for all its services; leave it "
            "out here, and give it to the ContainerCluster where that takes it"
        )
    return cluster


def given_cluster(props: ServiceProps) -> ecs.ICluster | None:
    """The cluster that the caller has.

    Raises:
        ValueError: If the caller also decides what such a cluster decides.
    """
    cluster = props.get("cluster")
    if shared_cluster(props) is None and cluster and props.get("container_insights") is not None:
        raise ValueError(
            "container_insights: a cluster that is given decides that; leave it out here, and set "
            "container_insights_v2 of the cluster"
        )
    if cluster and isinstance(cluster.node.scope, ContainerCluster):
        raise ValueError(
            "cluster: give the ContainerCluster itself, which knows where its tasks are put, and "
            "not the ECS cluster in it"
        )
    return cluster.cluster if isinstance(cluster, ContainerCluster) else cluster


def check_same_place(scope: Construct, cluster: ContainerCluster) -> None:
    """Refuse a cluster of another account or region.

    Raises:
        ValueError: If it is one, as far as that is known.
    """
    theirs, ours = Stack.of(cluster), Stack.of(scope)
    for what, one, other in (
        ("region", theirs.region, ours.region),
        ("account", theirs.account, ours.account),
    ):
        if one != other and not Token.is_unresolved(one) and not Token.is_unresolved(other):
            raise ValueError(
                f"cluster: {cluster.node.path!r} is in the {what} {one}, and the service in "
                f"{other}; a service is where its cluster is"
            )


def given_cluster_name(props: ServiceProps) -> str | None:
    """Its name, which is known at synthesis where the cluster is a ContainerCluster."""
    cluster = props.get("cluster")
    return cluster.cluster_name if cluster else None


def given_placement(props: ServiceProps) -> Placement | None:
    """Where the tasks are put, if the caller has a VPC, or a cluster that somebody else made."""
    cluster = given_cluster(props)
    # A service is in its cluster's VPC.
    vpc = props.get("vpc") or (cluster.vpc if cluster else None)
    if vpc is None or shared_cluster(props):
        return None
    return existing_placement(
        vpc, props.get("vpc_subnets"), assign_public_ip=props.get("assign_public_ip")
    )


def log_retention(props: ServiceProps) -> logs.RetentionDays:
    """How long logs are kept."""
    return props.get("log_retention", logs.RetentionDays.ONE_MONTH)


def removal_policy(props: ServiceProps) -> RemovalPolicy:
    """What becomes of the logs."""
    return props.get("removal_policy", RemovalPolicy.DESTROY)


def stop_delay(
    props: ServiceProps, placement: Placement, ingress: IngressRequirements
) -> StopDelay | None:
    """What keeps the entrypoint serving for a while, if anything does."""
    needed = can_pull_utility(props, placement) and not ingress.drains
    default = _DEFAULT_STOP_DELAY if needed else Duration.seconds(0)
    seconds = int(props.get("stop_delay", default).to_seconds())
    if not seconds:
        return None
    return StopDelay(seconds=seconds, image=utility_image(props))


def can_pull_utility(props: ServiceProps, placement: Placement) -> bool:
    """Whether tasks can pull the small image."""
    return "utility_image" in props or placement.reaches_internet


def utility_image(props: ServiceProps) -> ecs.ContainerImage:
    """The small image."""
    given = props.get("utility_image")
    return given or ecs.ContainerImage.from_registry(_UTILITY_IMAGE)
