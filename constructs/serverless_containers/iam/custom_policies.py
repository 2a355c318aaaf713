"""The permissions that ``custom-policies.json`` asks for, on the task role."""

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from serverless_containers.iam.wildcards import acknowledge_wildcards
from serverless_containers.plan.permissions.model import Effect, PseudoParameter, Statement, Text

_TOKENS = {
    PseudoParameter.ACCOUNT_ID: Aws.ACCOUNT_ID,
    PseudoParameter.REGION: Aws.REGION,
    PseudoParameter.PARTITION: Aws.PARTITION,
}


def attach_policies(scope: Construct, role: iam.IRole, statements: Sequence[Statement]) -> None:
    """Attach the statements of a file to a role, as a policy of its own.

    Args:
        scope: The construct above the policy.
        role: The application's role, never the one that ECS itself uses.
        statements: The statements of the file; if there are none, nothing is made.
    """
    if not statements:
        return
    policy = iam.Policy(
        scope,
        "CustomPolicies",
        roles=[role],
        statements=[
            iam.PolicyStatement(
                sid=statement.sid,
                effect=iam.Effect[statement.effect.name],
                actions=list(statement.actions),
                resources=[_written(each) for each in statement.resources],
                conditions=_conditions(statement) or None,
            )
            for statement in statements
        ],
    )
    for statement in statements:
        if statement.effect is Effect.ALLOW:
            acknowledge_wildcards(
                policy,
                reason=f"{statement.at} asks for it; the reader warned of it.",
                actions=[action for action in statement.actions if "*" in action],
                resources=[_written(each) for each in statement.resources if "*" in str(each)],
            )


def _conditions(statement: Statement) -> dict[str, dict[str, list[str]]]:
    conditions: dict[str, dict[str, list[str]]] = {}
    for test in statement.condition:
        compared = conditions.setdefault(test.operator, {})
        compared[test.key] = [_written(value) for value in test.values]
    return conditions


def _written(text: Text) -> str:
    return "".join(
        _TOKENS[part] if isinstance(part, PseudoParameter) else part for part in text.parts
    )
