"""Reads a source folder on behalf of a construct."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from aws_cdk import Annotations
from constructs import Construct

from serverless_containers.findings import (
    Finding,
    Findings,
    InvalidSourceError,
    KeyPath,
    Rule,
    Severity,
    Suppression,
)
from serverless_containers.findings.uncaught import hide_traceback
from serverless_containers.plan import PlanOptions, TaskPlan
from serverless_containers.plan.source import plan_source


def refuse(rule: Rule, path: KeyPath, message: str, fix: str) -> NoReturn:
    """Refuse what a user's files ask for, where no place in them is to blame.

    Raises:
        InvalidSourceError: Always.
    """
    hide_traceback()
    raise InvalidSourceError([Finding(rule=rule, at=None, path=path, message=message, fix=fix)])


def read_source(
    scope: Construct,
    source: str | Path,
    options: PlanOptions,
    *,
    environment: str | None,
    suppress: Sequence[Suppression],
) -> TaskPlan:
    """Read and plan a folder; what is worth knowing becomes annotations of the construct.

    Args:
        scope: The construct that the annotations are attached to.
        source: The folder, or the Compose file.
        options: What the caller decides over the files.
        environment: The environment whose override file is merged.
        suppress: What to leave out of the annotations.

    Raises:
        InvalidSourceError: With every error found, if there is one.
    """
    findings = Findings()
    plan = plan_source(Path(source), options, findings, environment=environment, suppress=suppress)
    if findings.errors:
        hide_traceback()
        findings.raise_errors()
    annotations = Annotations.of(scope)
    for finding in findings:
        annotate = (
            annotations.add_warning_v2
            if finding.rule.severity is Severity.WARNING
            else annotations.add_info_v2
        )
        annotate(f"serverless-containers:{finding.rule.code}", str(finding))
    # Without errors there is a plan: the reader and the planner report one for each refusal.
    assert plan is not None  # noqa: S101  # tells the type checker what the line above says
    return plan
