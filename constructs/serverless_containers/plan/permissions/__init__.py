"""The permissions of the application: ``custom-policies.json``. Pure Python, no CDK."""

from serverless_containers.plan.permissions.model import (
    ConditionTest,
    Effect,
    PseudoParameter,
    Statement,
    Text,
)
from serverless_containers.plan.permissions.reader import read_policies

__all__ = [
    "ConditionTest",
    "Effect",
    "PseudoParameter",
    "Statement",
    "Text",
    "read_policies",
]
