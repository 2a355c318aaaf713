"""The task definition of a plan: containers, roles, logs."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Validations
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_containers.images import BuiltImages
from serverless_containers.plan import (
    Architecture,
    ContainerPlan,
    DependencyCondition,
    HealthCheckPlan,
    TaskPlan,
)
from serverless_containers.stop_delay import StopDelay

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
        plan: What to run.
        images: Where images that are built come from.
        given_images: Images that take the place of a service's own.
        environment: Variables for every container, over those of the files.
        secrets: The secret behind each Compose secret.
        secret_prefix: What the names of secrets that are not in ``secrets`` start with.
        cpu: CPU units of the task, where the plan could not know them (a token).
        memory_limit_mib: Memory of the task in MiB, in the same case.
        architecture: The instruction set.
        ephemeral_storage_gib: Scratch space in GiB. Default: the 20 that every task has.
        log_retention: How long logs are kept.
        removal_policy: What becomes of the logs when the stack is deleted.
        stop_delay: Keeps the entrypoint serving for a while after the task was deregistered.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        plan: TaskPlan,
        images: BuiltImages,
        given_images: Mapping[str, ecs.ContainerImage],
        environment: Mapping[str, str],
        secrets: Mapping[str, ecs.Secret],
        secret_prefix: str,
        cpu: float | None,
        memory_limit_mib: float | None,
        architecture: Architecture,
        ephemeral_storage_gib: float | None,
        log_retention: logs.RetentionDays,
        removal_policy: RemovalPolicy,
        stop_delay: StopDelay | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._images = images
        self._given_images = given_images
        self._environment = environment
        self._architecture = architecture
        self._log_retention = log_retention
        self._removal_policy = removal_policy
        self._secrets = {
            key: secrets.get(key) or self._secret_named(f"{secret_prefix}{key}", key)
            for key in plan.secrets
        }
        self.definition = ecs.FargateTaskDefinition(
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
        self.log_groups: dict[str, logs.LogGroup] = {}
        self.containers: dict[str, ecs.ContainerDefinition] = {}
        for container in plan.containers:
            self._add(container)
        self.entrypoint = self.containers[plan.entrypoint]
        self._map_entrypoint(plan)
        if stop_delay is not None:
            stop_delay.attach(self.definition, self.entrypoint, self.log_groups[plan.entrypoint])
        self._acknowledge()

    def _secret_named(self, name: str, key: str) -> ecs.Secret:
        return ecs.Secret.from_secrets_manager(
            secretsmanager.Secret.from_secret_name_v2(self, f"Secret-{key}", name)
        )

    def _add(self, plan: ContainerPlan) -> None:
        log_group = logs.LogGroup(
            self,
            f"Logs-{plan.name}",
            retention=self._log_retention,
            removal_policy=self._removal_policy,
        )
        container = self.definition.add_container(
            plan.name,
            image=self._image(plan),
            essential=plan.essential,
            entry_point=list(plan.entrypoint) if plan.entrypoint is not None else None,
            command=list(plan.command) if plan.command is not None else None,
            environment=dict(sorted({**plan.environment, **self._environment}.items())) or None,
            secrets={name: self._secrets[key] for name, key in plan.secrets.items()} or None,
            cpu=plan.cpu,
            memory_limit_mib=plan.memory_mib,
            memory_reservation_mib=plan.memory_reservation_mib,
            user=plan.user,
            working_directory=plan.working_directory,
            stop_timeout=Duration.seconds(plan.stop_timeout) if plan.stop_timeout else None,
            docker_labels=dict(plan.labels) or None,
            readonly_root_filesystem=plan.read_only_root or None,
            health_check=_health_check(plan.health_check),
            linux_parameters=ecs.LinuxParameters(
                self, f"Linux-{plan.name}", init_process_enabled=True
            )
            if plan.init
            else None,
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix=plan.name,
                log_group=log_group,
                # A full buffer loses lines; blocking would stop the application instead.
                mode=ecs.AwsLogDriverMode.NON_BLOCKING,
            ),
            port_mappings=[
                ecs.PortMapping(
                    container_port=port.port,
                    protocol=ecs.Protocol.UDP if port.protocol == "udp" else ecs.Protocol.TCP,
                )
                for port in plan.ports
            ],
        )
        for name, condition in plan.depends_on:
            container.add_container_dependencies(
                ecs.ContainerDependency(
                    container=self.containers[name], condition=_CONDITIONS[condition]
                )
            )
        self.log_groups[plan.name] = log_group
        self.containers[plan.name] = container

    def _image(self, plan: ContainerPlan) -> ecs.ContainerImage:
        given = self._given_images.get(plan.name)
        if given is not None:
            return given
        if plan.image is not None:
            return ecs.ContainerImage.from_registry(plan.image)
        return self._images.image(self, plan, self._architecture)

    def _map_entrypoint(self, plan: TaskPlan) -> None:
        """A port that only an argument names has no mapping yet."""
        entrypoint = next(each for each in plan.containers if each.name == plan.entrypoint)
        if not any(port.port == plan.port for port in entrypoint.ports):
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
        execution_role = self.definition.execution_role
        if execution_role is not None:
            Validations.of(execution_role).acknowledge(
                Acknowledgment(
                    id="AwsSolutions-IAM5[Resource::*]",
                    reason="ecr:GetAuthorizationToken supports no resource-level permission.",
                )
            )


def _health_check(plan: HealthCheckPlan | None) -> ecs.HealthCheck | None:
    if plan is None:
        return None
    return ecs.HealthCheck(
        command=list(plan.command),
        interval=Duration.seconds(plan.interval),
        timeout=Duration.seconds(plan.timeout),
        retries=plan.retries,
        start_period=Duration.seconds(plan.start_period) if plan.start_period else None,
    )
