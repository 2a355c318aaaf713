"""Acknowledgements of wildcards that have to be, each by itself, for cdk-nag."""

import json
from collections.abc import Iterable

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct

BUCKET_ACTIONS = ("s3:Abort*", "s3:DeleteObject*", "s3:GetBucket*", "s3:GetObject*", "s3:List*")
"""The actions with a wildcard in the CDK's grants on a bucket."""


def acknowledge_wildcards(
    scope: Construct, *, reason: str, resources: Iterable[str] = (), actions: Iterable[str] = ()
) -> None:
    """Acknowledge AwsSolutions-IAM5 for exactly these wildcards, below a construct.

    Args:
        scope: The construct whose policies hold them.
        reason: Why they have to be.
        resources: Resources with a wildcard, as they are given to a statement.
        actions: Actions with one.
    """
    stack = Stack.of(scope)
    findings = [f"Resource::{_written(stack.resolve(each))}" for each in resources]
    findings += [f"Action::{each}" for each in actions]
    Validations.of(scope).acknowledge(
        *(Acknowledgment(id=f"AwsSolutions-IAM5[{each}]", reason=reason) for each in findings)
    )


def allow_without_resource(
    role: iam.IRole, construct_id: str, *statements: iam.PolicyStatement, reason: str
) -> iam.Policy:
    """Allow a role actions that take no resource, in a policy of their own.

    cdk-nag has one finding for all statements of a policy that name every resource. It is
    acknowledged for this policy alone, so that a ``*`` that somebody adds to the role is found.

    Args:
        role: The role, below which the policy is made.
        construct_id: The policy's id.
        statements: The statements, on every resource.
        reason: Why nothing narrower can be said.
    """
    if not isinstance(role, Construct):
        raise TypeError("a role is a construct")
    policy = iam.Policy(role, construct_id, roles=[role], statements=list(statements))
    Validations.of(policy).acknowledge(
        Acknowledgment(id="AwsSolutions-IAM5[Resource::*]", reason=reason)
    )
    return policy


def _written(value: object) -> str:
    """A resolved value as text, as it is in cdk-nag's findings."""
    match value:
        case str():
            return value.replace("${", "<").replace("}", ">")
        case {"Fn::Join": [str(between), list(parts)]}:
            return between.join(map(_written, parts))
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::ImportValue": inner} | {"Fn::Sub": inner}:
            return _written(inner)
        case _:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
