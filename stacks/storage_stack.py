"""The data of the sample application, and the secrets of any."""

from pathlib import Path

from aws_cdk import CfnWaitConditionHandle, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from serverless_containers import SecretsFromFiles
from stacks.environments import EnvironmentConfig


class StorageStack(Stack):
    """The table of posts and the secrets, in a stack that no change of a service can touch.

    It is deployed first, so that a secret that was never pushed is missed before anything is made.
    Where data is retained, the table is protected from being deleted, and stays when the stack is
    deleted. The stack has no termination protection: the CDK CLI switches it on before it makes the
    first resource, and could then not delete what it must delete to try again.

    Args:
        sample: Whether it is the sample application that is deployed, whose table this is.
        secrets: The secrets, where another stack has them. None: they are this one's.

    Attributes:
        posts: The table; None for any other project.
        secrets: The secrets of the project.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: EnvironmentConfig,
        stack_name: str,
        source: Path,
        sample: bool,
        secrets: SecretsFromFiles | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=stack_name,
            description=("Data of the sample application" if sample else "Secrets")
            + f" ({config.name})",
        )
        self.posts = self._make_table(config) if sample else None
        if self.posts is None:
            # A project may have no secret, and CloudFormation makes no stack without a resource. A
            # handle that nobody waits for is nothing, and costs nothing.
            CfnWaitConditionHandle(self, "Unused")
        self.secrets = secrets or SecretsFromFiles(
            self, "Secrets", source=source, environment_name=config.files
        )
        if self.posts is not None and secrets is None:
            # Nobody deletes a table that is protected: made last, none is left by an attempt that
            # failed.
            self.posts.node.add_dependency(*self.secrets.policies)

    def _make_table(self, config: EnvironmentConfig) -> dynamodb.Table:
        return dynamodb.Table(
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
