"""The data of the sample application, and what its deployment takes for granted."""

from pathlib import Path

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from serverless_containers import SecretsFromFiles
from stacks.environments import EnvironmentConfig


class StorageStack(Stack):
    """The table of posts and the secrets, in a stack that no change of a service can touch.

    It is deployed first, so that a secret that was never pushed is missed before anything is made.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: EnvironmentConfig,
        stack_name: str,
        source: Path,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=stack_name,
            description=f"Data of the sample application ({config.name})",
            termination_protection=config.removal_policy is RemovalPolicy.RETAIN,
        )
        self.posts = dynamodb.Table(
            self,
            "Posts",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.NUMBER),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=config.removal_policy is RemovalPolicy.RETAIN,
            removal_policy=config.removal_policy,
        )
        self.secrets = SecretsFromFiles(
            self, "Secrets", source=source, environment_name=config.name
        )
