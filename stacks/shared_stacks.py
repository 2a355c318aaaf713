"""Stacks that previews share: a region has five VPCs, and more pull requests."""

from dataclasses import replace
from pathlib import Path

from aws_cdk import Environment, Stage
from constructs import Construct

from serverless_containers import ContainerCluster, SecretsFromFiles, apply_tags
from stacks.environments import EnvironmentConfig
from stacks.network_stack import NetworkStack
from stacks.storage_stack import StorageStack


class SharedStacks:
    """The network, the cluster and the secrets of several environments, in a stage of theirs.

    The templates are the same whichever of the environments is synthesized, so that the stacks stay
    as they are when one comes or goes. They are above the environments in the stage
    (``preview/Network``, ``preview/pr-123/Api``): a pattern for one of these names none of them.

    Args:
        stage: The stage.
        config: One of the environments, or what they have in common.
        name: What the names of the stacks start with.
        source: The folder with the Compose file, whose secrets they are.

    Attributes:
        cluster: The cluster, with its network.
        secrets: The secrets.
    """

    def __init__(
        self, stage: Construct, *, config: EnvironmentConfig, name: str, source: Path
    ) -> None:
        own = replace(config, name=config.files)
        prefix = f"{name}-{own.name}"
        storage = StorageStack(
            stage,
            "Storage",
            config=own,
            stack_name=f"{prefix}-storage",
            source=source,
            sample=False,
        )
        network = NetworkStack(stage, "Network", config=own, stack_name=f"{prefix}-network")
        # A secret that was never pushed is missed before anything is paid for.
        network.add_stack_dependency(storage)
        for stack in (storage, network):
            apply_tags(
                stack,
                service=name,
                environment=own.name,
                owner=own.owner,
                cost_center=own.cost_center,
            )
        self.cluster: ContainerCluster = network.cluster
        self.secrets: SecretsFromFiles = storage.secrets


class SharedStage(Stage):
    """The shared stacks alone, which are deployed once, before the first environment.

    Args:
        config: What the environments have in common.
        source: The folder with the Compose file.
        name: What the names of the stacks start with.
    """

    def __init__(
        self, scope: Construct, *, config: EnvironmentConfig, source: Path, name: str
    ) -> None:
        super().__init__(
            scope, config.files, env=Environment(account=config.account, region=config.region)
        )
        SharedStacks(self, config=config, name=name, source=source)
