"""Keyword arguments of a service and of its project."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from serverless_containers.iam.resource_access import ResourceAccess
from serverless_containers.monitoring.options import Monitoring
from serverless_containers.plan import Architecture
from serverless_containers.workload.project.props import ProjectProps
from serverless_containers.workload.service.capacity import Spot
from serverless_containers.workload.service.scaling import TaskScaling
from serverless_containers.workload.task.logging import Logging
from serverless_containers.workload.task.tracing import Tracing


class ContainerServiceProps(ProjectProps, total=False):
    """The keyword arguments that ContainerService, ContainerApi and ContainerHosting share.

    All are optional.
    """

    strict: bool | None
    """Whether warnings that are guesses are errors: what is chosen, changed or left out that the
    files do not say. Default: ``x-serverless-containers: {strict: …}`` in the Compose file, else
    False."""

    cpu: float | None
    """CPU units of the task; 1024 are one vCPU. Default: the smallest size that holds the
    containers' ``deploy.resources``, a container without any counting for 256 units and 512 MiB."""

    memory_limit_mib: float | None
    """Memory of the task in MiB. Default: as for ``cpu``."""

    ephemeral_storage_gib: float | None
    """Scratch space in GiB, 21 to 200 ("EphemeralStorage", Amazon ECS API Reference). Default: the
    20 GiB that every task has."""

    architecture: Architecture | None
    """The instruction set. Default: that of the services' ``platform``, else X86_64."""

    environment: Mapping[str, str]
    """Variables for every container, over those of the Compose file. Default: none."""

    resources: Sequence[ResourceAccess]
    """Tables, buckets and their like that the application may use, and whose names every container
    finds in its environment. Default: none."""

    desired_count: float | None
    """The number of tasks, 0 to 5,000. Default: ``deploy.replicas``, else one in each zone with
    ``high_availability``, and one without it, or where the task has a store or another service that
    must not run twice. Excludes ``scaling`` and ``keep_task_count``."""

    keep_task_count: bool
    """Whether a deployment leaves the number of tasks as it is: for whoever sets it by other means,
    such as a scalable target of another stack. The first deployment starts one. Default: False; a
    deployment sets the number again, unless there is ``scaling`` or `auto_scale_task_count`."""

    scaling: TaskScaling | None
    """The scaling of the number of tasks; not where a service must not run twice. Default: it
    does not."""

    spot: bool | Spot
    """Whether tasks run on spare capacity, which AWS takes back at two minutes' notice and does
    not replace by other capacity: all of them, or those above a base. Default: False."""

    monitoring: Monitoring | None
    """The alarms of the service, and who is notified. Default: there are none."""

    tracing: Tracing | None
    """The traces of the application, which a collector in each task forwards to AWS X-Ray. Default:
    there is none."""

    logging: Logging | None
    """The logs: their key, their delivery, their router, and those of ECS Exec's sessions. Default:
    lines are delivered without blocking, under keys of AWS, and sessions are not logged."""

    enable_execute_command: bool
    """Whether ECS Exec can open a shell in the containers; no root file system may then be
    read-only. Default: False."""

    service_name: str | None
    """The ECS service's name: letters, digits, hyphens and underscores, 255 at most. Default: one
    made of its place in the app, whatever ``images`` is. Another name is another service, and both
    run while one replaces the other."""

    security_groups: Sequence[ec2.ISecurityGroup]
    """The tasks' security groups. Default: one is made that nothing but the ingress can reach."""

    utility_image: ecs.ContainerImage
    """A small image with a POSIX shell, to write configs and, behind an ingress, to delay stops.
    Default: busybox from ECR Public, which tasks without a way to the internet cannot pull."""

    volume_removal_policy: RemovalPolicy
    """The removal policy of the file system of named volumes when the stack is deleted. Default: it
    is kept."""


class ServiceProps(ContainerServiceProps, total=False):
    """The keyword arguments that ContainerApi and ContainerHosting share. All are optional."""

    entrypoint: str | None
    """The service that receives the traffic. Default: ``x-serverless-containers: {entrypoint: …}``
    in the Compose file, else the only service with ports, or the likeliest one, with a warning."""

    port: int | None
    """The port of the entrypoint that does. Default: its first one that may speak HTTP."""

    stop_delay: Duration
    """The time for which the entrypoint goes on serving after its task was taken out of service, in
    whole seconds up to 110. Zero leaves it to the application, and its container out of the task,
    which has at most ten. Default: 10 seconds, where the
    ``utility_image`` can be pulled and no service must run once; else zero."""
