"""Images of services with ``build``: chosen by a caller, then bound to one service."""

import re
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aws_cdk import CopyOptions, FileSystem, IgnoreMode, Stack, SymlinkFollowMode, Token
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from constructs import Construct, IDependable

from serverless_containers.arguments.keywords import checks_keywords
from serverless_containers.findings import Findings
from serverless_containers.findings.uncaught import hide_traceback
from serverless_containers.plan import Architecture, ContainerPlan, TaskPlan, rules
from serverless_containers.plan.build_context.ignore import ignore_file_of, literally
from serverless_containers.plan.build_context.model import Exclusions
from serverless_containers.plan.builds import check_asset_build
from serverless_containers.plan.model import BuildPlan
from serverless_containers.plan.mounted_images import (
    DOCKERFILE,
    LAST_STAGE,
    add_last_stage,
    refuse_copies,
    stage_context,
)

_ECR_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/"
    r"(?P<name>[a-z0-9._/-]+)(?::(?P<tag>[\w.-]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_REPOSITORY = re.compile(
    r"(?=.{2,256}\Z)(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*"
)
"""The names of repositories; "CreateRepository", Amazon ECR API Reference."""
_STAGES_NOTHING = "aws:cdk:disable-asset-staging"
"""The context key by which the CDK takes assets from where they are, rather than copies of them."""
_NEVER_SENT = ["**/.secret-*"]
"""Left out of a build's context whatever its ``.dockerignore`` says: values of secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesBindOptions:
    """The service that images are bound to.

    Attributes:
        plan: The plan of its project.
        architecture: The instruction set that its tasks run on.
        cluster_name: The name of its cluster.
        service_name: The name of the service.
    """

    plan: TaskPlan
    architecture: Architecture
    cluster_name: str
    service_name: str


class BoundImages(ABC):
    """The images of one service."""

    cluster_name: str | None = None
    """The name that the cluster must have, where a pipeline was made for one that was to come."""
    service_name: str | None = None
    """The name that the service must have, likewise."""
    ready: tuple[IDependable, ...] = ()
    """Constructs that have to exist before the images are there."""

    @abstractmethod
    def image(self, scope: Construct, container: ContainerPlan) -> ecs.ContainerImage:
        """Return the image of one container.

        Args:
            scope: The construct below which others may be made.
            container: A container that is built.
        """

    def allow_to_run(  # noqa: B027  # most roll nothing out
        self, definition: ecs.TaskDefinition
    ) -> None:
        """Let a pipeline that rolls the images out run tasks of a definition."""

    def wait_for_rollout(  # noqa: B027  # most roll nothing out
        self, minutes: float | None
    ) -> None:
        """Let a pipeline that rolls the images out wait for that.

        Args:
            minutes: The duration of a rollout besides starting tasks. None: it is not known.

        Raises:
            ValueError: If it is longer than the pipeline can wait.
        """


class BuiltImages(ABC):
    """The source of the images of services that have a ``build``."""

    @staticmethod
    def local_build() -> "BuiltImages":
        """Docker builds them on the machine that runs ``cdk deploy`` (CDK image assets)."""
        return _LocalBuild()

    @staticmethod
    @checks_keywords
    def repositories(*, prefix: str, tag: str) -> "BuiltImages":
        """They are in ECR repositories of this account and region already.

        Args:
            prefix: The start of the repositories' names; the service's name follows, and so has
                to be one that ECR takes: in small letters.
            tag: The tag to run. Name a fixed one: ``latest`` is another image at every start.
        """
        return _Repositories(prefix, tag)

    @abstractmethod
    def bind(self, scope: Construct, options: ImagesBindOptions) -> BoundImages:
        """Make what makes the images, for one service.

        Args:
            scope: The construct below which others may be made.
            options: The service.
        """


def registry_image(scope: Construct, name: str, image: str) -> ecs.ContainerImage:
    """Return an image that a Compose file names; one in ECR with the permission to pull it.

    Args:
        scope: The construct below which others may be made.
        name: The container's name.
        image: The image.
    """
    found = _ECR_IMAGE.fullmatch(image)
    if found is None:
        return ecs.ContainerImage.from_registry(image)
    arn = Stack.of(scope).format_arn(
        service="ecr",
        region=found["region"],
        account=found["account"],
        resource="repository",
        resource_name=found["name"],
    )
    repository = ecr.Repository.from_repository_attributes(
        scope, f"Repository-{name}", repository_arn=arn, repository_name=found["name"]
    )
    return ecs.ContainerImage.from_ecr_repository(repository, found["digest"] or found["tag"])


class _Repositories(BuiltImages):
    def __init__(self, prefix: str, tag: str) -> None:
        self._prefix = prefix
        self._tag = tag

    def bind(
        self,
        scope: Construct,  # noqa: ARG002  # there is nothing to make
        options: ImagesBindOptions,  # noqa: ARG002
    ) -> BoundImages:
        return _ImagesInRepositories(self._prefix, self._tag)


class _ImagesInRepositories(BoundImages):
    def __init__(self, prefix: str, tag: str) -> None:
        self._prefix = prefix
        self._tag = tag

    def image(self, scope: Construct, container: ContainerPlan) -> ecs.ContainerImage:
        check_made_elsewhere(container)
        name = f"{self._prefix}{container.service_name}"
        _check_repository(name, container)
        repository = ecr.Repository.from_repository_name(
            scope, f"Repository-{container.name}", name
        )
        return ecs.ContainerImage.from_ecr_repository(repository, self._tag)


class _LocalBuild(BuiltImages):
    def bind(
        self,
        scope: Construct,  # noqa: ARG002  # each image is an asset of its own
        options: ImagesBindOptions,
    ) -> BoundImages:
        return _ImageAssets(options.plan.exclusions, options.architecture)


class _ImageAssets(BoundImages):
    def __init__(self, exclusions: Exclusions, architecture: Architecture) -> None:
        self._exclusions = exclusions
        self._platform = (
            ecr_assets.Platform.LINUX_ARM64
            if architecture is Architecture.ARM64
            else ecr_assets.Platform.LINUX_AMD64
        )

    def image(self, scope: Construct, container: ContainerPlan) -> ecs.ContainerImage:
        if container.build is None:
            asset = self._add_files(scope, container)
            return ecs.ContainerImage.from_docker_image_asset(asset)
        findings = Findings()
        check_asset_build(container.build, findings)
        _raise_errors(findings)
        make = self._build_with_files if container.copies else self._build
        asset = make(scope, container, container.build)
        return ecs.ContainerImage.from_docker_image_asset(asset)

    def _add_files(self, scope: Construct, container: ContainerPlan) -> ecr_assets.DockerImageAsset:
        """An image that is named, with files."""
        if container.image is None:
            raise TypeError(f"container {container.name} is not built")
        with _staged(scope) as folder:
            stage_context(container, folder)
            return ecr_assets.DockerImageAsset(
                scope,
                f"Image-{container.name}",
                asset_name=container.name,
                directory=str(folder),
                platform=self._platform,
            )

    def _build_with_files(
        self, scope: Construct, container: ContainerPlan, build: BuildPlan
    ) -> ecr_assets.DockerImageAsset:
        """An image that a service's own Dockerfile makes, with files."""
        context = Path(build.context)
        ignore_file = ignore_file_of(build.context, build.dockerfile_in_context)
        # The CDK reads the file like this where nothing is added to the context.
        text = Path(ignore_file).read_text("utf-8", "replace") if ignore_file else ""
        patterns = text.splitlines()
        with _staged(scope) as folder:
            FileSystem.copy_directory(
                build.context,
                str(folder),
                CopyOptions(
                    exclude=[*patterns, *self._left_out(build)],
                    ignore_mode=IgnoreMode.DOCKER,
                    follow=SymlinkFollowMode.NEVER,
                ),
            )
            add_last_stage(folder, build, container.copies, context)
            staged = replace(build, context=str(folder), dockerfile=DOCKERFILE, target=LAST_STAGE)
            return self._build(scope, container, staged)

    def _build(
        self, scope: Construct, container: ContainerPlan, build: BuildPlan
    ) -> ecr_assets.DockerImageAsset:
        return ecr_assets.DockerImageAsset(
            scope,
            f"Image-{container.name}",
            asset_name=container.name,
            directory=build.context,
            file=build.dockerfile_in_context,
            build_args=dict(build.args) or None,
            target=build.target,
            network_mode=ecr_assets.NetworkMode.custom(build.network) if build.network else None,
            cache_from=[
                ecr_assets.DockerCacheOption(type="registry", params={"ref": image})
                for image in build.cache_from
            ]
            or None,
            cache_to=ecr_assets.DockerCacheOption(type="inline") if build.inline_cache else None,
            cache_disabled=build.no_cache or None,
            exclude=self._left_out(build),
            # As an engine has them: what they lead to outside is not for the image.
            follow_symlinks=SymlinkFollowMode.NEVER,
            platform=self._platform,
        )

    def _left_out(self, build: BuildPlan) -> list[str]:
        return [*_NEVER_SENT, *map(literally, self._exclusions.inside(build.context))]


