"""One environment as a whole."""

from pathlib import Path

from aws_cdk import Environment, Stage, Tags
from constructs import Construct

from serverless_containers import BuiltImages
from stacks.api_stack import ApiStack
from stacks.environments import EnvironmentConfig
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
        images: BuiltImages,
    ) -> None:
        super().__init__(
            scope, config.name, env=Environment(account=config.account, region=config.region)
        )
        prefix = f"{_APPLICATION}-{config.name}"
        storage = StorageStack(self, "Storage", config=config, stack_name=f"{prefix}-storage")
        ApiStack(
            self,
            "Api",
            config=config,
            stack_name=f"{prefix}-api",
            source=source,
            entrypoint=entrypoint,
            images=images,
            posts=storage.posts,
        )
        Tags.of(self).add("application", _APPLICATION)
        Tags.of(self).add("environment", config.name)
