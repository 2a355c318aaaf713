"""One environment as a whole."""

from pathlib import Path

from aws_cdk import Environment, Stage
from constructs import Construct

from serverless_containers import (
    BuildPipeline,
    ContainerApi,
    ContainerHosting,
    ServiceProps,
    apply_tags,
)
from stacks.api_stack import ApiStack
from stacks.containers import built_images, container_props
from stacks.dashboard_stack import DashboardStack
from stacks.environments import EnvironmentConfig, GitHub, Images
from stacks.naming import APPLICATION, service_name
from stacks.network_stack import NetworkStack
from stacks.pipeline_stack import PipelineStack
from stacks.shared_stacks import SharedStacks
from stacks.site_stack import SiteStack
from stacks.storage_stack import StorageStack


class EnvironmentStage(Stage):
    """The stacks of one environment; ``cdk deploy 'dev/*'`` deploys those of ``dev``.

    Environments that share are in one stage, beside what they share: ``preview/pr-123/*``.

    Args:
        config: The environment.
        source: The folder with the Compose file or the lone Dockerfile, or the Compose file itself.
        entrypoint: The container that receives the traffic. None leaves it to the Compose file.
        port: The port of it that does. None leaves it to the Compose file, too.
        images: Who builds the images.
        image_tag: The tag under which they are in the ECR repositories ``<name>/<service>``
            already. None: they are built.
        name: What the names of the stacks start with.
        sample: Whether it is the sample application, which has a table.

    Attributes:
        api: The stack of the API.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        config: EnvironmentConfig,
        source: Path,
        entrypoint: str | None,
        port: int | None = None,
        images: Images,
        image_tag: str | None = None,
        name: str = APPLICATION,
        sample: bool = True,
    ) -> None:
        super().__init__(
            scope, config.files, env=Environment(account=config.account, region=config.region)
        )
        prefix = f"{name}-{config.name}"
        shared = (
            SharedStacks(self, config=config, name=name, source=source) if config.shared else None
        )
        own = Construct(self, config.name) if shared else self
        storage = StorageStack(
            own,
            "Storage",
            config=config,
            stack_name=f"{prefix}-storage",
            source=source,
            sample=sample,
            secrets=shared.secrets if shared else None,
        )
        if shared:
            cluster = shared.cluster
        else:
            network = NetworkStack(own, "Network", config=config, stack_name=f"{prefix}-network")
            # A secret that was never pushed is missed before anything is paid for.
            network.add_stack_dependency(storage)
            cluster = network.cluster

        def containers(service: str) -> ServiceProps:
            named = service_name(f"{prefix}-{service.lower()}", service)

            def pipeline(github: GitHub) -> BuildPipeline:
                return PipelineStack(
                    own,
                    f"{service}Pipeline",
                    config=config,
                    github=github,
                    stack_name=f"{prefix}-{service.lower()}-pipeline",
                    source=source,
                    entrypoint=entrypoint,
                    cluster_name=cluster.cluster_name,
                    service_name=named,
                ).pipeline

            return container_props(
                config,
                entrypoint=entrypoint,
                port=port,
                images=built_images(config, images, f"{name.lower()}/", image_tag, pipeline),
                cluster=cluster,
                storage=storage,
                service_name=named,
            )

        self.api = ApiStack(
            own,
            "Api",
            config=config,
            stack_name=f"{prefix}-api",
            source=source,
            containers=containers("Api"),
            query_folder=f"{name}/{config.name}/api",
        )
        services: list[ContainerApi | ContainerHosting] = [self.api.api]
        if config.site is not None:
            site = SiteStack(
                own,
                "Site",
                config=config,
                site=config.site,
                stack_name=f"{prefix}-site",
                source=source,
                containers=containers("Site"),
                query_folder=f"{name}/{config.name}/site",
                # Where the API has users, a site that comes later moves none of them.
                user_pool=self.api.api.user_pool,
            )
            services.append(site.site)
        panels = [each.monitoring.panel for each in services if each.monitoring]
        if panels:
            DashboardStack(own, "Dashboard", panels=panels, stack_name=f"{prefix}-dashboard")
        apply_tags(
            own,
            service=name,
            environment=config.name,
            owner=config.owner,
            cost_center=config.cost_center,
        )
