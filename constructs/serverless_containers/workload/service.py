"""A Compose project as a Fargate service: what an ingress is put in front of."""

from collections.abc import Mapping
from pathlib import Path
from typing import Unpack

from aws_cdk import Names, RemovalPolicy, Tags
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct, IConstruct

from serverless_containers.arguments.keywords import checks_keywords
from serverless_containers.build_pipeline import BuildPipeline
from serverless_containers.plan import Architecture
from serverless_containers.workload.images import BuiltImages
from serverless_containers.workload.network import (
    IngressRequirements,
    Network,
    NetworkProfile,
    Placement,
)
from serverless_containers.workload.scaling import scale
from serverless_containers.workload.service_access import (
    check_given,
    given_secrets,
    grant_access,
    service_secrets,
    variables_for_all,
)
from serverless_containers.workload.service_checks import check_task, warn_of_one_task
from serverless_containers.workload.service_defaults import (
    check_same_place,
    given_cluster,
    given_cluster_name,
    given_placement,
    log_retention,
    plan_options,
    removal_policy,
    shared_cluster,
    stop_delay,
    utility_image,
)
from serverless_containers.workload.service_props import ServiceProps
from serverless_containers.workload.source import read_source
from serverless_containers.workload.task.capacity import associate_fargate, make_cluster
from serverless_containers.workload.task.execute_command import enable_execute_command
from serverless_containers.workload.task.task import Task


