"""Tags that say whose resources are, held on everything that takes tags."""

from collections.abc import Mapping

from aws_cdk import Tags, Token
from constructs import Construct

from serverless_containers.arguments.keywords import checks_keywords

_LONGEST_VALUE = 256
"""Characters ("Tag", Amazon ECS API Reference; likewise of other services)."""
_OTHERS = frozenset(" +-=._:/@")
_RESERVED = "aws:"
_STACK = "aws:cdk:stack"
"""The type of a stack itself, to the CDK."""


@checks_keywords
def apply_tags(
    scope: Construct,
    *,
    service: str | None = None,
    environment: str | None = None,
    owner: str | None = None,
    cost_center: str | None = None,
) -> None:
    """Tag every resource in a scope that takes tags, and the tasks of its services.

    Costs are told apart by them once they are activated as cost allocation tags. What may carry
    none is left out: a VPC origin and a listener's rule whose weights ECS shifts. So are the stacks
    themselves, whose tags CloudFormation would hand to these as well. A tag of the same key
    that is nearer to a resource stays: one of `Tags.of`, or a label under ``deploy`` of a Compose
    file. Keys that differ only in case are one key to IAM: a scope has ``environment`` or
    ``Environment``.

    Args:
        scope: The app, a stage, a stack or a construct. A site with a domain or a firewall outside
            us-east-1 has a support stack there, beside its own: only an app or a stage holds both.
        service: The value of ``Service``, which application it is. Default: no such tag.
        environment: The value of ``Environment``. Default: no such tag.
        owner: The value of ``Owner``, who answers for it. Default: no such tag.
        cost_center: The value of ``CostCenter``, who pays for it. Default: no such tag.

    Raises:
        TypeError: If a value is no text.
        ValueError: If there is none, or AWS refuses one ("Tag", Amazon ECS API Reference).
    """
    given = {
        "service": service,
        "environment": environment,
        "owner": owner,
        "cost_center": cost_center,
    }
    tags = {name: value for name, value in given.items() if value is not None}
    if not tags:
        raise ValueError(f"no tag was given; give one of {', '.join(given)}")
    for name, value in tags.items():
        check_tag_value(name, value)
    for name, value in tags.items():
        Tags.of(scope).add(KEYS[name], value, exclude_resource_types=[_STACK])


KEYS: Mapping[str, str] = {
    "service": "Service",
    "environment": "Environment",
    "owner": "Owner",
    "cost_center": "CostCenter",
}
"""The keys of the tags, by the keywords that give their values."""


def check_tag_value(name: str, value: str) -> None:
    """Refuse a value that AWS refuses of a tag; a CDK token passes.

    Args:
        name: Where it was given, which starts the message.
        value: The value.

    Raises:
        ValueError: If it is empty, longer than 256 characters, starts with ``aws:``, or has
            characters that not all services take in tags.
    """
    if Token.is_unresolved(value):
        return
    if not value or len(value) > _LONGEST_VALUE:
        got = f"{len(value)} characters" if value else "an empty text"
        raise ValueError(f"{name}: a tag has 1 to {_LONGEST_VALUE} characters, got {got}")
    if value.lower().startswith(_RESERVED):
        raise ValueError(f"{name}: {value!r} starts with {_RESERVED}, which AWS keeps for itself")
    bad = sorted({each for each in value if not (each.isalnum() or each in _OTHERS)})
    if bad:
        raise ValueError(
            f"{name}: {value!r} has {', '.join(map(repr, bad))}; tags of all services take "
            f"letters, digits, spaces and {' '.join(sorted(_OTHERS - {' '}))}"
        )
