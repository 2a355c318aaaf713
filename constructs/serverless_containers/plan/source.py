"""The plan of a folder, read from its Compose file and its policies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from serverless_containers.compose import load_project
from serverless_containers.compose.files import is_file
from serverless_containers.compose.model import Project
from serverless_containers.findings import Findings, Suppression, apply_suppressions
from serverless_containers.plan.build_context.check import Detector
from serverless_containers.plan.catalogue import RULES
from serverless_containers.plan.folding import fold
from serverless_containers.plan.model import TaskPlan
from serverless_containers.plan.permissions.model import Statement
from serverless_containers.plan.permissions.reader import read_policies
from serverless_containers.plan.planner import PlanOptions, plan_task
from serverless_containers.plan.secrets.model import SecretPlan
from serverless_containers.plan.secrets.reader import owner_of, plan_secrets
from serverless_containers.plan.settings import read_settings
from serverless_containers.plan.suppressions import read_suppressions
from serverless_containers.plan.template_values import check_project

POLICIES = "custom-policies.json"
"""The file of further permissions beside a Compose file."""


def plan_source(
    source: Path,
    options: PlanOptions,
    findings: Findings,
    *,
    environment: str | None = None,
    files: Sequence[Path] = (),
    env_files: Sequence[Path] = (),
    profiles: Sequence[str] = (),
    suppress: Sequence[Suppression] = (),
    policies: Path | None = None,
    detector: Detector | None = None,
    environment_argument: str = "--environment",
) -> TaskPlan | None:
    """Read a folder, or one Compose file, and plan its task.

    Args:
        source: The folder with the Compose file or the lone Dockerfile, or the Compose file itself.
        options: The decisions of the caller over the files.
        findings: Takes everything that is wrong, and everything worth knowing.
        environment: Merges ``compose.<environment>.yaml`` over the file, where there is one, and is
            part of the names of secrets.
        files: The Compose files to merge. Default: Docker Compose's choice.
        env_files: Files of variables. Default: ``.env``, if it is there.
        profiles: The active profiles. Default: COMPOSE_PROFILES of ``.env``.
        suppress: Findings to leave out, beside what the files say.
        policies: The file of further permissions. Default: ``custom-policies.json`` in the project
            folder, if it is there.
        detector: Looks for credentials in the files that are packed. Default: nothing does.
        environment_argument: The argument that names an environment, for the advice where there is
            none. Default: that of the commands.

    Returns:
        The plan, or None if an error leaves none.
    """
    found = Findings()
    project = load_project(
        source,
        files=files,
        environment=environment,
        override=False,
        env_files=env_files,
        profiles=profiles,
        findings=found,
    )
    plan = (
        plan_task(project, options, found, environment=environment, detector=detector)
        if project
        else None
    )
    statements: tuple[Statement, ...] = ()
    if project is not None and (file := _policies_file(project, policies)) is not None:
        statements = read_policies(
            file,
            found,
            environment=environment,
            shown=str(policies) if policies else POLICIES,
            argument=environment_argument,
        )
    written = read_suppressions(project, found) if project else ()
    left = apply_suppressions(found, (*suppress, *written), RULES)
    left = fold(left)
    findings.extend(left.made_strict() if _is_strict(project, options) else left)
    return None if findings.errors or plan is None else replace(plan, statements=statements)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSecrets:
    """The secrets of a source.

    Attributes:
        plans: The secrets, by their keys in the Compose file.
        owner: The service that they belong to, whose name their names start with.
    """

    plans: Mapping[str, SecretPlan]
    owner: str


def plan_source_secrets(
    source: Path, findings: Findings, *, environment: str | None
) -> PlannedSecrets | None:
    """Read a folder, or one Compose file, and plan its secrets and nothing else.

    Args:
        source: The folder, or the Compose file.
        findings: Takes everything that is wrong.
        environment: The environment, which is part of their names.

    Returns:
        The secrets, or None if there is an error.
    """
    project = load_project(source, environment=environment, override=False, findings=findings)
    if project is None:
        return None
    plans = plan_secrets(project, findings, environment=environment)
    check_project(project, findings)
    if findings.errors:
        return None
    return PlannedSecrets(plans=plans, owner=owner_of(project.name, environment))


def _is_strict(project: Project | None, options: PlanOptions) -> bool:
    # What is wrong with the settings was reported when the task was planned.
    settings = read_settings(project, Findings()) if project else {}
    strict = options.over(settings).get("strict")
    return strict is not None and bool(strict.value)


def _policies_file(project: Project, given: Path | None) -> Path | None:
    """The file of further permissions: the one that is given, or the one that is there."""
    file = given or project.directory / POLICIES
    return file if given is not None or is_file(file) else None
