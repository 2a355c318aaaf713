"""Where the images of services with ``build`` come from."""

from abc import ABC, abstractmethod
from pathlib import Path

from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from serverless_containers.compose.model import Build
from serverless_containers.findings import Findings, Rule, Severity
from serverless_containers.findings.uncaught import hide_traceback
from serverless_containers.plan import Architecture, ContainerPlan

BUILD_NOT_LOCAL = Rule(
    code="build-not-local",
    severity=Severity.ERROR,
    summary="A build that Docker does on this machine uses what a CDK image asset can express.",
    source="aws-cdk-lib.aws_ecr_assets.DockerImageAsset, AWS CDK API Reference",
)


class BuiltImages(ABC):
    """The images of the services that have a ``build``."""

    @staticmethod
    def local_build() -> "BuiltImages":
        """Docker builds them on the machine that runs ``cdk deploy`` (CDK image assets)."""
        return _LocalBuild()

    @staticmethod
    def repositories(*, prefix: str, tag: str) -> "BuiltImages":
        """They are in ECR repositories of this account and region already.

        Args:
            prefix: What the repositories' names start with; the service's name follows.
            tag: The tag to run. Name a fixed one: ``latest`` is another image at every start.
        """
        return _Repositories(prefix, tag)

    @abstractmethod
    def image(
        self, scope: Construct, container: ContainerPlan, architecture: Architecture
    ) -> ecs.ContainerImage:
        """The image of one container.

        Args:
            scope: Where constructs may be added.
            container: A container that is built.
            architecture: What the image has to run on.
        """


class _Repositories(BuiltImages):
    def __init__(self, prefix: str, tag: str) -> None:
        self._prefix = prefix
        self._tag = tag

    def image(
        self,
        scope: Construct,
        container: ContainerPlan,
        architecture: Architecture,  # noqa: ARG002  # the image is what it is
    ) -> ecs.ContainerImage:
        repository = ecr.Repository.from_repository_name(
            scope, f"Repository-{container.name}", f"{self._prefix}{container.name}"
        )
        return ecs.ContainerImage.from_ecr_repository(repository, self._tag)


class _LocalBuild(BuiltImages):
    def image(
        self, scope: Construct, container: ContainerPlan, architecture: Architecture
    ) -> ecs.ContainerImage:
        build = container.build
        if build is None:
            raise TypeError(f"container {container.name} is not built")
        _check_expressible(build)
        return ecs.ContainerImage.from_docker_image_asset(
            ecr_assets.DockerImageAsset(
                scope,
                f"Image-{container.name}",
                asset_name=container.name,
                directory=build.context,
                file=_within_context(build),
                build_args={key: value for key, value in build.args.items() if value is not None}
                or None,
                target=build.target,
                platform=ecr_assets.Platform.LINUX_ARM64
                if architecture is Architecture.ARM64
                else ecr_assets.Platform.LINUX_AMD64,
            )
        )


def _within_context(build: Build) -> str:
    """The Dockerfile as a path below the context, which is how an asset wants it."""
    dockerfile = Path(build.dockerfile)
    if dockerfile.is_absolute() and dockerfile.is_relative_to(build.context):
        return str(dockerfile.relative_to(build.context))
    return str(dockerfile)


def _check_expressible(build: Build) -> None:
    findings = Findings()
    fix = "let a pipeline build it, or name an image"
    problems = {
        "context": not build.is_local and "the context is not a folder on this machine",
        "dockerfile_inline": build.dockerfile_inline is not None
        and "an inline Dockerfile cannot be built as an asset",
        "dockerfile": (
            Path(_within_context(build)).is_absolute() or ".." in Path(build.dockerfile).parts
        )
        and "the Dockerfile is outside the context",
        "additional_contexts": bool(build.additional_contexts)
        and "additional contexts cannot be handed to an asset's build",
        "secrets": bool(build.secrets) and "build secrets are not handed to a local build",
        "ssh": bool(build.ssh) and "SSH agents are not handed to a local build",
    }
    for key, problem in problems.items():
        if problem:
            findings.report(BUILD_NOT_LOCAL, build.at(key), (*build.path, key), problem, fix)
    if findings.errors:
        hide_traceback()
        findings.raise_errors()
