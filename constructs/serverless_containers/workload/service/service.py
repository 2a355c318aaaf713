"""A Fargate service of a Compose project, in front of which an ingress is put."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Unpack

from aws_cdk import Duration, RemovalPolicy, Tags, Token
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_containers.arguments.keywords import checks_keywords
from serverless_containers.arguments.ranges import check_range
from serverless_containers.iam.custom_policies import attach_policies
from serverless_containers.iam.resource_access import merge_environment
from serverless_containers.iam.wildcards import allow_without_resource
from serverless_containers.plan import Architecture, PlanOptions, TaskPlan
from serverless_containers.plan.exclusive import way_out
from serverless_containers.plan.model import ContainerRole
from serverless_containers.plan.utility_containers import (
    MOST_CONTAINERS,
    UTILITY_IMAGE,
    with_stop_delay,
    without_hosts,
)
from serverless_containers.workload.project.network import IngressRequirements, Placement
from serverless_containers.workload.project.project import Project, check_given
from serverless_containers.workload.service.capacity import spare_capacity, strategies_of
from serverless_containers.workload.service.checks import (
    check_task,
    note_missing_delay,
    warn_of_missing_names,
    warn_of_one_task,
)
from serverless_containers.workload.service.props import ServiceProps
from serverless_containers.workload.service.scaling import (
    scale,
    scale_on_requests,
    scale_on_requests_of_targets,
)
from serverless_containers.workload.task.logging import Logging
from serverless_containers.workload.task.task import Task
from serverless_containers.workload.task.tracing import allow_traces

_MOST_TASKS = 5000
_QUOTAS = "Amazon ECS service quotas, Amazon ECS Developer Guide: tasks per service"
_STORAGE = "EphemeralStorage, Amazon ECS API Reference"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_DEFAULT_STOP_DELAY = Duration.seconds(10)


class ProjectService(Construct):
    """A Fargate service of a Compose project, which rolls out safely.

    All services of the project run in one task and reach each other by name. A deployment
    starts new tasks before it stops old ones (100 and 200 percent), is asked for the other order
    where a store must not run twice (0 and 100), and rolls itself back when they do not become
    healthy (circuit breaker). The platform version is fixed. Nothing can reach the tasks until an
    ingress is opened to `port`.

    Attributes:
        project: The project that it is a service of.
        plan: The plan of its task.
        images: The images of its containers.
        service: The ECS service.
        service_name: Its name, which is known before it is made.
        cluster: Its cluster.
        vpc: Its VPC.
        placement: The place of its tasks in the VPC.
        task_definition: Its task definition.
        containers: The containers by service name.
        log_groups: Their log groups by service name.
        file_system: The file system of named volumes, if there are any.
        secrets: The secrets of its containers, but for those that were given one by one.
        environment: The variables that every container gets, over those of the files.
    """

    @checks_keywords
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: str | Path,
        requirements: IngressRequirements | None = None,
        **props: Unpack[ServiceProps],
    ) -> None:
        """Read a project, and make a service of it.

        Args:
            scope: The construct above.
            construct_id: Its id there.
            source: The folder with the Compose file or the lone Dockerfile, or the Compose file
                itself.
            requirements: The requirements of its ingress. Default: those of an HTTP API.
            **props: See `ServiceProps`.

        Raises:
            InvalidSourceError: With every error in the files, if there is one.
            ValueError: If arguments contradict each other.
        """
        super().__init__(scope, construct_id)
        if props.get("scaling") and props.get("desired_count") is not None:
            raise ValueError(
                "desired_count and scaling exclude each other: a deployment would reset the number "
                "of tasks that scaling has chosen; set scaling.min_capacity instead"
            )
        if props.get("keep_task_count") and props.get("desired_count") is not None:
            raise ValueError(
                "desired_count and keep_task_count exclude each other: a deployment either sets "
                "the number of tasks or leaves it as it is"
            )
        _check_values(props)
        self._requirements = requirements or IngressRequirements()
        self.project = Project(
            self,
            source=source,
            options=_plan_options(props, self._requirements),
            requirements=self._requirements,
            props=props,
        )
        self.plan = self.project.plan
        self.secrets = self.project.secrets
        self.environment = self._variables(props)
        self._architecture = (
            props.get("architecture") or self.plan.architecture or Architecture.X86_64
        )
        service_name = props.get("service_name") or self.project.name
        self.images = self.project.bind_images(
            architecture=self._architecture, service_name=service_name
        )
        logging = props.get("logging") or Logging()
        _check_logging(props, self.plan)
        self.placement = self.project.place(
            executes_commands=props.get("enable_execute_command", False),
            traces=props.get("tracing") is not None,
            session_key=logging.encryption_key if logging.sessions else None,
        )
        self.vpc = self.placement.vpc
        task = self._make_task(props)
        self.task_definition = task.definition
        self.containers: Mapping[str, ecs.ContainerDefinition] = task.containers
        self.log_groups: Mapping[str, logs.LogGroup] = task.log_groups
        self._entrypoint = task.entrypoint
        self.file_system = task.storage.file_system
        self.cluster = self.project.cluster(
            self.vpc,
            name=self.images.cluster_name,
            sessions=logging.sessions,
            session_key=logging.encryption_key,
        )
        self.images.allow_to_run(self.task_definition)
        self.service_name = self.images.service_name or service_name
        self._scaling = props.get("scaling")
        self.service = self._make_service(props, name=self.service_name)
        self.task_count = (
            scale(self.service, self._scaling, fewest=self._zones) if self._scaling else None
        )
        if not self._requirements.port and self.task_definition.execution_role is not None:
            # No ingress takes a minute to make; IAM's role and policy take about half of one.
            self.project.associate_capacity_after(self.task_definition.execution_role)
        self._wait_for(task)
        task.storage.connect(self.service)
        for key, value in self.plan.tags.items():
            Tags.of(self.service).add(key, value)
        self._grant(props)

    @property
    def entrypoint(self) -> ecs.ContainerDefinition:
        """The container that receives the traffic.

        Raises:
            ValueError: If none does.
        """
        if self._entrypoint is None:
            raise ValueError(f"no container of {self.node.path} receives traffic")
        return self._entrypoint

    @property
    def port(self) -> int:
        """The port of the entrypoint that receives the traffic.

        Raises:
            ValueError: If none does.
        """
        if self.plan.port is None:
            raise ValueError(f"no port of {self.node.path} receives traffic")
        return self.plan.port

    @property
    def _zones(self) -> int:
        """The zones that tasks are to be spread over, one task in each."""
        if self.plan.exclusive is not None or not self.project.high_availability:
            return 1
        return len(self.vpc.availability_zones)

    def auto_scale_task_count(
        self, *, min_capacity: float | None, max_capacity: float
    ) -> ecs.ScalableTaskCount:
        """Let the number of tasks scale, which no deployment sets then.

        Args:
            min_capacity: The fewest tasks. None: one a zone with high availability, else one.
            max_capacity: The most tasks.

        Raises:
            ValueError: If a service must not run twice.
        """
        if self.plan.exclusive is not None:
            raise ValueError(
                f"{self.plan.exclusive.service} must not run twice, and scaling would run it "
                "several times on the same volumes; "
                + way_out(self.plan.exclusive, instead="leave scaling out")
            )
        resource = self.service.node.default_child
        if isinstance(resource, ecs.CfnService):
            resource.desired_count = None
        self.task_count = self.service.auto_scale_task_count(
            min_capacity=self._zones if min_capacity is None else min_capacity,
            max_capacity=max_capacity,
        )
        return self.task_count

    @property
    def scales_on_requests(self) -> bool:
        """Whether the ingress has to say what counts the requests."""
        return self._scaling is not None and self._scaling.requests_per_task is not None

    def scale_on_requests(
        self, requests: cloudwatch.IMetric, *, group: elbv2.ApplicationTargetGroup | None = None
    ) -> None:
        """Let the service scale on the requests of its ingress, where it is to.

        Args:
            requests: The number of requests.
            group: The only target group that its tasks are ever in, if they are in one.
        """
        if self._scaling is None or self.task_count is None:
            return
        if group is not None:
            scale_on_requests_of_targets(self.task_count, self._scaling, group)
        else:
            scale_on_requests(self.service, self.task_count, self._scaling, requests)

    def _variables(self, props: ServiceProps) -> Mapping[str, str]:
        """The variables for every container, none of which may be a secret of one, too."""
        variables = {
            **merge_environment(props.get("resources", ())),
            **props.get("environment", {}),
        }
        for container in self.plan.services:
            taken = sorted(variables.keys() & container.secrets.keys())
            if taken:
                raise ValueError(
                    f"{', '.join(taken)}: a variable for every container, and a secret of "
                    f"{container.service_name}; give the secret another target in the Compose file"
                )
        return variables

    def _make_task(self, props: ServiceProps) -> Task:
        given = self.project.given_images
        check_given("images", given, [each.service_name for each in self.plan.services])
        self._leave_out_hosts(props)
        tracing = props.get("tracing")
        seconds = self._stop_delay(props)
        self.plan = with_stop_delay(self.plan, seconds)
        check_task(
            self,
            self.plan,
            self.placement,
            given_images=given,
            desired_count=props.get("desired_count"),
            scales=props.get("scaling") is not None,
            pulls_utility_image=_pulls_utility_image(props, self.placement),
            pulls_collector=tracing is None or tracing.image is not None,
        )
        return Task(
            self,
            "Task",
            plan=self.plan,
            images=self.images,
            given_images=given,
            environment=self.environment,
            secrets={**self.project.given_secrets, **self.secrets.for_containers(self)},
            cpu=props.get("cpu"),
            memory_limit_mib=props.get("memory_limit_mib"),
            architecture=self._architecture,
            ephemeral_storage_gib=props.get("ephemeral_storage_gib"),
            logging=props.get("logging") or Logging(),
            log_retention=self.project.log_retention,
            utility_image=_utility_image(props),
            tracing=tracing,
            placement=self.placement,
            volume_removal_policy=props.get("volume_removal_policy", RemovalPolicy.RETAIN),
        )

    def _leave_out_hosts(self, props: ServiceProps) -> None:
        """Do without names that only a container could add whose image cannot be pulled."""
        is_for_names = self.plan.pulls_files_image and not self.plan.files
        if is_for_names and not _pulls_utility_image(props, self.placement):
            self.plan = without_hosts(self.plan)
            warn_of_missing_names(self)

    def _stop_delay(self, props: ServiceProps) -> int:
        """The seconds that the entrypoint goes on serving once its task is deregistered.

        By default none for what must not run twice: they would lengthen the time in which a task
        on its way out overlaps its successor. None either where ECS takes no further container.
        """
        given = props.get("stop_delay")
        if given is not None:
            return int(given.to_seconds())
        is_wanted = not self._requirements.drains and self.plan.exclusive is None
        if not is_wanted or len(self.plan.containers) >= MOST_CONTAINERS:
            return 0
        if not _pulls_utility_image(props, self.placement):
            note_missing_delay(self)
            return 0
        return int(_DEFAULT_STOP_DELAY.to_seconds())

    def _make_service(self, props: ServiceProps, *, name: str) -> ecs.FargateService:
        scaling, rollout = props.get("scaling"), self.plan.rollout
        service = ecs.FargateService(
            self,
            "Service",
            cluster=self.cluster,
            service_name=name,
            task_definition=self.task_definition,
            # A count in the template would undo at each deployment what scaling has chosen.
            desired_count=None if scaling or props.get("keep_task_count") else self._count(props),
            capacity_provider_strategies=strategies_of(spare_capacity(props.get("spot"))),
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
            assign_public_ip=self.placement.assign_public_ip,
            vpc_subnets=self.placement.subnets,
            security_groups=list(props.get("security_groups", ()))
            or [
                ec2.SecurityGroup(
                    self,
                    "SecurityGroup",
                    vpc=self.vpc,
                    # Another description is another group, and a project can be renamed.
                    description="Tasks behind an entrypoint"
                    if self._requirements.port
                    else "Tasks without an ingress",
                )
            ],
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
            enable_ecs_managed_tags=True,
        )
        if props.get("enable_execute_command"):
            _enable_execute_command(service, self.task_definition)
            if (sessions := self.project.session_log) is not None:
                sessions.serve(self.task_definition.task_role)
        return service

    def _count(self, props: ServiceProps) -> float:
        given = props.get("desired_count")
        if given is not None:
            return given
        if self.plan.replicas is not None:
            return self.plan.replicas
        warn_of_one_task(self, self.plan, spread=self.project.high_availability)
        return self._zones

    def _wait_for(self, task: Task) -> None:
        """Let the service wait for what its tasks would only fail without."""
        self.project.wait_for_capacity(self.service)
        # Tasks that start before they may pull an image, or reach it, only fail and are retried.
        if self.task_definition.execution_role is not None:
            self.service.node.add_dependency(self.task_definition.execution_role)
        self.service.node.add_dependency(
            *self.placement.ready, *task.storage.ready, *self.images.ready
        )
        definition = self.task_definition.node.default_child
        if self.images.ready and definition is not None:
            definition.node.add_dependency(*self.images.ready)

    def _grant(self, props: ServiceProps) -> None:
        """Give the application its permissions, and both roles the mark of their service."""
        role = self.task_definition.task_role
        for resource in props.get("resources", ()):
            resource.grant(role)
        if props.get("tracing") is not None:
            allow_traces(role)
        attach_policies(self, role, self.plan.statements)
        self.secrets.serve(role, self.task_definition.execution_role)


def _check_values(props: ServiceProps) -> None:
    """Refuse values that ECS would refuse, as far as they are known.

    Raises:
        ValueError: With the first of them.
    """
    count, storage = props.get("desired_count"), props.get("ephemeral_storage_gib")
    if (port := props.get("port")) is not None:
        check_range("port", port, 1, 65535, unit="", source="PortMapping, Amazon ECS API Reference")
    if count is not None:
        check_range("desired_count", count, 0, _MOST_TASKS, unit=" tasks", source=_QUOTAS)
    if storage is not None:
        check_range("ephemeral_storage_gib", storage, 21, 200, unit=" GiB", source=_STORAGE)
    name = props.get("service_name")
    if name is not None and not Token.is_unresolved(name) and not _NAME.fullmatch(name):
        raise ValueError(
            f"service_name: expected 1 to 255 letters, digits, hyphens and underscores, got "
            f"{name!r} (CreateService, Amazon ECS API Reference)"
        )
    if (delay := props.get("stop_delay")) is not None:
        seconds = delay.to_seconds(integral=False)
        # It becomes part of a command.
        if Token.is_unresolved(delay) or Token.is_unresolved(seconds):
            raise ValueError(
                "stop_delay: expected seconds that are known at synthesis, got a token"
            )
        if seconds != int(seconds):
            raise ValueError(f"stop_delay: expected whole seconds, got {seconds:g}")


def _check_logging(props: ServiceProps, plan: TaskPlan) -> None:
    """Refuse what is said of logs that there would be none of.

    Raises:
        ValueError: If there would be none.
    """
    given = props.get("logging")
    if given is None:
        return
    if given.firelens is not None and not any(
        each.role is ContainerRole.LOG_ROUTER for each in plan.containers
    ):
        raise ValueError(
            "logging.firelens: no service of the Compose file has logging: {driver: awsfirelens}; "
            "write that, or leave the router out"
        )
    if given.sessions and not props.get("enable_execute_command"):
        raise ValueError(
            "logging.sessions: there are no sessions without enable_execute_command=True"
        )


def _plan_options(props: ServiceProps, requirements: IngressRequirements) -> PlanOptions:
    """The caller's choices over the files."""
    cpu, memory = props.get("cpu"), props.get("memory_limit_mib")
    spot = spare_capacity(props.get("spot"))
    tracing = props.get("tracing")
    # Of a pair that is half unknown nothing can be said.
    known = not any(number is not None and Token.is_unresolved(number) for number in (cpu, memory))
    return PlanOptions(
        entrypoint=props.get("entrypoint"),
        port=props.get("port"),
        ingress=requirements.port,
        health_checked=requirements.checks_health,
        strict=props.get("strict"),
        cpu=int(cpu) if known and cpu is not None else None,
        memory_mib=int(memory) if known and memory is not None else None,
        execute=props.get("enable_execute_command", False),
        spot=spot is not None and spot.base == 0,
        docker_builds=props.get("images") is None,
        tracing=tracing.plan() if tracing else None,
    )


def _pulls_utility_image(props: ServiceProps, placement: Placement) -> bool:
    return "utility_image" in props or placement.reaches_internet


def _utility_image(props: ServiceProps) -> ecs.ContainerImage:
    given = props.get("utility_image")
    return given or ecs.ContainerImage.from_registry(UTILITY_IMAGE)


def _enable_execute_command(
    service: ecs.FargateService, definition: ecs.FargateTaskDefinition
) -> None:
    """Turn ECS Exec, a shell in a running container, on with the four permissions that it takes.

    The CDK's own switch also lets the task role write to every log group of the account. The
    permissions are those of "Using Amazon ECS Exec", Amazon ECS Developer Guide.
    """
    resource = service.node.default_child
    if not isinstance(resource, ecs.CfnService):
        raise TypeError("an ECS service has a CloudFormation resource")
    resource.enable_execute_command = True
    allow_without_resource(
        definition.task_role,
        "ExecuteCommand",
        iam.PolicyStatement(
            actions=[
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ],
            resources=["*"],
        ),
        reason="ECS Exec's four ssmmessages actions support no resource-level permission.",
    )
