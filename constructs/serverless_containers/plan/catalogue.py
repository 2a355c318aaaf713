"""The rules of the reader, the planner and the suppressions, in one place."""

from collections.abc import Mapping
from types import ModuleType

from serverless_containers.compose import rules as compose
from serverless_containers.compose.dockerfile import rules as dockerfile
from serverless_containers.findings import Rule
from serverless_containers.findings import rules as suppressions
from serverless_containers.plan import rules as plan
from serverless_containers.plan.build_context import rules as build_context
from serverless_containers.plan.buildspec import rules as buildspec
from serverless_containers.plan.permissions import rules as permissions
from serverless_containers.plan.resources import rules as resources
from serverless_containers.plan.secrets import rules as secrets


def _of(module: ModuleType) -> tuple[Rule, ...]:
    found = {value.code: value for value in vars(module).values() if isinstance(value, Rule)}
    return tuple(found[code] for code in sorted(found))


CATALOGUE: Mapping[str, tuple[Rule, ...]] = {
    "Compose files": _of(compose),
    "Dockerfiles": _of(dockerfile),
    "Fargate": _of(plan),
    "What containers use": _of(resources),
    "Secrets": _of(secrets),
    "What is packed": _of(build_context),
    "custom-policies.json": _of(permissions),
    "Build pipeline": _of(buildspec),
    "Suppressions": _of(suppressions),
}
"""The rules by what they are about, each group in the order of their codes."""

RULES: Mapping[str, Rule] = {rule.code: rule for rules in CATALOGUE.values() for rule in rules}
"""The rules by their codes."""
