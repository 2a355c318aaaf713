"""The data of the sample application."""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from stacks.environments import EnvironmentConfig


class StorageStack(Stack):
    """The table of posts, in a stack of its own so that no change of the service can touch it."""

    def __init__(
        self, scope: Construct, construct_id: str, *, config: EnvironmentConfig, stack_name: str
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
