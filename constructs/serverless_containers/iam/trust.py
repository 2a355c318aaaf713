"""Trust policies that keep AWS services to what they do for this account.

A service that somebody else's account asks to use a role of this one is the confused deputy of "The
confused deputy problem", IAM User Guide. The condition keys against it only work where the service
sends them when it assumes a role: roles are confined by them where the service's own pages say so,
and no others. "Create the CodePipeline service role (CLI)", AWS CodePipeline User Guide, has none,
nor has "Amazon ECS infrastructure IAM role for load balancers", Amazon ECS Developer Guide.
"""

from collections.abc import Mapping
from typing import Any

import jsii
from aws_cdk import IStableAnyProducer, Lazy, Stack
from aws_cdk import aws_iam as iam

_ECS_TASKS = "ecs-tasks.amazonaws.com"
_CODEBUILD = "codebuild.amazonaws.com"
_FLOW_LOGS = "vpc-flow-logs.amazonaws.com"


def confine_task_role(role: iam.IRole) -> None:
    """Let ECS assume a role for tasks of this account and region alone.

    The keys, and an ARN with a wildcard, are those of "Amazon ECS task IAM role", Amazon ECS
    Developer Guide. It says so of the task role; the execution role is assumed by the same service,
    and no page was found that says it of that one.

    Args:
        role: The role of a task, or the one that ECS starts it with.
    """
    _confine(role, _ECS_TASKS, sources=("ecs", "*"))


def confine_build_role(role: iam.IRole | None) -> None:
    """Let CodeBuild assume a role for projects of this account alone.

    The key is that of "Allow CodeBuild to interact with other AWS services", AWS CodeBuild User
    Guide. A project's ARN would be a circle: the project names the role.

    Args:
        role: The role of a project.
    """
    _confine(role, _CODEBUILD)


def confine_flow_log_role(role: iam.IRole | None) -> None:
    """Let VPC assume a role for flow logs of this account and region alone.

    The keys, and a wildcard for a flow log that is yet to be made, are those of "IAM role for
    publishing flow logs to CloudWatch Logs", Amazon VPC User Guide.

    Args:
        role: The role that a flow log writes with.
    """
    _confine(role, _FLOW_LOGS, sources=("ec2", "vpc-flow-log/*"))


def _confine(
    role: iam.IRole | None, service: str, *, sources: tuple[str, str] | None = None
) -> None:
    """Add the condition to what the CDK has written into a role that it made.

    Args:
        role: The role; one that exists already is left as it is.
        service: The service that it trusts.
        sources: The service and the resources, as an ARN has them, for which it may be assumed.
    """
    if not isinstance(role, iam.Role):
        return
    resource = role.node.default_child
    if not isinstance(resource, iam.CfnRole):
        raise TypeError("a role has a CloudFormation resource")
    stack = Stack.of(role)
    condition: dict[str, Any] = {"StringEquals": {"aws:SourceAccount": stack.account}}
    if sources is not None:
        arn = f"arn:{stack.partition}:{sources[0]}:{stack.region}:{stack.account}:{sources[1]}"
        condition["ArnLike"] = {"aws:SourceArn": arn}
    resource.assume_role_policy_document = Lazy.any(_Trust(role, service, condition))


@jsii.implements(IStableAnyProducer)
class _Trust:
    """The trust policy of a role, with a condition where it trusts a service.

    It is written when the template is: whom a caller lets assume the role as well is in it by then,
    in a statement of its own, since the CDK would merge the two and the condition be on both.
    """

    def __init__(self, role: iam.Role, service: str, condition: Mapping[str, Any]) -> None:
        self._role = role
        self._principal = {"Service": service}
        self._condition = condition

    def produce(self) -> object:
        """The policy document."""
        policy = self._role.assume_role_policy
        document: dict[str, Any] = Stack.of(self._role).resolve(policy and policy.to_json())
        return {
            **document,
            "Statement": [
                {**each, "Condition": self._condition}
                if each.get("Principal") == self._principal and "Condition" not in each
                else each
                for each in document["Statement"]
            ],
        }
