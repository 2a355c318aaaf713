"""The folders that leave this machine with a project."""

import os
from pathlib import Path

from serverless_containers.compose.model import Project


def built_folders(project: Project) -> tuple[Path, ...]:
    """The folders that images are built from."""
    folders = []
    for service in project.services.values():
        if service.build is not None and "://" not in service.build.context:
            contexts = (service.build.context, *service.build.additional_contexts.values())
            folders += [project.directory / each for each in contexts if "://" not in each]
    return tuple(dict.fromkeys(Path(real(folder)) for folder in folders))


def files_of_secrets(project: Project) -> tuple[Path, ...]:
    """The files with the values of the project's secrets, whatever they are named."""
    owned = (each for each in project.secrets.values() if not each.external)
    return tuple(each.file for each in owned if each.file is not None)


def real(path: Path | str) -> str:
    """A path without links, absolute. Unlike pathlib's way it has an answer for any text."""
    try:
        return os.path.realpath(path)
    except ValueError:
        # No file has a name with a zero byte.
        return os.path.abspath(path)  # noqa: PTH100  # text


def is_within(path: str, folder: str) -> bool:
    """Return whether a path is that of a folder or below it, both as text without ``..``."""
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")
