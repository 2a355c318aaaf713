"""The check that no value of a user's files is more than text in a template."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum

from serverless_containers.compose.model import Part, Project
from serverless_containers.findings import Findings, Rule
from serverless_containers.plan.model import LogDriverPlan, TaskPlan
from serverless_containers.plan.places import place
from serverless_containers.plan.template_syntax import (
    check_tree,
    report,
    rule_against,
    rule_against_key,
)


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
        dockerfile = service.build.parsed_dockerfile if service.build else None
        health_check = dockerfile.healthcheck if dockerfile else None
        for word in health_check.test if health_check else ():
            at = health_check.at if health_check else None
            report(rule_against(word), "the health check", at, (), findings)


def check_plan(plan: TaskPlan, project: Project, findings: Findings) -> None:
    """Report what `check_project` did not find, though it is on its way into a template.

    Args:
        plan: The plan; what callers decide in it (port, size) is left alone.
        project: The project that it is the plan of.
        findings: Takes an error for each, at the service that it belongs to.
    """
    for container in plan.services:
        service = project.services[container.service_name]
        log = container.log
        options = log.options if isinstance(log, LogDriverPlan) else {}
        found = set(map(rule_against, _leaves(container)))
        found |= {rule_against_key(key, ("labels",)) for key in (*container.labels, *options)}
        _report_new(found, service, findings)
    rest = (plan.name, plan.volumes, plan.files, plan.tags, plan.secrets)
    _report_new(set(map(rule_against, _leaves(rest))), project, findings)


def _report_new(found: set[Rule | None], part: Part, findings: Findings) -> None:
    """Report what breaks rules that nothing was reported of."""
    known = {finding.rule for finding in findings}
    for rule in sorted({rule for rule in found if rule} - known, key=lambda rule: rule.code):
        report(rule, "a value", *place(part), findings)


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
        for each in fields(value):
            # What does not count in a comparison says where the rest stands.
            if each.compare:
                yield from _leaves(getattr(value, each.name))
