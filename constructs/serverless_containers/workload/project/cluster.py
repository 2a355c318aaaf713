"""ECS clusters: one that several services share, with its network, or one of a service's own."""

from collections.abc import Sequence

from aws_cdk import Acknowledgment, Names, RemovalPolicy, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_servicediscovery as servicediscovery
from constructs import Construct

from serverless_containers.arguments.keywords import checks_keywords
from serverless_containers.workload.project.network import (
    SHARED_NETWORK,
    Network,
    NetworkProfile,
)
from serverless_containers.workload.project.sessions import SessionLog
from serverless_containers.workload.task.logging import encrypt_logs

_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


def name_known_before(scope: Construct) -> str:
    """Return the name of a cluster or a service, which a pipeline knows before it is there.

    Args:
        scope: The construct that makes it, by whose path it is named.
    """
    return Names.unique_resource_name(scope, max_length=200, separator="-")


class ContainerCluster(Construct):
    """An ECS cluster in a VPC of its own, for all the services of an environment.

    Given as ``cluster`` to a ContainerApi and a ContainerHosting, it makes them share what an
    account has few of: five VPCs and five Elastic IP addresses in a region ("Amazon VPC quotas"),
    and what costs most when idle: NAT gateways and interface endpoints. An endpoint that a service
    needs is added when the service is.

    Its network meets the requirements of every ingress, so that adding one later replaces no
    subnet. Services of other stacks refer to it by exports; see `exported_values`. A change that
    takes away zones or the way out is deployed to the services' stacks first, which then import
    less; a service that goes is destroyed before its stack is taken out of the app.

    Attributes:
        network: Its network.
        cluster: The ECS cluster.
        session_log: The log of the sessions of ECS Exec, if there is one.
        cluster_name: Its name, which stays the same.
        namespace: The private Cloud Map namespace in which ContainerApis register their tasks.
    """

    @checks_keywords
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        network_profile: NetworkProfile = NetworkProfile.PUBLIC,
        high_availability: bool = False,
        availability_zones: Sequence[str] | None = None,
        container_insights: ecs.ContainerInsights | None = None,
        session_log: bool = False,
        log_encryption_key: kms.IKey | None = None,
        log_retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH,
        removal_policy: RemovalPolicy = RemovalPolicy.DESTROY,
    ) -> None:
        """Make a cluster and its network for the services of an environment.

        Args:
            scope: The construct above.
            construct_id: Its id there.
            network_profile: The way to the outside. Default: PUBLIC.
            high_availability: Three availability zones instead of one. Default: False.
            availability_zones: The zones by name. Default: the region's first ones, or those of a
                table where not every zone of the region has VPC links.
            container_insights: The metrics that CloudWatch collects of its tasks, which are billed
                by their number: ENABLED, ENHANCED (by task and container, too) or DISABLED.
                Default: ENABLED.
            session_log: Whether a log group keeps what is typed and shown in sessions of ECS Exec,
                which outlives the stack. Services with ``enable_execute_command`` may then write to
                it; see `Logging`. Default: False.
            log_encryption_key: The key of its log groups, and of the data of sessions that are
                logged; see `Logging`. Default: CloudWatch Logs encrypts them with a key of its own.
            log_retention: The time for which flow logs and sessions are kept. Default: one month.
            removal_policy: Their removal policy when the stack is deleted. Default: they are
                deleted.
        """
        super().__init__(scope, construct_id)
        self.network = Network(
            self,
            "Network",
            profile=network_profile,
            high_availability=high_availability,
            availability_zones=availability_zones,
            requirements=SHARED_NETWORK,
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        self.session_log = (
            SessionLog(self, retention=log_retention, key=log_encryption_key)
            if session_log
            else None
        )
        self.cluster_name = name_known_before(self)
        self.cluster = make_cluster(
            self,
            name=self.cluster_name,
            vpc=self.network.vpc,
            insights=container_insights,
            sessions=self.session_log,
        )
        domain = Names.unique_resource_name(self, max_length=48, separator="-").lower()
        self.namespace = servicediscovery.PrivateDnsNamespace(
            self, "Namespace", name=f"{domain}.internal", vpc=self.network.vpc
        )
        # It takes a minute, in which ECS's service-linked role spreads.
        associate_fargate(self.cluster).node.add_dependency(self.namespace)
        if log_encryption_key is not None:
            encrypt_logs(self, log_encryption_key)

    @property
    def vpc(self) -> ec2.Vpc:
        """Its VPC."""
        return self.network.vpc

    @property
    def exported_values(self) -> Sequence[str]:
        """The values that stacks of services import; give each to ``Stack.export_value``.

        The CDK exports a value while something imports it, and CloudFormation deletes no export
        that is imported. What is exported by hand stays, and a change such as that of the
        ``network_profile`` goes through in one deployment.
        """
        return [
            self.vpc.vpc_id,
            *(
                subnet.subnet_id
                for group in ("Public", "Private")
                for subnet in self.vpc.select_subnets(subnet_group_name=group).subnets
            ),
            self.cluster.cluster_name,
            self.cluster.cluster_arn,
            self.namespace.namespace_id,
        ]


def make_cluster(
    scope: Construct,
    *,
    name: str,
    vpc: ec2.IVpc,
    insights: ecs.ContainerInsights | None,
    sessions: SessionLog | None = None,
) -> ecs.Cluster:
    """Make a cluster, as ``Cluster``.

    Args:
        scope: The construct above it.
        name: Its name.
        vpc: The VPC of its services.
        insights: The metrics of Container Insights, which are billed by their number. None:
            ENABLED.
        sessions: The log of the sessions of ECS Exec, if there is one.
    """
    insights = insights or ecs.ContainerInsights.ENABLED
    cluster = ecs.Cluster(
        scope,
        "Cluster",
        cluster_name=name,
        vpc=vpc,
        container_insights_v2=insights,
        execute_command_configuration=sessions.configuration if sessions else None,
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
