"""Where a service finds its capacity."""

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct

_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


def make_cluster(
    scope: Construct, *, name: str | None, vpc: ec2.IVpc, insights: ecs.ContainerInsights | None
) -> ecs.Cluster:
    """Make a cluster, as ``Cluster``.

    Args:
        scope: Where it is made.
        name: Its name. None leaves it to CloudFormation.
        vpc: The VPC of its services.
        insights: The metrics of Container Insights, which are billed by their number. None:
            ENABLED.
    """
    insights = insights or ecs.ContainerInsights.ENABLED
    cluster = ecs.Cluster(
        scope, "Cluster", cluster_name=name, vpc=vpc, container_insights_v2=insights
    )
    if insights is ecs.ContainerInsights.DISABLED:
        Validations.of(cluster).acknowledge(
            Acknowledgment(
                id="AwsSolutions-ECS4",
                reason="Container Insights, which are billed by metric, were turned off.",
            )
        )
    return cluster


def associate_fargate(cluster: ecs.Cluster) -> ecs.CfnClusterCapacityProviderAssociations:
    """Let a cluster use Fargate's capacity providers; what a service has to depend on.

    The CDK does the same while it synthesizes, where nothing can depend on it. Without a dependency
    the association is deleted before the service, and fails: the capacity provider is in use.

    The first cluster of an account makes ECS create its service-linked role, and an association
    that comes before that role has spread fails ("Using service-linked roles for Amazon ECS",
    Amazon ECS Developer Guide). It should depend on something that takes longer.

    Args:
        cluster: The cluster.
    """
    # The place that the CDK gives it, and so the same logical id.
    return ecs.CfnClusterCapacityProviderAssociations(
        cluster,
        cluster.node.id,
        cluster=cluster.cluster_name,
        capacity_providers=list(_PROVIDERS),
        default_capacity_provider_strategy=[],
    )
