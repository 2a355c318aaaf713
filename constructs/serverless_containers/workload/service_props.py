"""What can be said of the service behind either ingress."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

from serverless_containers.container_cluster import ContainerCluster
from serverless_containers.findings import Suppression
from serverless_containers.iam.resource_access import ResourceAccess
from serverless_containers.plan import Architecture
from serverless_containers.secrets_from_files import ProjectSecrets
from serverless_containers.workload.images import BuiltImages
from serverless_containers.workload.network import NetworkProfile
from serverless_containers.workload.scaling import TaskScaling


class ServiceProps(TypedDict, total=False):
    """The keyword arguments that ContainerApi and ContainerHosting share. All are optional."""

    environment_name: str | None
    """The environment, such as ``dev``: ``compose.dev.yaml`` is merged over the Compose file where
    there is one, and secrets are named after it. Default: the file alone is read."""

    entrypoint: str | None
    """The service that receives the traffic. Default: ``x-serverless-containers: {entrypoint: …}``
    in the Compose file, else the only service with ports."""

    port: int | None
    """The port of the entrypoint that does. Default: its first TCP port."""

    suppress: Sequence[Suppression]
    """Warnings and notes that were looked at and found to be meant, each with its reason. Default:
    those that the Compose file itself suppresses."""

    images: BuiltImages | Mapping[str, ecs.ContainerImage]
    """Where the images of services with ``build`` come from. A mapping gives single services an
    image, whatever the file says, and leaves the rest to the default. Default: Docker builds them
    on the machine that deploys."""

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

    secrets: ProjectSecrets | Mapping[str, ecs.Secret]
    """The secrets behind those of the Compose file: a `SecretsFromFiles`, or single ones by their
    keys in the file, the rest being left to the default. Default: those in Secrets Manager whose
    names are ``<project>/<environment>/<secret>``, without the environment where there is none."""

    resources: Sequence[ResourceAccess]
    """Tables, buckets and their like that the application may use, and whose names every container
    finds in its environment. Default: none."""

    custom_policies: str | Path | None
    """A JSON file with further permissions of the application. Default: ``custom-policies.json``
    beside the Compose file, if it is there."""

    desired_count: float | None
    """The number of tasks. Default: ``deploy.replicas``, else two across several zones and one in a
    single zone, or where the task has a store or another service that must not run twice. Excludes
    ``scaling``."""

    scaling: TaskScaling | None
    """How the number of tasks follows the load; not where a service must not run twice. Default: it
    does not."""

    spot: bool
    """Whether tasks run on spare capacity, which AWS takes back at two minutes' notice and does
    not replace by other capacity. Default: False."""

    enable_execute_command: bool
    """Whether ECS Exec can open a shell in the containers; no root file system may then be
    read-only. Default: False."""

    vpc: ec2.IVpc | None
    """A VPC that exists already. Default: one is made, of the ``network_profile``."""

    vpc_subnets: ec2.SubnetSelection | None
    """The subnets for the tasks in ``vpc``. Default: the private ones, else the isolated, else the
    public ones."""

    assign_public_ip: bool | None
    """Whether tasks in ``vpc`` get a public address. Default: only in public subnets."""

    network_profile: NetworkProfile
    """The way to the outside of a VPC that is made here. Default: PUBLIC."""

    high_availability: bool
    """Three availability zones instead of one, for a VPC that is made here. Default: False."""

    availability_zones: Sequence[str] | None
    """The zones of a VPC that is made here, by name. Default: the region's first ones, or those of
    a table where not every zone of the region has VPC links."""

    cluster: ecs.ICluster | ContainerCluster | None
    """The cluster, which must know Fargate's capacity providers. A ContainerCluster brings its
    network along. Default: one is made."""

    container_insights: ecs.ContainerInsights | None
    """The metrics that CloudWatch collects of the tasks in a cluster that is made here, which are
    billed by their number: ENABLED, ENHANCED (by task and container, too) or DISABLED. Default:
    ENABLED."""

    service_name: str | None
    """The ECS service's name. Default: CloudFormation generates one."""

    security_groups: Sequence[ec2.ISecurityGroup]
    """The tasks' security groups. Default: one is made that nothing but the ingress can reach."""

    stop_delay: Duration
    """How long the entrypoint goes on serving after its task was taken out of service, in whole
    seconds up to 110. Zero leaves it to the application, and its container out of the task, which
    has at most ten. Default: 10 seconds, where the
    ``utility_image`` can be pulled; else zero."""

    utility_image: ecs.ContainerImage
    """A small image with a POSIX shell, for ``stop_delay`` and to write configs. Default: busybox
    from ECR Public, which tasks without a way to the internet cannot pull."""

    log_retention: logs.RetentionDays
    """How long all logs are kept. Default: one month."""

    removal_policy: RemovalPolicy
    """What becomes of access and flow logs when the stack is deleted. Default: they are deleted.
    Logs of tasks and builds are kept in any case: of a deployment that fails, which takes away what
    it has made, they are the evidence."""

    volume_removal_policy: RemovalPolicy
    """What becomes of the file system of named volumes when the stack is deleted. Default: it is
    kept."""
