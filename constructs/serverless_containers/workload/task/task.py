"""The task definition of a plan: containers, roles, logs."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Validations
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_containers.iam.trust import confine_task_role
from serverless_containers.plan import (
    Architecture,
    ContainerPlan,
    DependencyCondition,
    TaskPlan,
)
from serverless_containers.plan.model import AwsLogsPlan, ContainerRole
from serverless_containers.plan.tracing import METRICS_LOG_GROUP
from serverless_containers.workload.project.images import (
    BoundImages,
    check_made_elsewhere,
    registry_image,
)
from serverless_containers.workload.project.network import Placement
from serverless_containers.workload.task.container_props import (
    health_check,
    linux_parameters,
    log_driver,
    set_tmpfs_options,
    system_controls,
    ulimits,
)
from serverless_containers.workload.task.definition import TaskDefinition, keep_earlier_revisions
from serverless_containers.workload.task.logging import FireLens, Logging
from serverless_containers.workload.task.processes import tell_local
from serverless_containers.workload.task.storage import Storage
from serverless_containers.workload.task.tracing import Tracing

_CONDITIONS = {
    DependencyCondition.START: ecs.ContainerDependencyCondition.START,
    DependencyCondition.HEALTHY: ecs.ContainerDependencyCondition.HEALTHY,
    DependencyCondition.SUCCESS: ecs.ContainerDependencyCondition.SUCCESS,
}


class Task(Construct):
    """A Fargate task definition made from a plan.

    Two roles stay apart. The execution role is ECS's: it pulls these images, writes these logs and
    reads these secrets. The task role is the application's: it can do nothing until it is granted
    something.

    Args:
        plan: The plan of the task.
        images: The images of containers that are built.
        given_images: Images that take the place of a service's own.
        environment: Variables for every container, over those of the files.
        secrets: The secret behind each Compose secret.
        cpu: CPU units of the task, where the plan could not know them (a token).
        memory_limit_mib: Memory of the task in MiB, in the same case.
        architecture: The instruction set.
        ephemeral_storage_gib: Scratch space in GiB. Default: the 20 that every task has.
        logging: The delivery of logs, and their router.
        log_retention: The time for which logs are kept, which outlive the stack.
        tracing: The traces that are asked for, if they are.
        utility_image: A small image with a POSIX shell, which writes files and delays a stop.
        placement: The place of the tasks, and of the mount targets of their volumes.
        volume_removal_policy: The removal policy of named volumes when the stack is deleted.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        plan: TaskPlan,
        images: BoundImages,
        given_images: Mapping[str, ecs.ContainerImage],
        environment: Mapping[str, str],
        secrets: Mapping[str, ecs.Secret],
        cpu: float | None,
        memory_limit_mib: float | None,
        architecture: Architecture,
        ephemeral_storage_gib: float | None,
        logging: Logging,
        log_retention: logs.RetentionDays,
        utility_image: ecs.ContainerImage,
        tracing: Tracing | None,
        placement: Placement,
        volume_removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self._images = images
        self._given_images = given_images
        self._environment = environment
        self._logging = logging
        self._log_retention = log_retention
        self._secrets = secrets
        self._utility_image = utility_image
        self._tracing = tracing
        self.definition = TaskDefinition(
            self,
            "Definition",
            cpu=plan.size.cpu if cpu is None else cpu,
            memory_limit_mib=plan.size.memory_mib if memory_limit_mib is None else memory_limit_mib,
            ephemeral_storage_gib=ephemeral_storage_gib,
            runtime_platform=ecs.RuntimePlatform(
                operating_system_family=ecs.OperatingSystemFamily.LINUX,
                cpu_architecture=ecs.CpuArchitecture.of(architecture.value),
            ),
        )
        confine_task_role(self.definition.task_role)
        keep_earlier_revisions(self.definition)
        self.storage = Storage(
            self,
            "Storage",
            definition=self.definition,
            volumes=plan.volumes,
            placement=placement,
            removal_policy=volume_removal_policy,
        )
        self._log_groups: dict[str, logs.LogGroup] = {}
        self._all: dict[str, ecs.ContainerDefinition] = {}
        for index, container in enumerate(plan.containers):
            if container.role is not ContainerRole.LOG_ROUTER:
                self._add(container, index)
                continue
            self.definition.log_router_driver = log_driver(
                AwsLogsPlan(stream_prefix=container.name),
                self._make_log_group(container.name),
                Logging(),
            )
            if self._logging.firelens is not None:
                self._add_log_router(container.name, self._logging.firelens)
            # Otherwise the CDK adds one itself, for the first container that needs it.
        self.containers = {each.service_name: self._all[each.name] for each in plan.services}
        self.log_groups = {
            each.service_name: self._log_groups[each.name]
            for each in plan.containers
            if each.name in self._log_groups
        }
        tell_local(self.definition, plan)
        self.entrypoint = None if plan.entrypoint is None else self._all[plan.entrypoint]
        self._map_port(plan)
        self._acknowledge()

    def _make_log_group(self, name: str) -> logs.LogGroup:
        self._log_groups[name] = self._log_group_of(f"Logs-{name}")
        return self._log_groups[name]

    def _log_group_of(self, construct_id: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            construct_id,
            retention=self._log_retention,
            # What tasks that fail the stack's creation have written must outlive the stack.
            removal_policy=RemovalPolicy.RETAIN,
        )

    def _log_group(self, plan: ContainerPlan) -> logs.LogGroup | None:
        """The log group of a container; None if it logs elsewhere."""
        if not isinstance(plan.log, AwsLogsPlan):
            return None
        # What it would share one with may log elsewhere.
        shared = self._log_groups.get(plan.log.group_of or "")
        return shared or self._make_log_group(plan.name)

    def _add(self, plan: ContainerPlan, index: int) -> None:
        is_service = plan.role is ContainerRole.SERVICE
        restart = plan.restart
        log_group = self._log_group(plan)
        described = (
            {
                plan.log_attribute: f"{plan.environment[plan.log_attribute]},"
                f"aws.log.group.names={log_group.log_group_name}"
            }
            if plan.log_attribute and log_group
            else {}
        )
        environment = (
            dict(sorted({**plan.environment, **described, **self._environment}.items()))
            if is_service
            else dict(plan.environment)
        )
        container = self.definition.add_container(
            # A service's id must not meet those of the definition's own children.
            f"Container-{plan.name}" if is_service else plan.name,
            container_name=plan.name,
            image=self._image(plan),
            essential=plan.essential,
            entry_point=list(plan.entrypoint) if plan.entrypoint is not None else None,
            command=list(plan.command) if plan.command is not None else None,
            environment=environment or None,
            secrets={name: self._secrets[key] for name, key in plan.secrets.items()} or None,
            cpu=plan.cpu,
            memory_limit_mib=plan.memory_mib,
            memory_reservation_mib=plan.memory_reservation_mib,
            user=plan.user,
            working_directory=plan.working_directory,
            stop_timeout=Duration.seconds(plan.stop_timeout) if plan.stop_timeout else None,
            docker_labels=dict(plan.labels) or None,
            readonly_root_filesystem=plan.read_only_root or None,
            pseudo_terminal=plan.pseudo_terminal or None,
            interactive=plan.interactive or None,
            health_check=health_check(plan.health_check),
            linux_parameters=linux_parameters(self, plan),
            ulimits=ulimits(plan.linux),
            system_controls=system_controls(plan.linux),
            enable_restart_policy=True if restart else None,
            restart_ignored_exit_codes=list(restart.ignored_exit_codes) or None
            if restart
            else None,
            restart_attempt_period=Duration.seconds(restart.attempt_period) if restart else None,
            logging=log_driver(
                plan.log,
                log_group,
                # Nothing of ours stops for a line of its log.
                self._logging if is_service else Logging(),
            ),
            port_mappings=[
                ecs.PortMapping(
                    container_port=port.port,
                    protocol=ecs.Protocol.UDP if port.protocol == "udp" else ecs.Protocol.TCP,
                )
                for port in plan.ports
            ],
        )
        if plan.role is ContainerRole.COLLECTOR and self._tracing and self._tracing.metrics:
            group = self._log_group_of("Metrics")
            group.grant_write(self.definition.task_role)
            container.add_environment(METRICS_LOG_GROUP, group.log_group_name)
        set_tmpfs_options(self.definition, index, plan.linux)
        self._all[plan.name] = container
        if plan.mounts:
            container.add_mount_points(
                *(
                    ecs.MountPoint(
                        container_path=mount.path,
                        source_volume=mount.volume,
                        read_only=mount.read_only,
                    )
                    for mount in plan.mounts
                )
            )
        for name, condition in plan.depends_on:
            container.add_container_dependencies(
                ecs.ContainerDependency(container=self._all[name], condition=_CONDITIONS[condition])
            )

    def _add_log_router(self, name: str, router: FireLens) -> None:
        self.definition.add_firelens_log_router(
            name,
            container_name=name,
            image=router.image,
            essential=True,
            memory_reservation_mib=router.memory_reservation_mib,
            firelens_config=ecs.FirelensConfig(
                type=router.type,
                options=ecs.FirelensOptions(
                    enable_ecs_log_metadata=router.log_metadata,
                    config_file_type=ecs.FirelensConfigFileType.FILE,
                    config_file_value=router.config_file,
                ),
            ),
        )

    def _image(self, plan: ContainerPlan) -> ecs.ContainerImage:
        if plan.role is ContainerRole.COLLECTOR and self._tracing is not None:
            return self._tracing.container_image()
        if plan.role is not ContainerRole.SERVICE and not plan.copies:
            return self._utility_image
        given = self._given_images.get(plan.service_name)
        if given is not None:
            check_made_elsewhere(plan)
            return given
        if plan.image is not None and not plan.copies:
            return registry_image(self, plan.name, plan.image)
        return self._images.image(self, plan)

    def _map_port(self, plan: TaskPlan) -> None:
        """Map the port of the entrypoint where only an argument names it."""
        mapped = {
            port.port
            for each in plan.services
            if each.name == plan.entrypoint
            for port in each.ports
        }
        if self.entrypoint is not None and plan.port is not None and plan.port not in mapped:
            self.entrypoint.add_port_mappings(ecs.PortMapping(container_port=plan.port))

    def _acknowledge(self) -> None:
        validations = Validations.of(self.definition)
        validations.acknowledge(
            Acknowledgment(
                id="AwsSolutions-ECS2",
                reason="Plain variables come from the Compose file, where they are plain too; "
                "values to keep secret are Compose secrets, which ECS reads from Secrets Manager.",
            )
        )
        validations.acknowledge(
            Acknowledgment(
                id="CloudFormation-Validate::E1029",
                reason="Texts of a Compose file are no Fn::Sub: what looks like its variables is "
                "for a shell in the container.",
            )
        )
