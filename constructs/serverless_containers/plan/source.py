"""From a folder to its plan."""

from pathlib import Path

from serverless_containers.compose import load_project
from serverless_containers.findings import Findings
from serverless_containers.plan.model import TaskPlan
from serverless_containers.plan.planner import PlanOptions, plan_task


def plan_source(
    source: Path, options: PlanOptions, findings: Findings, *, environment: str | None = None
) -> TaskPlan | None:
    """Read a folder, or one Compose file, and plan its task.

    Args:
        source: The folder with the Compose file or the lone Dockerfile, or the Compose file itself.
        options: What the caller decides over the files.
        findings: Takes everything that is wrong, and everything worth knowing.
        environment: Merges ``compose.<environment>.yaml`` over the file, where there is one.

    Returns:
        The plan, or None if an error leaves none.
    """
    project = load_project(source, environment=environment, override=False, findings=findings)
    return plan_task(project, options, findings) if project else None
