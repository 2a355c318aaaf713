"""Reports every key of a project that is not simply mapped."""

from serverless_containers.compose.model import Project
from serverless_containers.findings import Findings, Rule
from serverless_containers.plan import rules
from serverless_containers.plan.support.key import Support
from serverless_containers.plan.support.walk import walk

_RULES: dict[Support, Rule] = {
    Support.APPROXIMATED: rules.KEY_APPROXIMATED,
    Support.LOCAL_ONLY: rules.KEY_LOCAL_ONLY,
    Support.REJECTED: rules.KEY_REJECTED,
}


def check_keys(project: Project, findings: Findings) -> None:
    """Report every key whose meaning changes, or is lost, on Fargate."""
    for found in walk(project):
        rule = _RULES.get(found.key.support)
        if rule is not None:
            findings.report(rule, found.at, found.path, found.key.why, found.key.fix)
