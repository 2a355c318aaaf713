"""The base of constructs that run a service, behind an ingress or without one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

import jsii
from aws_cdk import Duration, RemovalPolicy, Stack, Token
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_containers.build_pipeline import BuildPipeline, PipelineImages
from serverless_containers.ingress.retention import retained_once_made
from serverless_containers.monitoring.bound import BoundMonitoring, MonitoredService
from serverless_containers.monitoring.dashboard import TaskCounts
from serverless_containers.monitoring.signals import Signals, TaskSignals
from serverless_containers.plan import TaskPlan
from serverless_containers.workload.project.network import IngressRequirements
from serverless_containers.workload.project.secrets import ProjectSecrets
from serverless_containers.workload.service.deployment_alarms import BAKE_MINUTES, roll_back_on
from serverless_containers.workload.service.metrics import running_tasks
from serverless_containers.workload.service.props import ServiceProps
from serverless_containers.workload.service.service import ProjectService
from serverless_containers.workload.task.logging import encrypt_logs


class MetricProps(TypedDict, total=False):
    """The keyword arguments of a metric: the CDK's ``MetricOptions``, for Python's type checkers.

    All are optional, and have CloudWatch's and the metric's own defaults.
    """

    account: str
    color: str
    dimensions_map: Mapping[str, str]
    label: str
    period: Duration
    region: str
    statistic: str
    unit: cloudwatch.Unit


@jsii.implements(iam.IGrantable, ec2.IConnectable)
class ContainerServiceBase(Construct):
    """The base of ContainerService, ContainerApi and ContainerHosting: a service of containers.

    It can be handed to grants, which go to the task role, and to rules of security groups, which
    are the tasks'.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: str | Path,
        requirements: IngressRequirements,
        **props: Unpack[ServiceProps],
    ) -> None:
        """Make the service.

        Args:
            scope: The construct above.
            construct_id: Its id there.
            source: The folder with the Compose file or the lone Dockerfile, or the Compose file
                itself.
            requirements: The requirements of the ingress.
            **props: See `ServiceProps`.

        Raises:
            InvalidSourceError: With every error in the files, if there is one.
            ValueError: If arguments contradict each other.
        """
        super().__init__(scope, construct_id)
        self._containers = ProjectService(
            self, "Containers", source=source, requirements=requirements, **props
        )
        self._props = props
        logging = props.get("logging")
        if logging is not None and logging.encryption_key is not None:
            encrypt_logs(self, logging.encryption_key)
        self._alarms: tuple[cloudwatch.IAlarm, ...] = ()
        self._monitoring: BoundMonitoring | None = None

    def roll_back_on(self, *alarms: cloudwatch.IAlarm) -> None:
        """Make a deployment roll back when one of some alarms goes off.

        An alarm of a metric that is got from the service itself depends on the service, which would
        depend on it; watch what lies before the service, or use the metrics of `monitoring`.
        """
        self._alarms = (*self._alarms, *alarms)
        roll_back_on(self.service, self._alarms, rolling=True)
        if self._alarms:
            self._containers.images.wait_for_rollout(BAKE_MINUTES)

    def _monitor(
        self,
        signals: Signals | None = None,
        certificates: Sequence[acm.ICertificate] = (),
        *,
        access_log: logs.ILogGroup | None = None,
        rolls_back: bool = True,
    ) -> None:
        """Make the alarms that were asked for.

        Args:
            signals: The metrics of the ingress. Default: there is none.
            certificates: Its certificates, in the region of the stack.
            access_log: Its access log. Default: CloudWatch Logs has none.
            rolls_back: Whether alarms may roll a deployment back.
        """
        options = self._props.get("monitoring")
        if options is None:
            return
        service = self._containers
        self._monitoring = BoundMonitoring(
            self,
            "Monitoring",
            service=MonitoredService(
                name=service.plan.name,
                tasks=TaskSignals(
                    cluster_name=service.cluster.cluster_name, service_name=service.service_name
                ),
                signals=signals,
                counts=_task_counts(service),
                certificates=certificates,
                container_logs=service.log_groups,
                access_log=access_log,
                pipeline_name=self._pipeline_name(),
                pipeline_url=self.build_pipeline.console_url if self.build_pipeline else None,
                waits_for=service.service,
                never_empty=_is_never_empty(self._props, service.plan),
                log_retention=service.project.log_retention,
                removal_policy=retained_once_made(
                    self._props.get("removal_policy", RemovalPolicy.DESTROY)
                ),
            ),
            options=options,
        )
        # What must not run twice is away for a while in every deployment.
        if rolls_back and options.roll_back and service.plan.exclusive is None:
            self.roll_back_on(*self._monitoring.deployment_alarms)

    def _pipeline_name(self) -> str | None:
        """The name of the pipeline, if it is in this region, whose events are seen here."""
        pipeline = self.build_pipeline
        if pipeline is None:
            return None
        theirs, ours = Stack.of(pipeline).region, Stack.of(self).region
        return pipeline.pipeline_name if theirs == ours else None

    @property
    def monitoring(self) -> BoundMonitoring | None:
        """Its alarms, if any were asked for."""
        return self._monitoring

    @property
    def plan(self) -> TaskPlan:
        """The plan of the task that was made of the files."""
        return self._containers.plan

    @property
    def service(self) -> ecs.FargateService:
        """The ECS service."""
        return self._containers.service

    @property
    def build_pipeline(self) -> BuildPipeline | None:
        """The pipeline that builds its images, if one does."""
        images = self._containers.images
        return images.pipeline if isinstance(images, PipelineImages) else None

    @property
    def cluster(self) -> ecs.ICluster:
        """Its cluster."""
        return self._containers.cluster

    @property
    def task_definition(self) -> ecs.FargateTaskDefinition:
        """Its task definition."""
        return self._containers.task_definition

    @property
    def containers(self) -> Mapping[str, ecs.ContainerDefinition]:
        """The containers by the names of their Compose services."""
        return self._containers.containers

    @property
    def log_groups(self) -> Mapping[str, logs.LogGroup]:
        """The containers' log groups by the same names."""
        return self._containers.log_groups

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that every container gets, over those of the Compose file.

        They are the names of ``resources``, and the keyword ``environment``.
        """
        return self._containers.environment

    @property
    def secrets(self) -> ProjectSecrets:
        """Its secrets, but for those that were given one by one."""
        return self._containers.secrets

    @property
    def file_system(self) -> efs.FileSystem | None:
        """The file system of named volumes, if the Compose file has any."""
        return self._containers.file_system

    @property
    def vpc(self) -> ec2.IVpc:
        """The VPC of the tasks."""
        return self._containers.vpc

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The task role, to which grants to the containers go."""
        return self.task_definition.task_role

    @property
    def connections(self) -> ec2.Connections:
        """The tasks' security groups."""
        return self.service.connections

    def auto_scale_task_count(
        self, *, max_capacity: float, min_capacity: float | None = None
    ) -> ecs.ScalableTaskCount:
        """Let the number of tasks scale, by policies that are added to what this returns.

        A deployment then leaves the number as it is. ``auto_scale_task_count`` of `service` itself
        can be called once, and a deployment would reset what it has chosen.

        Args:
            max_capacity: The most tasks.
            min_capacity: The fewest tasks. Default: one a zone with ``high_availability``, else
                one.

        Raises:
            ValueError: If a service must not run twice, or the construct has ``scaling``, whose
                `task_count` takes policies.
        """
        if self.task_count is not None:
            raise ValueError(
                f"{self.node.path} scales already; add policies to its task_count instead"
            )
        return self._containers.auto_scale_task_count(
            min_capacity=min_capacity, max_capacity=max_capacity
        )

    @property
    def task_count(self) -> ecs.ScalableTaskCount | None:
        """The scaling of the number of tasks, for more policies; None where it does not scale."""
        return self._containers.task_count

    def metric_running_tasks(self) -> cloudwatch.Metric:
        """The number of running tasks, minute by minute, without Container Insights."""
        return running_tasks(self.service)

    def metric_cpu_utilization(self, **options: Unpack[MetricProps]) -> cloudwatch.Metric:
        """The CPU that the tasks use, in percent of what they have."""
        return self.service.metric_cpu_utilization(**options)

    def metric_memory_utilization(self, **options: Unpack[MetricProps]) -> cloudwatch.Metric:
        """The memory that the tasks use, in percent of what they have."""
        return self.service.metric_memory_utilization(**options)


def _task_counts(service: ProjectService) -> TaskCounts:
    """Return the number of tasks that a service is to have, as far as it is known."""
    for construct in service.service.node.find_all():
        if isinstance(construct, appscaling.CfnScalableTarget):
            return TaskCounts(
                fewest=_known(construct.min_capacity), most=_known(construct.max_capacity)
            )
    resource = service.service.node.default_child
    desired = resource.desired_count if isinstance(resource, ecs.CfnService) else None
    return TaskCounts(desired=_known(desired))


def _known(count: float | None) -> float | None:
    """The number, where it is no token."""
    return None if Token.is_unresolved(count) else count


def _is_never_empty(props: ServiceProps, plan: TaskPlan) -> bool:
    """Return whether a service is meant to have a task at any time, as far as that is known."""
    scaling = props.get("scaling")
    given = props.get("desired_count")
    count = scaling.min_capacity if scaling else plan.replicas if given is None else given
    counts = [count]
    for moment in scaling.schedules if scaling else ():
        counts += [moment.min_capacity, moment.max_capacity]
    return all(each is None or Token.is_unresolved(each) or each > 0 for each in counts)
