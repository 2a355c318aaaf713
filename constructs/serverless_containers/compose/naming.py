"""The name of a project, by Compose's rules."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from serverless_containers.compose import rules
from serverless_containers.compose.variables.template import (
    RequiredVariableError,
    TemplateError,
    substitute,
)
from serverless_containers.compose.yaml.nodes import MappingNode, Scalar
from serverless_containers.findings import Findings, Location

_FOREIGN = re.compile(r"[^a-z0-9_-]")
_COMMON = frozenset({
    "api", "app", "application", "backend", "code", "compose", "container_src", "containers",
    "docker", "frontend", "project", "repo", "repository", "server", "service", "source", "src",
    "web", "www",
})  # fmt: skip
"""Names of folders that say nothing of what is in them: many repositories have one."""


def project_name(
    roots: Sequence[MappingNode],
    directory: Path,
    variables: Mapping[str, str],
    findings: Findings,
) -> str:
    """Name a project: COMPOSE_PROJECT_NAME, the last file's ``name``, or the folder.

    Args:
        roots: The documents of its files.
        directory: The project folder.
        variables: The variables.
        findings: Where a name that cannot be used is reported.
    """
    given = variables.get("COMPOSE_PROJECT_NAME", "")
    if given:
        if _tidy(given) != given:
            findings.report(
                rules.PROJECT_NAME,
                None,
                (),
                "expected lower-case letters, digits, hyphens and underscores in "
                f"COMPOSE_PROJECT_NAME, got {given!r}",
                f"set it to {_tidy(given)!r}" if _tidy(given) else "set it to another name",
            )
        return _tidy(given) or "project"
    names = [root.get("name") for root in roots]
    named = [node for node in names if isinstance(node, Scalar) and node.value]
    if not named:
        name = folder_name(directory)
        if not name:
            findings.report(
                rules.PROJECT_NAME,
                None,
                (),
                f"the folder's name {directory.name!r} has nothing that a project's name can have",
                "write `name:` in the Compose file",
            )
        report_common_name(name, roots[-1].at if roots else None, findings)
        return name or "project"
    node = named[-1]
    text = node.text if not isinstance(node.value, str) else node.value
    try:
        name = _tidy(substitute(text, variables.get, lambda _name: None))
    except (TemplateError, RequiredVariableError):
        # Reported with the rest of the file's variables.
        return "project"
    if not name:
        findings.report(
            rules.PROJECT_NAME,
            node.at,
            ("name",),
            f"expected lower-case letters, digits, hyphens and underscores, got {text!r}",
            f"write `name: {folder_name(directory) or 'project'}`",
        )
    return name or "project"


def report_common_name(name: str, at: Location | None, findings: Findings) -> None:
    """Warn of a project that is named after a folder as others have it.

    Args:
        name: The name that the folder gives.
        at: Where a name could stand, or the Dockerfile.
        findings: Takes the warning.
    """
    if name in _COMMON:
        findings.report(
            rules.PROJECT_NAME_COMMON,
            at,
            ("name",),
            f"the project is called {name!r} after its folder, as another one in the same account "
            "may be: their secrets have the same names, and client configurations the same API",
            "write `name:` with a name of its own in the Compose file, or set COMPOSE_PROJECT_NAME "
            "in .env, before secrets are pushed",
        )


def folder_name(directory: Path) -> str:
    """The name that a folder gives its project; empty when it gives none."""
    return _tidy(directory.name)


def _tidy(text: str) -> str:
    return _FOREIGN.sub("", text.lower()).lstrip("_-")
