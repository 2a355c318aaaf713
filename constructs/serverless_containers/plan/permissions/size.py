"""The size of the policy that statements make."""

import json
import re
from collections.abc import Iterable

from serverless_containers.plan.permissions.model import PseudoParameter, Statement, Text

LARGEST_POLICY = 10_240
"""Characters of all inline policies of a role together, without white space.

"IAM and AWS STS quotas", IAM User Guide.
"""

# The shortest that there are.
_STAND_INS = {
    PseudoParameter.ACCOUNT_ID: "123456789012",
    PseudoParameter.REGION: "eu-west-1",
    PseudoParameter.PARTITION: "aws",
}


def policy_size(statements: Iterable[Statement]) -> int:
    """Return the least number of characters of a policy of statements, without white space."""
    document = {
        "Version": "2012-10-17",
        "Statement": [_statement(statement) for statement in statements],
    }
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return len(re.sub(r"\s", "", text))


def _statement(statement: Statement) -> dict[str, object]:
    written: dict[str, object] = {
        "Effect": statement.effect.value,
        "Action": _alone(statement.actions),
        "Resource": _alone([_text(resource) for resource in statement.resources]),
    }
    if statement.sid is not None:
        written["Sid"] = statement.sid
    if statement.condition:
        condition: dict[str, dict[str, object]] = {}
        for test in statement.condition:
            values = [_text(value) for value in test.values]
            condition.setdefault(test.operator, {})[test.key] = _alone(values)
        written["Condition"] = condition
    return written


def _alone(values: tuple[str, ...] | list[str]) -> object:
    return values[0] if len(values) == 1 else values


def _text(text: Text) -> str:
    return "".join(
        _STAND_INS[part] if isinstance(part, PseudoParameter) else part for part in text.parts
    )
