"""The check that no value of a user's files is more than text in a template."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum

from serverless_containers.compose.model import Part, Project
from serverless_containers.findings import Findings, Rule
from serverless_containers.plan.model import TaskPlan
from serverless_containers.plan.template_syntax import (
    check_tree,
    report,
    rule_against,
    rule_against_key,
)

_IN_A_TREE = frozenset({"node", "path", "parsed_dockerfile"})
"""The fields of a part that `check_project` has looked at, or that say where it stands."""


def check_project(project: Project, findings: Findings) -> None:
    """Report what CloudFormation or the CDK would take for theirs in a project's files.

    That is all of the merged Compose files with the variables of their ``env_file``, but for
    extensions of others, and what of Dockerfiles becomes part of a container definition.

    Args:
        project: The project.
        findings: Takes an error for each.
    """
    check_tree(project.node, project.path, findings)
    for service in project.services.values():
        recipe = service.build.parsed_dockerfile if service.build else None
        health_check = recipe.healthcheck if recipe else None
        for word in health_check.test if health_check else ():
            at = health_check.at if health_check else None
            report(rule_against(word), "the health check", at, (), findings)


def check_plan(plan: TaskPlan, project: Project, findings: Findings) -> None:
    """Report what `check_project` did not find, though it is on its way into a template.

    Args:
        plan: The plan; what callers decide in it (port, size) is left alone.
        project: What it is the plan of.
        findings: Takes an error for each, at the service that it belongs to.
    """
    for container in plan.containers:
        service = project.services[container.name]
        options = container.log.options if container.log else {}
        found = set(map(rule_against, _leaves(container)))
        found |= {rule_against_key(key, ("labels",)) for key in (*container.labels, *options)}
        _report_new(found, service, findings)
    rest = (plan.name, plan.volumes, plan.files, plan.tags, plan.secrets)
    _report_new(set(map(rule_against, _leaves(rest))), project, findings)


def _report_new(found: set[Rule | None], part: Part, findings: Findings) -> None:
    """Report what breaks rules that nothing was reported of."""
    known = {finding.rule for finding in findings}
    for rule in sorted({rule for rule in found if rule} - known, key=lambda rule: rule.code):
        report(rule, "a value", part.at(), part.path, findings)


def _leaves(value: object) -> Iterator[str | int | float]:
    """Every text and number in planned data, the keys of mappings among them."""
    if isinstance(value, str | int | float) and not isinstance(value, Enum):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(key)
            yield from _leaves(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from _leaves(item)
    elif is_dataclass(value):
        left_out = _IN_A_TREE if isinstance(value, Part) else ()
        for each in fields(value):
            if each.name not in left_out:
                yield from _leaves(getattr(value, each.name))