def check_made_elsewhere(container: ContainerPlan) -> None:
    """Refuse to add files to an image that is made elsewhere.

    Raises:
        InvalidSourceError: If there are some.
    """
    findings = Findings()
    refuse_copies(container, findings)
    _raise_errors(findings)


def _check_repository(name: str, container: ContainerPlan) -> None:
    """Refuse a name that no repository of ECR can have.

    Raises:
        InvalidSourceError: If it is none.
    """
    # Of a prefix that is not known yet only the service's name can be judged.
    known = f"x{container.service_name}" if Token.is_unresolved(name) else name
    if _REPOSITORY.fullmatch(known) or container.build is None:
        return
    findings = Findings()
    findings.report(
        rules.IMAGE_INVALID,
        container.build.at(),
        container.build.path,
        f"no repository of ECR has the name {known!r}: expected small letters, digits and single "
        "separators between them",
        "rename the service, or give its image by itself: images={"
        f"{container.service_name!r}: ecs.ContainerImage.from_ecr_repository(repository, tag)}}",
    )
    _raise_errors(findings)


def _raise_errors(findings: Findings) -> None:
    if findings.errors:
        hide_traceback()
        findings.raise_errors()


@contextmanager
def _staged(scope: Construct) -> Iterator[Path]:
    """A folder to make an asset of, which the CDK copies unless it was told not to."""
    folder = Path(tempfile.mkdtemp(prefix="serverless-containers-"))
    try:
        yield folder
    finally:
        if not scope.node.try_get_context(_STAGES_NOTHING):
            shutil.rmtree(folder, ignore_errors=True)
