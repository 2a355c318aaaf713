"""Compose files on Fargate, as AWS CDK constructs.

The names below are the public surface. They are looked up when they are first used, because
importing the constructs starts the CDK's Node process, which the command line mostly does without.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serverless_containers.authorization import Authorization
    from serverless_containers.build_pipeline import BuildPipeline
    from serverless_containers.container_api import ContainerApi
    from serverless_containers.findings import Finding, InvalidSourceError, Severity, Suppression
    from serverless_containers.images import BuiltImages
    from serverless_containers.network import NetworkProfile
    from serverless_containers.pipeline_props import PipelineProps
    from serverless_containers.pipeline_source import PipelineSource
    from serverless_containers.plan import Architecture
    from serverless_containers.resource_access import Access, ResourceAccess
    from serverless_containers.scaling import TaskScaling
    from serverless_containers.secrets_from_files import SecretsFromFiles
    from serverless_containers.service_props import ServiceProps

__all__ = [
    "Access",
    "Architecture",
    "Authorization",
    "BuildPipeline",
    "BuiltImages",
    "ContainerApi",
    "Finding",
    "InvalidSourceError",
    "NetworkProfile",
    "PipelineProps",
    "PipelineSource",
    "ResourceAccess",
    "SecretsFromFiles",
    "ServiceProps",
    "Severity",
    "Suppression",
    "TaskScaling",
]

_HOMES = {
    "Access": "resource_access",
    "Architecture": "plan",
    "Authorization": "authorization",
    "BuildPipeline": "build_pipeline",
    "BuiltImages": "images",
    "ContainerApi": "container_api",
    "Finding": "findings",
    "InvalidSourceError": "findings",
    "NetworkProfile": "network",
    "PipelineProps": "pipeline_props",
    "PipelineSource": "pipeline_source",
    "ResourceAccess": "resource_access",
    "SecretsFromFiles": "secrets_from_files",
    "ServiceProps": "service_props",
    "Severity": "findings",
    "Suppression": "findings",
    "TaskScaling": "scaling",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
