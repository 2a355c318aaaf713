"""Compose files on Fargate, as AWS CDK constructs.

The names below are the public surface. They are looked up when they are first used, because
importing the constructs starts the CDK's Node process, which the command line mostly does without.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serverless_containers.build_pipeline import BuildPipeline
    from serverless_containers.container_api import ContainerApi
    from serverless_containers.container_cluster import ContainerCluster
    from serverless_containers.container_hosting import ContainerHosting
    from serverless_containers.findings import Finding, InvalidSourceError, Severity, Suppression
    from serverless_containers.iam.resource_access import Access, ResourceAccess
    from serverless_containers.ingress.cloudfront.firewall import Firewall
    from serverless_containers.ingress.http_api.authorization import Authorization
    from serverless_containers.ingress.load_balancer.rollout import Rollout
    from serverless_containers.ingress.load_balancer.sign_in import SignIn
    from serverless_containers.ingress.load_balancer.target_group import Stickiness, TargetOptions
    from serverless_containers.ingress.load_balancer.target_health import TargetHealthCheck
    from serverless_containers.pipeline.props import PipelineProps
    from serverless_containers.pipeline.source import PipelineSource
    from serverless_containers.plan import Architecture
    from serverless_containers.secrets_from_files import SecretsFromFiles
    from serverless_containers.workload.images import BuiltImages
    from serverless_containers.workload.network import NetworkProfile
    from serverless_containers.workload.scaling import TaskScaling
    from serverless_containers.workload.service_props import ServiceProps

__all__ = [
    "Access",
    "Architecture",
    "Authorization",
    "BuildPipeline",
    "BuiltImages",
    "ContainerApi",
    "ContainerCluster",
    "ContainerHosting",
    "Finding",
    "Firewall",
    "InvalidSourceError",
    "NetworkProfile",
    "PipelineProps",
    "PipelineSource",
    "ResourceAccess",
    "Rollout",
    "SecretsFromFiles",
    "ServiceProps",
    "Severity",
    "SignIn",
    "Stickiness",
    "Suppression",
    "TargetHealthCheck",
    "TargetOptions",
    "TaskScaling",
]

_HOMES = {
    "Access": "resource_access",
    "Architecture": "plan",
    "Authorization": "api.authorization",
    "BuildPipeline": "build_pipeline",
    "BuiltImages": "images",
    "ContainerApi": "container_api",
    "ContainerCluster": "container_cluster",
    "ContainerHosting": "container_hosting",
    "Finding": "findings",
    "Firewall": "hosting.firewall",
    "InvalidSourceError": "findings",
    "NetworkProfile": "network",
    "PipelineProps": "pipeline.props",
    "PipelineSource": "pipeline.source",
    "ResourceAccess": "resource_access",
    "Rollout": "hosting.rollout",
    "SecretsFromFiles": "secrets_from_files",
    "ServiceProps": "service_props",
    "Severity": "findings",
    "SignIn": "hosting.sign_in",
    "Stickiness": "hosting.target_group",
    "Suppression": "findings",
    "TargetHealthCheck": "hosting.target_health",
    "TargetOptions": "hosting.target_group",
    "TaskScaling": "scaling",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
