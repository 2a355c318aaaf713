"""The containers of an environment, which are the same behind its API and its site."""

from collections.abc import Callable

from serverless_containers import (
    BuildPipeline,
    BuiltImages,
    ContainerCluster,
    ResourceAccess,
    ServiceProps,
    Tracing,
)
from stacks.environments import EnvironmentConfig, GitHub, Images
from stacks.storage_stack import StorageStack


def container_props(
    config: EnvironmentConfig,
    *,
    entrypoint: str | None,
    port: int | None,
    images: BuiltImages,
    cluster: ContainerCluster,
    storage: StorageStack,
    service_name: str,
) -> ServiceProps:
    """The containers of an environment.

    Args:
        config: The environment.
        entrypoint: The container that receives the traffic. None leaves it to the Compose file.
        port: The port of it that does. None leaves it to the Compose file, too.
        images: The source of the images; for each service by itself.
        cluster: The cluster that they run in.
        storage: The data and the secrets.
        service_name: The name of the ECS service.
    """
    return ServiceProps(
        environment_name=config.files,
        entrypoint=entrypoint,
        port=port,
        strict=config.strict,
        images=images,
        secrets=storage.secrets,
        resources=[ResourceAccess.table(storage.posts, name="posts")] if storage.posts else [],
        cluster=cluster,
        service_name=service_name,
        spot=config.spot,
        cpu=config.cpu,
        memory_limit_mib=config.memory_limit_mib,
        scaling=config.scaling,
        tracing=Tracing() if config.tracing is True else config.tracing or None,
        enable_execute_command=config.enable_execute_command,
        log_retention=config.log_retention,
        removal_policy=config.removal_policy,
    )


def built_images(
    config: EnvironmentConfig,
    images: Images,
    repositories: str,
    tag: str | None,
    pipeline: Callable[[GitHub], BuildPipeline],
) -> BuiltImages:
    """Return the source of the images of one service.

    Args:
        config: The environment.
        images: The builder of the images.
        repositories: The prefix of the ECR repositories that hold them with ``tag``.
        tag: The tag under which they are in ECR already, if they are.
        pipeline: Makes the pipeline of a repository.
    """
    if tag is not None:
        return BuiltImages.repositories(prefix=repositories, tag=tag)
    if images is Images.DOCKER:
        return BuiltImages.local_build()
    if config.github is not None:
        return pipeline(config.github).images
    return BuildPipeline.managed(
        log_retention=config.log_retention, removal_policy=config.removal_policy
    )
