"""The resources of a statement."""

import re

from serverless_containers.compose.yaml.nodes import Scalar
from serverless_containers.findings import Findings, KeyPath
from serverless_containers.plan.permissions import rules
from serverless_containers.plan.permissions.model import Effect, Text
from serverless_containers.plan.permissions.values import shown
from serverless_containers.plan.permissions.variables import DEPLOYED, REQUESTED, VariableExpander

_PARTITION = re.compile(r"aws(?:-[a-z]+)*")
_OPEN = frozenset(f"*?{DEPLOYED}{REQUESTED}")


def read_resource(
    value: Scalar, path: KeyPath, effect: Effect, expander: VariableExpander, findings: Findings
) -> Text:
    """Read one resource of a statement.

    Args:
        value: The ARN, or ``*``.
        path: Its path.
        effect: The statement's. To deny everything needs no warning.
        expander: Replaces its variables.
        findings: Where it is reported that it is no ARN, or every resource that there is.
    """
    expanded = expander.expand(value, path)
    if expanded.outline == "*":
        if effect is Effect.ALLOW:
            findings.report(
                rules.POLICY_WILDCARD,
                value.at,
                path,
                "'*' allows the actions on every resource",
                "write ARNs; suppress this where the actions take no resources",
            )
        return expanded.text
    parts = expanded.outline.split(":", 5)
    if wrong := _wrong(parts):
        message, fix = wrong
        findings.report(
            rules.POLICY_RESOURCE, value.at, path, f"{message}, got {shown(value)}", fix
        )
    elif any(REQUESTED in part for part in parts[:5]):
        findings.report(
            rules.POLICY_VARIABLE,
            value.at,
            path,
            "IAM replaces its variables in the last part of an ARN alone",
            "write what comes before the fifth colon itself, or ${AWS::AccountId} and its like",
        )
    return expanded.text


def _wrong(parts: list[str]) -> tuple[str, str] | None:
    """The problem of an ARN and its fix; None if there is none."""
    if parts[0] != "arn":
        return (
            'expected an ARN or "*"',
            "write arn:partition:service:region:account:resource, as in arn:aws:s3:::media/*",
        )
    if len(parts) < 6:
        return (
            f"expected an ARN of 6 parts, found {len(parts)}",
            "write arn:partition:service:region:account:resource; region and account may be empty",
        )
    _, partition, service, _, _, resource = parts
    if not _OPEN.intersection(partition) and not _PARTITION.fullmatch(partition):
        return "expected a partition after arn:", "write aws, or ${AWS::Partition}"
    if not service or {"*", "?"}.intersection(service):
        return (
            "expected a service as the third part of an ARN, without wildcards",
            "name the service, as in arn:aws:s3:::media/*",
        )
    if not resource:
        return "expected a resource as the last part of an ARN", "name it, or write * for all"
    return None
