"""Log of the sessions of ECS Exec in a cluster, and the permissions to write to it."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_containers.iam.wildcards import allow_without_resource


class SessionLog:
    """A log group of what is typed and shown in sessions of ECS Exec.

    Sessions are the evidence of who did what, and outlive the stack.

    Args:
        scope: The construct above the log group.
        retention: The time for which they are kept.
        key: The key of the log group and of the sessions' data. None: those of AWS.

    Attributes:
        group: The log group.
        key: The key.
    """

    def __init__(
        self, scope: Construct, *, retention: logs.RetentionDays, key: kms.IKey | None
    ) -> None:
        self.key = key
        self.group = logs.LogGroup(
            scope,
            "SessionLog",
            retention=retention,
            encryption_key=key,
            removal_policy=RemovalPolicy.RETAIN,
        )

    @property
    def configuration(self) -> ecs.ExecuteCommandConfiguration:
        """The configuration of a cluster whose sessions are logged."""
        return ecs.ExecuteCommandConfiguration(
            kms_key=self.key,
            logging=ecs.ExecuteCommandLogging.OVERRIDE,
            log_configuration=ecs.ExecuteCommandLogConfiguration(
                cloud_watch_log_group=self.group,
                # The agent refuses a session whose group is not encrypted by a key then.
                cloud_watch_encryption_enabled=True if self.key else None,
            ),
        )

    def serve(self, role: iam.IRole) -> None:
        """Let the task role of a service write to it: its containers' agent does.

        The permissions are those of "Using Amazon ECS Exec", Amazon ECS Developer Guide.
        """
        role.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[self.group.log_group_arn],
            )
        )
        allow_without_resource(
            role,
            "SessionLogs",
            iam.PolicyStatement(actions=["logs:DescribeLogGroups"], resources=["*"]),
            reason="logs:DescribeLogGroups supports no resource-level permission.",
        )
        if self.key is not None:
            role.add_to_principal_policy(
                iam.PolicyStatement(actions=["kms:Decrypt"], resources=[self.key.key_arn])
            )
