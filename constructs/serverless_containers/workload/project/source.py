"""The source of a project, read on behalf of a construct."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from aws_cdk import Annotations
from constructs import Construct

from serverless_containers.findings import (
    Findings,
    InvalidSourceError,
    Severity,
    Suppression,
)
from serverless_containers.findings.places import Places
from serverless_containers.findings.uncaught import hide_traceback
from serverless_containers.plan import PlanOptions, TaskPlan
from serverless_containers.plan.source import PlannedSecrets, plan_source, plan_source_secrets


def refuse(findings: Findings, source: Path) -> NoReturn:
    """Raise every error, with files named from the current folder: a terminal makes links of them.

    Args:
        findings: The errors, and what else was found.
        source: The folder, or the Compose file.

    Raises:
        InvalidSourceError: Always.
    """
    hide_traceback()
    # It has an answer for any text, unlike pathlib's way.
    folder = source if os.path.isdir(source) else source.parent  # noqa: PTH112
    places = Places(source, folder.absolute())
    raise InvalidSourceError(places.displayed(finding) for finding in findings.errors)


def read_secrets(source: str | Path, *, environment: str | None) -> PlannedSecrets:
    """Read the secrets of a folder, and nothing else of it.

    Args:
        source: The folder, or the Compose file.
        environment: The environment, which is part of their names.

    Raises:
        InvalidSourceError: With every error found, if there is one.
    """
    findings = Findings()
    planned = plan_source_secrets(Path(source), findings, environment=environment)
    if planned is None:
        refuse(findings, Path(source))
    return planned


def read_source(
    scope: Construct,
    source: str | Path,
    options: PlanOptions,
    *,
    environment: str | None,
    suppress: Sequence[Suppression],
    policies: str | Path | None = None,
) -> TaskPlan:
    """Read and plan a folder; what is worth knowing becomes annotations of the construct.

    Args:
        scope: The construct that the annotations are attached to.
        source: The folder, or the Compose file.
        options: The caller's choices over the files.
        environment: The environment whose override file is merged.
        suppress: The warnings and notes to leave out of the annotations.
        policies: The file of further permissions, if it is not beside the Compose file.

    Raises:
        InvalidSourceError: With every error found, if there is one.
    """
    findings = Findings()
    plan = plan_source(
        Path(source),
        options,
        findings,
        environment=environment,
        suppress=suppress,
        policies=Path(policies) if policies else None,
        environment_argument=f"environment_name of {scope.node.path}",
    )
    if findings.errors:
        refuse(findings, Path(source))
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
