"""Compose files on Fargate, as AWS CDK constructs.

The names below are the public surface. They are looked up when they are first used, because
importing the constructs starts the CDK's Node process, which the command line mostly does without.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serverless_containers.build_pipeline import BuildPipeline
    from serverless_containers.container_api import ContainerApi
    from serverless_containers.container_hosting import ContainerHosting
    from serverless_containers.container_service import ContainerService
    from serverless_containers.findings import Finding, InvalidSourceError, Severity, Suppression
    from serverless_containers.iam.resource_access import Access, ResourceAccess
    from serverless_containers.ingress.cloudfront.firewall import Firewall
    from serverless_containers.ingress.http_api.authorization import Authorization
    from serverless_containers.ingress.load_balancer.rollout import Rollout
    from serverless_containers.ingress.load_balancer.sign_in import SignIn
    from serverless_containers.ingress.load_balancer.targets import (
        Stickiness,
        TargetHealthCheck,
        TargetOptions,
    )
    from serverless_containers.monitoring.dashboard import MonitoringDashboard
    from serverless_containers.monitoring.options import Monitoring
    from serverless_containers.pipeline.props import PipelineProps
    from serverless_containers.pipeline.source import PipelineSource
    from serverless_containers.plan import Architecture
    from serverless_containers.secrets_from_files import SecretsFromFiles
    from serverless_containers.tags import apply_tags
    from serverless_containers.workload.project.cluster import ContainerCluster
    from serverless_containers.workload.project.images import BuiltImages
    from serverless_containers.workload.project.network import NetworkProfile
    from serverless_containers.workload.service.capacity import Spot
    from serverless_containers.workload.service.props import ContainerServiceProps, ServiceProps
    from serverless_containers.workload.service.scaling import (
        ScalingMetric,
        ScheduledCapacity,
        TaskScaling,
    )
    from serverless_containers.workload.task.logging import FireLens, LogDelivery, Logging
    from serverless_containers.workload.task.tracing import Tracing

__all__ = [
    "Access",
    "Architecture",
    "Authorization",
    "BuildPipeline",
    "BuiltImages",
    "ContainerApi",
    "ContainerCluster",
    "ContainerHosting",
    "ContainerService",
    "ContainerServiceProps",
    "Finding",
    "FireLens",
    "Firewall",
    "InvalidSourceError",
    "LogDelivery",
    "Logging",
    "Monitoring",
    "MonitoringDashboard",
    "NetworkProfile",
    "PipelineProps",
    "PipelineSource",
    "ResourceAccess",
    "Rollout",
    "ScalingMetric",
    "ScheduledCapacity",
    "SecretsFromFiles",
    "ServiceProps",
    "Severity",
    "SignIn",
    "Spot",
    "Stickiness",
    "Suppression",
    "TargetHealthCheck",
    "TargetOptions",
    "TaskScaling",
    "Tracing",
    "apply_tags",
]

_HOMES = {
    "Access": "iam.resource_access",
    "Architecture": "plan",
    "Authorization": "ingress.http_api.authorization",
    "BuildPipeline": "build_pipeline",
    "BuiltImages": "workload.project.images",
    "ContainerApi": "container_api",
    "ContainerCluster": "workload.project.cluster",
    "ContainerHosting": "container_hosting",
    "ContainerService": "container_service",
    "ContainerServiceProps": "workload.service.props",
    "Finding": "findings",
    "FireLens": "workload.task.logging",
    "Firewall": "ingress.cloudfront.firewall",
    "InvalidSourceError": "findings",
    "LogDelivery": "workload.task.logging",
    "Logging": "workload.task.logging",
    "Monitoring": "monitoring.options",
    "MonitoringDashboard": "monitoring.dashboard",
    "NetworkProfile": "workload.project.network",
    "PipelineProps": "pipeline.props",
    "PipelineSource": "pipeline.source",
    "ResourceAccess": "iam.resource_access",
    "Rollout": "ingress.load_balancer.rollout",
    "ScalingMetric": "workload.service.scaling",
    "ScheduledCapacity": "workload.service.scaling",
    "SecretsFromFiles": "secrets_from_files",
    "ServiceProps": "workload.service.props",
    "Severity": "findings",
    "SignIn": "ingress.load_balancer.sign_in",
    "Spot": "workload.service.capacity",
    "Stickiness": "ingress.load_balancer.targets",
    "Suppression": "findings",
    "TargetHealthCheck": "ingress.load_balancer.targets",
    "TargetOptions": "ingress.load_balancer.targets",
    "TaskScaling": "workload.service.scaling",
    "Tracing": "workload.task.tracing",
    "apply_tags": "tags",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
