"""Permissions for a principal, and what cdk-nag is told of those with a wildcard."""

from collections.abc import Mapping, Sequence
from typing import cast

import jsii
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct, IValidation

from serverless_containers.iam.wildcards import acknowledge_wildcards


def allow(
    grantee: iam.IGrantable,
    actions: Sequence[str],
    arns: Sequence[str],
    conditions: Mapping[str, Mapping[str, object]] | None = None,
) -> None:
    """Add one statement to a principal's policy.

    Args:
        grantee: Who gets it.
        actions: What it allows.
        arns: On what.
        conditions: When. Default: always.
    """
    iam.Grant.add_to_principal(
        grantee=grantee, actions=list(actions), resource_arns=list(arns), conditions=conditions
    )


def allow_key(grantee: iam.IGrantable, actions: Sequence[str], key: kms.IKey | None) -> None:
    """Let a principal use a customer-managed key, if there is one and a use of it."""
    if key is not None and actions:
        key.grant(grantee, *actions)


def acknowledge_granted(grantee: iam.IGrantable, *, resource: str, reason: str) -> None:
    """Acknowledge AwsSolutions-IAM5 for one resource with a wildcard that was granted.

    The acknowledgement is on the role and not on its default policy: what is too long for that
    policy overflows into others beside it. A principal that is no construct has no policy here.

    Args:
        grantee: Who it was granted to.
        resource: The resource as it was granted, which may be one of another stack.
        reason: Why the wildcard has to be.
    """
    role = grantee.grant_principal
    node = getattr(role, "node", None)
    if node is not None:
        node.add_validation(_Acknowledgement(cast("Construct", role), resource, reason))


@jsii.implements(IValidation)
class _Acknowledgement:
    """Waits until the app is validated: references to other stacks have no form before."""

    def __init__(self, role: Construct, resource: str, reason: str) -> None:
        self._role, self._resource, self._reason = role, resource, reason

    def validate(self) -> list[str]:
        """Acknowledge it, and find nothing wrong."""
        acknowledge_wildcards(self._role, resources=[self._resource], reason=self._reason)
        return []
