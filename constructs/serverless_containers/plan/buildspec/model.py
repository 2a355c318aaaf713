"""The input of a buildspec, and the contract between it and whoever runs it.

Everything that a template may compute (repositories, names, URLs) reaches the buildspec as an
environment variable of the CodeBuild project, so that the buildspec itself holds no token.
"""

from dataclasses import dataclass
from enum import StrEnum

from serverless_containers.plan.model import Architecture, BuildPlan, CopyPlan


class Variable(StrEnum):
    """The environment variables that the buildspec reads, besides ``REPOSITORY_<n>``.

    CodeBuild gives CODEBUILD_SRC_DIR, CODEBUILD_BUILD_ID, CODEBUILD_BUILD_NUMBER,
    CODEBUILD_BUILD_URL and CODEBUILD_RESOLVED_SOURCE_VERSION by itself ("Environment variables in
    build environments", AWS CodeBuild User Guide). Each of these may be absent or empty.
    """

    SOURCE_TAG = "SOURCE_TAG"
    """The tag of this source. Default: the first 12 characters of the commit that is built, or of a
    hash of the folder's content."""
    FORCE_REBUILD = "FORCE_REBUILD"
    """``true`` builds without cache and tags with the build number added. Default: no."""
    CLUSTER_NAME = "CLUSTER_NAME"
    """The ECS cluster that the service runs in; it need not exist yet."""
    SERVICE_NAME = "SERVICE_NAME"
    """The ECS service whose images are kept. Default: none runs, no image is marked as live."""
    STACK_NAME = "STACK_NAME"
    """The pipeline's stack, by name or id. Default: none, the pipeline owns every rollout."""
    SERVICE_STACK = "SERVICE_STACK"
    """The stack of the service, by name or id. Default: no image is kept for CloudFormation to go
    back to."""
    WAIT_HANDLE_URL = "WAIT_HANDLE_URL"
    """The address at which CloudFormation waits for the images. Default: it does not wait."""
    TAG_PARAMETER = "TAG_PARAMETER"
    """The name of the SSM parameter that takes the tag. Default: none does."""


class Exported(StrEnum):
    """The variables that the build exports to the pipeline's later stages."""

    IMAGE_TAG = "IMAGE_TAG"
    """The tag that all images of this run have."""
    OWNER = "OWNER"
    """Who rolls the service out: ``cloudformation`` or ``pipeline``; ``nobody`` where it has these
    images already."""


def repository_variable(number: int) -> str:
    """The variable that holds a repository's URI (``<registry>/<name>``, without a tag).

    Args:
        number: The place of the image among those given to ``make_buildspec``, from 1.
    """
    return f"REPOSITORY_{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildspecImage(BuildPlan):
    """The build of one image, in terms of the source that CodeBuild sees.

    Its context, Dockerfile and other contexts are paths below the source folder, with ``/`` between
    their parts, unless they are URLs or images; with a URL as the context, the Dockerfile is below
    that. ``cache_from`` counts beside the image that is tagged latest in its own repository, which
    always holds a cache.

    Attributes:
        service: The Compose service, which is the container's name.
        base: The image that is named, where files are added to one and nothing else is built.
        copies: The files that are added, their sources as paths below the source folder. With a
            base or without, they come last.
        collects: Whether they are for volumes, to which a container copies them.
    """

    service: str
    context: str = "."
    base: str | None = None
    copies: tuple[CopyPlan, ...] = ()
    collects: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryLogin:
    """A registry to log in to before building, besides ECR.

    Attributes:
        registry: Its host name; ``docker.io`` is Docker Hub.
        username_variable: The environment variable that holds the user's name.
        password_variable: The one that holds the password: one of CodeBuild's type
            SECRETS_MANAGER, so that it is masked in the log.
    """

    registry: str
    username_variable: str
    password_variable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildspecOptions:
    """The options of a buildspec.

    The commands are shell code (POSIX sh) and run in the source folder, each in a shell of its own.
    One that fails ends the build. None of them runs when all images exist already. They run as the
    build does, with the credentials of its role; they are given none of the variables of
    ``Variable`` nor those of ``logins``, and Docker has not logged in to ECR while they
    run, nor to any of ``logins``. A credential helper that they give Docker serves all registries
    but these; the build then needs ``jq``, as CodeBuild's images have it.

    Attributes:
        architecture: The instruction set of the images, which is also what CodeBuild has to run on.
        source_folder: The project's folder within the source. Default: the source is the folder.
        tag_by_content: Whether images are tagged with a hash of the source folder and of the build,
            where no SOURCE_TAG is given, and what the service has already is not rolled out again.
            That takes GNU tar, as CodeBuild's images have it. Default: the commit is the tag.
        before_build: Commands before the images are built.
        after_build: Commands after that, before anything is pushed: tests. The images are called
            ``"$REPOSITORY_1:$IMAGE_TAG"`` and so on.
        scan: Commands for each image that was built, before anything is pushed: IMAGE is its name,
            SERVICE its service.
        logins: Registries to log in to besides ECR, for base images.
    """

    architecture: Architecture = Architecture.X86_64
    source_folder: str = "."
    tag_by_content: bool = False
    before_build: tuple[str, ...] = ()
    after_build: tuple[str, ...] = ()
    scan: tuple[str, ...] = ()
    logins: tuple[RegistryLogin, ...] = ()
