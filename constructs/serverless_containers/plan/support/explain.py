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
            becomes=_spelled_out(found.key.becomes, found.path) or found.key.why,
        )
        for found in walk(project)
    )
    yield from sorted(effects, key=lambda effect: effect.at)


def _spelled_out(becomes: str, path: KeyPath) -> str:
    """The tables' short names as CloudFormation's, with the container that is meant."""
    service = path[1] if path[:1] == ("services",) and len(path) > 1 else "*"
    for short, whole in (
        ("container", f"AWS::ECS::TaskDefinition ContainerDefinitions[{service}]"),
        ("TaskDefinition", "AWS::ECS::TaskDefinition "),
        ("Service", "AWS::ECS::Service "),
    ):
        if becomes.startswith(f"{short}."):
            return f"{whole}{becomes.removeprefix(short)}".replace(" .", " ")
    return becomes
