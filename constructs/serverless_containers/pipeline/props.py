"""Keyword arguments of a pipeline."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns

from serverless_containers.pipeline.source import PipelineSource
from serverless_containers.plan import Architecture


class PipelineProps(TypedDict, total=False):
    """The keyword arguments of a pipeline. All are optional."""

    pipeline_source: PipelineSource
    """The source that is built. Default: an asset of the folder."""

    architecture: Architecture | None
    """The instruction set that the images run on. Default: the services' ``platform``, else
    X86_64."""

    before_build: Sequence[str]
    """Shell commands before the images are built. Default: none. They, those of ``after_build`` and
    ``scan``, and a Dockerfile's RUN run in the build's machine: a command can reach the credentials
    of the build's role and read what the processes around it know, though it is given no password,
    no variable of the build's own, and no login to ECR or to one of ``registry_logins``. A
    credential helper that it gives Docker serves all registries but these."""

    after_build: Sequence[str]
    """Shell commands after that and before anything is pushed: tests. Default: none."""

    scan: Sequence[str]
    """Shell commands for each image before it is pushed; IMAGE is its name, SERVICE its service.
    One that fails ends the build. Default: none; ECR scans what is pushed."""

    registry_logins: Mapping[str, secretsmanager.ISecret]
    """Registries to log in to before building, such as ``docker.io`` against its rate limits: for
    each host a secret with the keys ``username`` and ``password``. Default: ECR alone."""

    build_timeout: Duration
    """The time that a build may take, in whole minutes from 5 to 700: CloudFormation waits 12 hours
    for the images, 20 minutes of which are for the pipeline to start and to queue
    ("AWS::CloudFormation::WaitCondition"). One that is known only at deployment has to be a number
    of minutes, and is waited for 12 hours. Default: 30 minutes."""

    compute_type: codebuild.ComputeType
    """CodeBuild's machine. Default: SMALL."""

    retention_days: int
    """The days for which images and artifacts are kept. Default: 7; an image that runs is kept for
    as long as it does."""

    notifications: sns.ITopic
    """Takes a message for each failed run. Default: none is sent."""

    log_retention: logs.RetentionDays
    """The time for which build logs are kept. Default: one month."""

    removal_policy: RemovalPolicy
    """The removal policy of images with the stack. Default: they are deleted. Logs are kept in any
    case: of a deployment that fails they are the evidence."""
