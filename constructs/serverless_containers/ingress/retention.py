"""Retention of what is empty until a deployment has succeeded."""

from aws_cdk import RemovalPolicy


def retained_once_made(policy: RemovalPolicy) -> RemovalPolicy:
    """Return the removal policy of a resource whose creation may be rolled back.

    What is retained from an attempt that failed is empty, in the way of the next one where it has a
    name, and left over where it has none.

    Args:
        policy: The policy that was asked for; RETAIN gives way to RETAIN_ON_UPDATE_OR_DELETE
            (``RetainExceptOnCreate``, "DeletionPolicy attribute", CloudFormation User Guide).
    """
    if policy is RemovalPolicy.RETAIN:
        return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
    return policy
