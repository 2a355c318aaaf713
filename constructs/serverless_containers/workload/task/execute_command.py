"""ECS Exec: a shell in a running container."""

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from serverless_containers.iam.wildcards import allow_without_resource


def enable_execute_command(
    service: ecs.FargateService, definition: ecs.FargateTaskDefinition
) -> None:
    """Turn ECS Exec on with the four permissions that it takes.

    The CDK's own switch also lets the task role write to every log group of the account. The
    permissions are those of "Using Amazon ECS Exec", Amazon ECS Developer Guide.

    Args:
        service: The service.
        definition: Its task definition, whose role gets the permissions.
    """
    resource = service.node.default_child
    if not isinstance(resource, ecs.CfnService):
        raise TypeError("an ECS service has a CloudFormation resource")
    resource.enable_execute_command = True
    allow_without_resource(
        definition.task_role,
        "ExecuteCommand",
        iam.PolicyStatement(
            actions=[
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ],
            resources=["*"],
        ),
        reason="ECS Exec's four ssmmessages actions support no resource-level permission.",
    )
