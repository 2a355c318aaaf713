"""Files that change: the services that they are of start anew, or the app is deployed anew."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.failure import LocalError
from serverless_containers.local.processes.commands import Commands
from serverless_containers.local.running.services import descriptions

_IGNORED_FOLDERS: Final = (".local", "cdk.out", ".venv", "coverage", "dist")
"""Folders that runs and builds write to, beside those that watchfiles leaves out by itself."""
_IGNORED_FILES: Final = (r"^cdk\.context\.json$", r"\.log$")
_GROUP_MS: Final = 500
_CALM_MS: Final = 100
"""Milliseconds without a change that end a group of changes, which are taken together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """Consequence of changed files.

    Attributes:
        deploys: Whether the app is deployed anew.
        families: The families of task definitions whose tasks start anew.
        because: A file that changed.
    """

    deploys: bool = False
    families: frozenset[str] = field(default_factory=frozenset)
    because: Path


_OF_TEMPLATES = re.compile(
    r"(.*\.)?(docker-)?compose.*\.ya?ml|.*\.env.*|custom-policies\.json|cdk\.json"
)
"""Names of files that are read by synthesis, wherever they lie."""


def consequence(changed: Iterable[Path], commands: Commands) -> Consequence:
    """Decide what changed files lead to.

    Args:
        changed: The files; at least one.
        commands: What runs as processes. A file of the folder of one is used where it lies, but
            for those that templates are made of; all others, and all where containers run, may
            change templates or images.
    """
    families: set[str] = set()
    files = sorted(changed)
    for file in files:
        users = {
            family
            for family, containers in commands.items()
            for each in containers.values()
            if each is not None and file.is_relative_to(Path(each.directory).resolve())
        }
        if not users or _OF_TEMPLATES.fullmatch(file.name):
            return Consequence(deploys=True, because=file)
        families |= users
    return Consequence(families=frozenset(families), because=files[0])


def changes(folders: Iterable[Path]) -> Iterator[set[Path]]:
    """Wait for files to change, for ever. Those that change together come together.

    Raises:
        LocalError: If the package that watches is not installed.
    """
    try:
        watchfiles: Any = import_module("watchfiles")
    except ImportError as error:
        raise LocalError("--watch needs the package watchfiles: pip install watchfiles") from error
    default = watchfiles.DefaultFilter
    chosen = default(
        ignore_dirs=(*default.ignore_dirs, *_IGNORED_FOLDERS),
        ignore_entity_patterns=(*default.ignore_entity_patterns, *_IGNORED_FILES),
    )
    for group in watchfiles.watch(
        *folders, watch_filter=chosen, debounce=_GROUP_MS, step=_CALM_MS, recursive=True
    ):
        yield {Path(path).resolve() for _, path in group}


def folders_to_watch(folder: Path, commands: Commands) -> tuple[Path, ...]:
    """The app's folder, and those of processes that lie elsewhere."""
    found = [folder.resolve()]
    for containers in commands.values():
        for each in containers.values():
            path = Path(each.directory).resolve() if each is not None else found[0]
            if not any(path.is_relative_to(known) for known in found):
                found.append(path)
    return tuple(found)


def watch(
    groups: Iterable[set[Path]],
    *,
    commands: Callable[[], Commands],
    deploy: Callable[[], None],
    restart: Callable[[frozenset[str]], None],
    tell: Callable[[str], None],
) -> None:
    """Do what changed files lead to, until nothing more comes.

    What fails is told, and waits for the next change.

    Args:
        groups: The files that changed together.
        commands: Gives what runs as processes now.
        deploy: Deploys the app.
        restart: Starts the tasks of families anew.
        tell: Takes a line for the user.
    """
    for group in groups:
        todo = consequence(group, commands())
        tell(f"{todo.because} changed")
        try:
            if todo.deploys:
                deploy()
            else:
                restart(todo.families)
        except LocalError as error:
            for line in (*error.details, f"Error: {error}"):
                tell(line)


def restart_tasks(regions: Iterable[LocalClients], families: frozenset[str]) -> int:
    """End the tasks of families, in whose place their services start new ones.

    Args:
        regions: The clients of each region.
        families: The families of task definitions.

    Returns:
        How many tasks there were.
    """
    count = 0
    for clients in regions:
        for cluster, service in descriptions(clients):
            family = service["taskDefinition"].rpartition("/")[2].rpartition(":")[0]
            if family not in families:
                continue
            name = service["serviceName"]
            for task in clients["ecs"].list_tasks(cluster=cluster, serviceName=name)["taskArns"]:
                clients["ecs"].stop_task(cluster=cluster, task=task, reason="Its files changed")
                count += 1
    return count
