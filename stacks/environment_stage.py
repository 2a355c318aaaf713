"""One environment as a whole."""

from pathlib import Path

from aws_cdk import Environment, Stage, Tags
from constructs import Construct

from serverless_containers import BuildPipeline, ServiceProps
from stacks.api_stack import ApiStack
from stacks.containers import built_images, container_props
from stacks.environments import EnvironmentConfig, GitHub, Images
from stacks.network_stack import NetworkStack
from stacks.pipeline_stack import PipelineStack
from stacks.site_stack import SiteStack
from stacks.storage_stack import StorageStack

_APPLICATION = "serverless-containers"


class EnvironmentStage(Stage):
    """The stacks of one environment; ``cdk deploy 'dev/*'`` deploys those of ``dev``."""

    def __init__(
        self,
        scope: Construct,
        *,
        config: EnvironmentConfig,
        source: Path,
        entrypoint: str | None,
        images: Images,
        image_tag: str | None = None,
    ) -> None:
        super().__init__(
            scope, config.name, env=Environment(account=config.account, region=config.region)
        )
        prefix = f"{_APPLICATION}-{config.name}"
        storage = StorageStack(
            self, "Storage", config=config, stack_name=f"{prefix}-storage", source=source
        )

        network = NetworkStack(self, "Network", config=config, stack_name=f"{prefix}-network")
        # A secret that was never pushed is missed before anything is paid for.
        network.add_stack_dependency(storage)

        def containers(service: str) -> ServiceProps:
            def pipeline(github: GitHub) -> BuildPipeline:
                return PipelineStack(
                    self,
                    f"{service}Pipeline",
                    config=config,
                    github=github,
                    stack_name=f"{prefix}-{service.lower()}-pipeline",
                    source=source,
                    entrypoint=entrypoint,
                    cluster_name=network.cluster.cluster_name,
                    service_name=f"{prefix}-{service.lower()}",
                ).pipeline

            return container_props(
                config,
                entrypoint=entrypoint,
                images=built_images(config, images, image_tag, pipeline),
                cluster=network.cluster,
                storage=storage,
            )

        api = ApiStack(
            self,
            "Api",
            config=config,
            stack_name=f"{prefix}-api",
            source=source,
            containers=containers("Api"),
        )
        if config.site is not None:
            SiteStack(
                self,
                "Site",
                config=config,
                site=config.site,
                stack_name=f"{prefix}-site",
                source=source,
                containers=containers("Site"),
                # Where the API has users, a site that comes later moves none of them.
                user_pool=api.api.user_pool,
            )
        Tags.of(self).add("application", _APPLICATION)
        Tags.of(self).add("environment", config.name)
