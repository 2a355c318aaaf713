"""Network and cluster that the services of an environment share."""

from aws_cdk import Stack
from constructs import Construct

from serverless_containers import ContainerCluster
from stacks.environments import EnvironmentConfig


class NetworkStack(Stack):
    """The network and the cluster of the API and the site."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: EnvironmentConfig,
        stack_name: str,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=stack_name,
            description=f"Network and cluster of the containers ({config.name})",
        )
        self.cluster = ContainerCluster(
            self,
            "Containers",
            network_profile=config.network_profile,
            high_availability=config.high_availability,
            availability_zones=config.availability_zones,
            log_retention=config.log_retention,
            removal_policy=config.removal_policy,
        )
        for value in self.cluster.exported_values:
            self.export_value(value)
