"""The buildspec of CodeBuild, and the lifecycle policy of ECR. Pure Python, no CDK."""

from serverless_containers.plan.buildspec.images import plan_images
from serverless_containers.plan.buildspec.lifecycle import (
    MOVING_TAGS,
    LifecycleRule,
    lifecycle_policy,
    lifecycle_rules,
)
from serverless_containers.plan.buildspec.model import (
    BuildspecImage,
    BuildspecOptions,
    RegistryLogin,
    Variable,
    repository_variable,
)
from serverless_containers.plan.buildspec.spec import make_buildspec, to_yaml

__all__ = [
    "MOVING_TAGS",
    "BuildspecImage",
    "BuildspecOptions",
    "LifecycleRule",
    "RegistryLogin",
    "Variable",
    "lifecycle_policy",
    "lifecycle_rules",
    "make_buildspec",
    "plan_images",
    "repository_variable",
    "to_yaml",
]
