"""What leaves this machine with a project: folders that are packed, and links in them."""

import os
from collections.abc import Iterator
from pathlib import Path

from serverless_containers.compose.files import is_secret
from serverless_containers.compose.model import Project
from serverless_containers.findings import Findings, Location
from serverless_containers.plan.secrets import rules

_NEVER_PACKED = frozenset({".git", ".venv", "node_modules", "__pycache__", "cdk.out"})


def packed_folders(project: Project) -> tuple[Path, ...]:
    """The folders that are packed, built or uploaded: the project's own, and those of builds."""
    folders = [project.directory]
    for service in project.services.values():
        if service.build is not None and "://" not in service.build.context:
            contexts = (service.build.context, *service.build.additional_contexts.values())
            folders += [project.directory / each for each in contexts if "://" not in each]
    return tuple(dict.fromkeys(Path(real(folder)) for folder in folders))


def links_outside(folder: Path) -> Iterator[str]:
    """The symbolic links in a folder that lead out of it, by their paths in it, sorted.

    The CDK packs what such a link leads to. A container engine does not: to it the link is broken.
    """
    root = real(folder)
    for place, folders, files in os.walk(root):
        folders[:] = sorted(set(folders) - _NEVER_PACKED)
        for name in sorted((*folders, *files)):
            path = Path(place) / name
            if path.is_symlink() and not Path(real(path)).is_relative_to(root):
                yield os.path.relpath(path, root)


def check_links(project: Project, findings: Findings) -> None:
    """Report links that lead out of what is packed, those to secrets as errors."""
    folders = packed_folders(project)
    # A folder inside another one has its links reported there.
    outermost = [
        each for each in folders if not any(each != o and each.is_relative_to(o) for o in folders)
    ]
    for folder in outermost:
        for link in links_outside(folder):
            shown = os.path.relpath(folder / link, real(project.directory))
            leads_to_secret = is_secret(folder / link)
            findings.report(
                rules.FILE_PLACE if leads_to_secret else rules.LINK_OUTSIDE,
                Location(shown, 1, 1),
                (),
                "it is a symbolic link to the file of a secret, in a folder that is packed"
                if leads_to_secret
                else "it is a symbolic link that leads out of the folder, and is left out",
                "remove it" if leads_to_secret else "copy what it leads to into the folder",
            )


def real(path: Path) -> str:
    """A path without links. Unlike pathlib's way it has an answer for any text."""
    return os.path.realpath(path)
