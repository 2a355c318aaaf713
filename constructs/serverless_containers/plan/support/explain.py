"""What became of every key that a user wrote."""

from collections.abc import Iterator
from dataclasses import dataclass

from serverless_containers.compose.model import Project
from serverless_containers.findings import KeyPath, Location
from serverless_containers.plan.support.key import Support
from serverless_containers.plan.support.walk import walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What became of one key.

    Attributes:
        at: Where the key stands.
        path: The keys that lead to it.
        support: Its class.
        becomes: The CloudFormation property that it became, or why it became none.
    """

    at: Location
    path: KeyPath
    support: Support
    becomes: str


def explain(project: Project) -> Iterator[Effect]:
    """What became of every key of a project, in the order of its files."""
    effects = (
        Effect(
            at=found.at,
            path=found.path,
            support=found.key.support,
            becomes=found.key.becomes or found.key.why,
        )
        for found in walk(project)
    )
    yield from sorted(effects, key=lambda effect: effect.at)
