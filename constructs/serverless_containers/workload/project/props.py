"""Keyword arguments of a project."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

from serverless_containers.findings import Suppression
from serverless_containers.workload.project.cluster import ContainerCluster
from serverless_containers.workload.project.images import BuiltImages
from serverless_containers.workload.project.network import NetworkProfile
from serverless_containers.workload.project.secrets import ProjectSecrets


class ProjectProps(TypedDict, total=False):
    """The keyword arguments that all services of a project share. All are optional."""

    environment_name: str | None
    """The environment, such as ``dev``: ``compose.dev.yaml`` is merged over the Compose file where
    there is one, and secrets are named after it. Default: the file alone is read."""

    suppress: Sequence[Suppression]
    """Warnings and notes that were looked at and found to be meant, each with its reason. Default:
    those that the Compose file itself suppresses."""

    images: BuiltImages | Mapping[str, ecs.ContainerImage]
    """The source of the images of services with ``build``. A mapping gives single services an
    image, whatever the file says, and leaves the rest to the default. Default: Docker builds them
    on the machine that deploys."""

    secrets: ProjectSecrets | Mapping[str, ecs.Secret]
    """The secrets behind those of the Compose file: a `SecretsFromFiles`, or single ones by their
    keys in the file, the rest being left to the default. Default: those in Secrets Manager whose
    names are ``<project>/<environment>/<secret>``, without the environment where there is none."""

    custom_policies: str | Path | None
    """A JSON file with further permissions of the application. Default: ``custom-policies.json``
    beside the Compose file, if it is there."""

    cluster: ecs.ICluster | ContainerCluster | None
    """The cluster, which must know Fargate's capacity providers. A ContainerCluster brings its
    network along. Default: one is made."""

    container_insights: ecs.ContainerInsights | None
    """The metrics that CloudWatch collects of the tasks in a cluster that is made here, which are
    billed by their number: ENABLED, ENHANCED (by task and container, too) or DISABLED. Default:
    ENABLED."""

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

    log_retention: logs.RetentionDays
    """The time for which all logs are kept. Default: one month."""

    removal_policy: RemovalPolicy
    """The removal policy of access and flow logs when the stack is deleted. Default: they are
    deleted. Logs of tasks and builds are kept in any case: of a deployment that fails, which takes
    away what it has made, they are the evidence."""
