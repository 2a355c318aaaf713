"""The pipeline of a service whose source is on GitHub."""

from pathlib import Path

from aws_cdk import Stack
from constructs import Construct

from serverless_containers import BuildPipeline, PipelineSource
from stacks.environments import EnvironmentConfig, GitHub


class PipelineStack(Stack):
    """The pipeline, in a stack that is deployed before that of the service.

    Args:
        cluster_name: The cluster of the service, by a name that is known before it is there.
        service_name: The service's name, likewise.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: EnvironmentConfig,
        github: GitHub,
        stack_name: str,
        source: Path,
        entrypoint: str | None,
        cluster_name: str,
        service_name: str,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=stack_name,
            description=f"Builds {service_name} from GitHub ({config.name})",
        )
        self.pipeline = BuildPipeline(
            self,
            "Build",
            source=source,
            entrypoint=entrypoint,
            strict=config.strict,
            environment_name=config.files,
            cluster_name=cluster_name,
            service_name=service_name,
            pipeline_source=PipelineSource.github(github.url, connection_arn=github.connection_arn),
            log_retention=config.log_retention,
            removal_policy=config.removal_policy,
        )