class ContainerService(Construct):
    """A Fargate service that runs a Compose project and rolls out safely.

    All services of the project run in one task and reach each other at localhost. A deployment
    starts new tasks before it stops old ones (100 and 200 percent), the other way round where a
    store must not run twice (0 and 100), and rolls itself back when they do not become healthy
    (circuit breaker). The platform version is fixed. Nothing can reach the
    tasks until an ingress is opened to `port`.

    Args:
        source: The folder with the Compose file or the lone Dockerfile, or the Compose file itself.
        ingress: What the ingress to it asks for.
        **props: See `ServiceProps`.

    Raises:
        InvalidSourceError: With every error in the files, if there is one.
        ValueError: If arguments contradict each other.

    Attributes:
        plan: What was made of the files.
        port: The port of the entrypoint that receives the traffic.
        service: The ECS service.
        cluster: Its cluster.
        vpc: Its VPC.
        placement: Where its tasks are put.
        task_subnets: The subnets of its tasks.
        task_definition: Its task definition.
        containers: The containers by service name.
        log_groups: Their log groups by service name.
        file_system: The file system of named volumes, if there are any.
        secrets: What its containers read, but for what was given one by one.
        environment: The variables that every container gets, over those of the files.
    """

    @checks_keywords
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: str | Path,
        ingress: IngressRequirements | None = None,
        **props: Unpack[ServiceProps],
    ) -> None:
        super().__init__(scope, construct_id)
        if props.get("scaling") and props.get("desired_count") is not None:
            raise ValueError(
                "desired_count and scaling exclude each other: a deployment would reset the number "
                "of tasks that scaling has chosen; set scaling.min_capacity instead"
            )
        self.plan = read_source(
            self,
            source,
            plan_options(props),
            environment=props.get("environment_name"),
            suppress=props.get("suppress", ()),
            policies=props.get("custom_policies"),
        )
        self.port = self.plan.port
        self.secrets = service_secrets(self, self.plan, props, source)
        self.environment = variables_for_all(self.plan, props)
        self._images = self._prepare_images(props)
        self._ingress = ingress or IngressRequirements()
        self.placement = placement = self._place(props)
        self.vpc = placement.vpc
        self.task_subnets = placement.subnets
        task = self._make_task(props, placement)
        self.task_definition = task.definition
        self.containers: Mapping[str, ecs.ContainerDefinition] = task.containers
        self.log_groups: Mapping[str, logs.LogGroup] = task.log_groups
        self.entrypoint = task.entrypoint
        self.file_system = task.storage.file_system
        self._capacity: ecs.CfnClusterCapacityProviderAssociations | None = None
        self.cluster = given_cluster(props) or self._make_cluster(props)
        self._images.allow_to_run(self.task_definition)
        self.service = self._make_service(props, placement)
        self.service.node.add_dependency(*placement.ready, *task.storage.ready, *self._images.ready)
        definition = self.task_definition.node.default_child
        if self._images.ready and definition is not None:
            definition.node.add_dependency(*self._images.ready)
        task.storage.connect(self.service)
        for key, value in self.plan.tags.items():
            Tags.of(self.service).add(key, value)
        grant_access(self, self.task_definition, self.plan, props, self.secrets)

    @property
    def build_pipeline(self) -> BuildPipeline | None:
        """The pipeline that builds the images, if one does."""
        return self._images.pipeline

    def _architecture(self, props: ServiceProps) -> Architecture:
        return props.get("architecture") or self.plan.architecture or Architecture.X86_64

    def _prepare_images(self, props: ServiceProps) -> BuiltImages:
        images = props.get("images")
        if images is None or isinstance(images, Mapping):
            return BuiltImages.local_build()
        # By these names a pipeline finds what does not exist when it is made.
        name = Names.unique_resource_name(self, max_length=200, separator="-")
        return images.prepare(
            self,
            self.plan,
            self._architecture(props),
            cluster_name=given_cluster_name(props) or name,
            service_name=props.get("service_name") or name,
        )

    def _place(self, props: ServiceProps) -> Placement:
        given = given_placement(props)
        if given is not None:
            return given
        shared = shared_cluster(props)
        if shared:
            check_same_place(self, shared)
        network = shared.network if shared else self._make_network(props)
        return network.place(
            secrets=self.secrets.stores, execute=props.get("enable_execute_command", False)
        )

    def _make_network(self, props: ServiceProps) -> Network:
        return Network(
            self,
            "Network",
            profile=props.get("network_profile", NetworkProfile.PUBLIC),
            high_availability=props.get("high_availability", False),
            availability_zones=props.get("availability_zones"),
            log_retention=log_retention(props),
            removal_policy=removal_policy(props),
            ingress=self._ingress,
        )

    def _make_cluster(self, props: ServiceProps) -> ecs.Cluster:
        cluster = make_cluster(
            self,
            name=self._images.cluster_name,
            vpc=self.vpc,
            insights=props.get("container_insights"),
        )
        self._capacity = associate_fargate(cluster)
        return cluster

    def associate_capacity_after(self, construct: IConstruct) -> None:
        """Let the cluster have its capacity once something is there that takes a minute.

        Until then ECS's service-linked role has spread, where the cluster is an account's first.
        """
        if self._capacity is not None:
            self._capacity.node.add_dependency(construct)

    def _make_task(self, props: ServiceProps, placement: Placement) -> Task:
        given = props.get("images")
        given = given if isinstance(given, Mapping) else {}
        check_given("images", given, [each.name for each in self.plan.containers])
        delay = stop_delay(props, placement, self._ingress)
        check_task(self, self.plan, props, placement, delays_stop=delay is not None)
        return Task(
            self,
            "Task",
            plan=self.plan,
            images=self._images,
            given_images=given,
            environment=self.environment,
            secrets={**given_secrets(props), **self.secrets.for_containers(self)},
            cpu=props.get("cpu"),
            memory_limit_mib=props.get("memory_limit_mib"),
            architecture=self._architecture(props),
            ephemeral_storage_gib=props.get("ephemeral_storage_gib"),
            log_retention=log_retention(props),
            stop_delay=delay,
            utility_image=utility_image(props),
            placement=placement,
            volume_removal_policy=props.get("volume_removal_policy", RemovalPolicy.RETAIN),
        )

    def _make_service(self, props: ServiceProps, placement: Placement) -> ecs.FargateService:
        scaling, rollout = props.get("scaling"), self.plan.rollout
        service = ecs.FargateService(
            self,
            "Service",
            cluster=self.cluster,
            service_name=self._images.service_name or props.get("service_name"),
            task_definition=self.task_definition,
            # A count in the template would undo at each deployment what scaling has chosen.
            desired_count=None if scaling else self._count(props),
            capacity_provider_strategies=[
                ecs.CapacityProviderStrategy(
                    capacity_provider="FARGATE_SPOT" if props.get("spot") else "FARGATE", weight=1
                )
            ],
            platform_version=ecs.FargatePlatformVersion.VERSION1_4,
            circuit_breaker=ecs.DeploymentCircuitBreaker(
                enable=rollout.circuit_breaker, rollback=rollout.rollback
            ),
            min_healthy_percent=rollout.min_healthy_percent,
            max_healthy_percent=rollout.max_healthy_percent,
            # Rebalancing starts a task before it stops one, which takes more than 100 percent.
            availability_zone_rebalancing=ecs.AvailabilityZoneRebalancing.ENABLED
            if rollout.max_healthy_percent > 100
            else ecs.AvailabilityZoneRebalancing.DISABLED,
            assign_public_ip=placement.assign_public_ip,
            vpc_subnets=placement.subnets,
            security_groups=list(props.get("security_groups", ()))
            or [
                ec2.SecurityGroup(
                    self,
                    "SecurityGroup",
                    vpc=self.vpc,
                    # Another description is another group, and a project can be renamed.
                    description="Tasks behind an entrypoint",
                )
            ],
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
            enable_ecs_managed_tags=True,
        )
        if self._capacity is not None:
            service.node.add_dependency(self._capacity)
        if scaling is not None:
            scale(service, scaling)
        if props.get("enable_execute_command"):
            enable_execute_command(service, self.task_definition)
        # Tasks that start before they may pull an image, or reach it, only fail and are retried.
        if self.task_definition.execution_role is not None:
            service.node.add_dependency(self.task_definition.execution_role)
        return service

    def _count(self, props: ServiceProps) -> float:
        given = props.get("desired_count")
        if given is not None:
            return given
        if self.plan.replicas is not None:
            return self.plan.replicas
        # One task uses one of the zones that were paid for.
        shared = shared_cluster(props)
        spread = shared.network.high_availability if shared else props.get("high_availability")
        warn_of_one_task(self, self.plan, spread=bool(spread))
        return 2 if spread and self.plan.exclusive is None else 1
