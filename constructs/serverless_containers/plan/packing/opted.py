"""What a Compose file has packed although it holds credentials.

It is ``x-serverless-containers: {pack: […]}``.
"""

import os
from dataclasses import dataclass
from pathlib import PurePath

from serverless_containers.compose.files import SECRET_PREFIX
from serverless_containers.compose.model import Project
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, Sequence
from serverless_containers.findings import Findings, KeyPath
from serverless_containers.plan.packed import real
from serverless_containers.plan.rules import SETTING_INVALID
from serverless_containers.plan.settings import EXTENSION, PACK

_EXAMPLE = "write a list of paths against the project folder: [certs/test.pem]"


@dataclass(frozen=True, slots=True)
class Opted:
    """Files and folders that are packed whatever they hold.

    Attributes:
        paths: Them, absolute and without links.
    """

    paths: frozenset[str] = frozenset()

    def covers(self, path: str) -> bool:
        """Whether a path is one of them, or below one."""
        if not self.paths:
            return False
        return path in self.paths or any(str(each) in self.paths for each in PurePath(path).parents)


def read_packed(project: Project, findings: Findings) -> Opted:
    """Read the setting, reporting what is wrong with it.

    Args:
        project: The canonical model.
        findings: Takes what is no path, and what is never packed.
    """
    settings = project.node.get(EXTENSION) if isinstance(project.node, MappingNode) else None
    given = settings.get(PACK) if isinstance(settings, MappingNode) else None
    if given is None:
        return Opted()
    path: KeyPath = (EXTENSION, PACK)
    if not isinstance(given, Sequence):
        findings.report(SETTING_INVALID, given.at, path, "expected a list", _EXAMPLE)
        return Opted()
    folder = os.path.realpath(project.directory)
    found = set()
    for index, item in enumerate(given):
        problem = _problem(item, folder)
        if problem:
            findings.report(SETTING_INVALID, item.at, (*path, index), *problem)
        elif isinstance(item, Scalar):
            found.add(_placed(str(item.value), folder))
    return Opted(frozenset(found))


def _placed(text: str, folder: str) -> str:
    return real(os.path.join(folder, text))  # noqa: PTH118  # has an answer for any text


def _is_path(text: str) -> bool:
    return bool(text.strip()) and "\0" not in text


def _problem(item: Node, folder: str) -> tuple[str, str] | None:
    if not isinstance(item, Scalar) or not isinstance(item.value, str) or not _is_path(item.value):
        shown = repr(item.value) if isinstance(item, Scalar) else "a list or a mapping"
        return f"expected a path, got {shown}", _EXAMPLE
    placed = _placed(item.value, folder)
    if folder == placed or folder.startswith(f"{placed.rstrip('/')}/"):
        return f"expected a file or a folder in the project, got {item.value!r}", _EXAMPLE
    parts = PurePath(item.value).parts
    if any(part == ".git" or part.startswith(SECRET_PREFIX) for part in parts):
        return (
            f"{item.value!r} is never packed",
            "hand what a build needs of it over with args, or make it a secret of a service",
        )
    return None
