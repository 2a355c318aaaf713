"""A container's plan in the words of the CDK."""

from aws_cdk import Duration, Size
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_containers.plan import ContainerPlan, HealthCheckPlan
from serverless_containers.plan.model import AwsLogsPlan, LinuxPlan, LogDriverPlan
from serverless_containers.workload.task.logging import LogDelivery, Logging


def health_check(plan: HealthCheckPlan | None) -> ecs.HealthCheck | None:
    """The health check of a container definition."""
    if plan is None:
        return None
    return ecs.HealthCheck(
        command=list(plan.command),
        interval=Duration.seconds(plan.interval),
        timeout=Duration.seconds(plan.timeout),
        retries=plan.retries,
        start_period=Duration.seconds(plan.start_period) if plan.start_period else None,
    )


def linux_parameters(scope: Construct, plan: ContainerPlan) -> ecs.LinuxParameters | None:
    """The Linux parameters of a container definition, if it needs any."""
    linux = plan.linux
    if not (linux.init or linux.add or linux.drop or linux.tmpfs):
        return None
    parameters = ecs.LinuxParameters(
        scope, f"Linux-{plan.name}", init_process_enabled=linux.init or None
    )
    if linux.add:
        parameters.add_capabilities(*(ecs.Capability[name] for name in linux.add))
    if linux.drop:
        parameters.drop_capabilities(*(ecs.Capability[name] for name in linux.drop))
    for tmpfs in linux.tmpfs:
        parameters.add_tmpfs(ecs.Tmpfs(container_path=tmpfs.path, size=tmpfs.size_mib))
    return parameters


def set_tmpfs_options(definition: ecs.FargateTaskDefinition, index: int, linux: LinuxPlan) -> None:
    """Set mount options on the resource: the CDK's type for them has no ``mode=``, ``uid=``.

    Args:
        definition: The task definition.
        index: The container's place in it.
        linux: The container's plan of them.
    """
    resource = definition.node.default_child
    if not isinstance(resource, ecs.CfnTaskDefinition):
        raise TypeError("a task definition has a CloudFormation resource")
    for place, tmpfs in enumerate(linux.tmpfs):
        if tmpfs.options:
            resource.add_property_override(
                f"ContainerDefinitions.{index}.LinuxParameters.Tmpfs.{place}.MountOptions",
                list(tmpfs.options),
            )


def ulimits(linux: LinuxPlan) -> list[ecs.Ulimit] | None:
    """The ulimits of a container definition, if it has any."""
    return [
        ecs.Ulimit(name=ecs.UlimitName[name.upper()], soft_limit=soft, hard_limit=hard)
        for name, (soft, hard) in linux.ulimits.items()
    ] or None


def system_controls(linux: LinuxPlan) -> list[ecs.SystemControl] | None:
    """The system controls of a container definition, if it has any."""
    return [
        ecs.SystemControl(namespace=name, value=value) for name, value in linux.sysctls.items()
    ] or None


def log_driver(
    plan: AwsLogsPlan | LogDriverPlan | None, log_group: logs.ILogGroup | None, logging: Logging
) -> ecs.LogDriver | None:
    """The log driver of a container definition; None leaves it to the CDK.

    Args:
        plan: The destination of the output.
        log_group: The log group, which CloudWatch Logs alone needs.
        logging: The delivery where the plan does not say it.
    """
    if isinstance(plan, AwsLogsPlan):
        blocks = plan.is_blocking
        if blocks is None:
            blocks = logging.delivery is LogDelivery.BLOCKING
        buffer = (
            logging.max_buffer_size
            if plan.max_buffer_size is None
            else Size.bytes(plan.max_buffer_size)
        )
        return ecs.LogDrivers.aws_logs(
            stream_prefix=plan.stream_prefix,
            log_group=log_group,
            datetime_format=plan.datetime_format,
            multiline_pattern=plan.multiline_pattern,
            # A full buffer loses lines; blocking would stop the application instead.
            mode=ecs.AwsLogDriverMode.BLOCKING if blocks else ecs.AwsLogDriverMode.NON_BLOCKING,
            max_buffer_size=None if blocks else buffer,
        )
    if plan is None:
        return None
    if plan.driver == "awsfirelens":
        return ecs.LogDrivers.firelens(options=dict(plan.options))
    return ecs.GenericLogDriver(log_driver=plan.driver, options=dict(plan.options))
