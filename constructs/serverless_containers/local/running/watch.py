"""Files that change: the services that they are of start anew, or the app is deployed anew."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.failure import LocalError
from serverless_containers.local.processes.commands import Commands
from serverless_containers.local.running.files import is_template_file
from serverless_containers.local.running.services import descriptions
from serverless_containers.plan.build_context.ignore import IgnoreRules
from serverless_containers.plan.build_context.walk import is_left_out

_LOOP_SECONDS: Final = 10.0
"""Time after a start in which a process that writes its files at its start has done so."""
_LOOP_LENGTH: Final = 5
"""Times that a file may lead to a start so soon after the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """Consequence of changed files.

    Attributes:
        deploys: Whether the app is deployed anew.
        families: The families of task definitions whose tasks start anew.
        because: A file that changed; of several, one that has the app deployed anew.
    """

    deploys: bool = False
    families: frozenset[str] = field(default_factory=frozenset)
    because: Path


def consequence(changed: Iterable[Path], commands: Commands, app: Path) -> Consequence | None:
    """Decide what changed files lead to; None: to nothing.

    Args:
        changed: The files.
        commands: What runs as processes. A file in the folder of one is used where it lies, unless
            its ``.dockerignore`` keeps it from the container. All others, and all where containers
            run, may change templates or images.
        app: The CDK app's folder. Where that of a process has it in it, whose Python a file is
            does not show: it is taken for both's.
    """
    families: set[str] = set()
    deploying = using = None
    for file in sorted(changed):
        folders = _folders_around(file, commands)
        users = {
            family
            for folder, found in folders.items()
            if not is_left_out(IgnoreRules.of(str(folder), None), str(file.relative_to(folder)))
            for family in found
        }
        is_of_template = is_template_file(file.name)
        is_of_app = file.suffix == ".py" and all(map(app.is_relative_to, folders))
        if not folders or is_of_template or is_of_app:
            deploying = deploying or file
        if users and not is_of_template:
            using = using or file
            families |= users
    because = deploying or using
    if because is None:
        return None
    return Consequence(deploys=deploying is not None, families=frozenset(families), because=because)


def _folders_around(file: Path, commands: Commands) -> dict[Path, set[str]]:
    """The folders of processes that a file is in, with the families of the processes."""
    found: dict[Path, set[str]] = {}
    for family, containers in commands.items():
        for each in containers.values():
            if each is not None and file.is_relative_to(folder := Path(each.directory).resolve()):
                found.setdefault(folder, set()).add(family)
    return found


def folders_to_watch(
    folder: Path, commands: Commands, sources: Iterable[Path] = ()
) -> tuple[Path, ...]:
    """The app's folder, and those of processes and of sources that lie elsewhere.

    Args:
        folder: The app's folder.
        commands: What runs as processes.
        sources: The folders that synthesis reads.
    """
    found = [folder.resolve()]
    of_processes = (
        Path(each.directory)
        for containers in commands.values()
        for each in containers.values()
        if each is not None
    )
    for path in map(Path.resolve, (*of_processes, *sources)):
        if not any(path.is_relative_to(known) for known in found):
            found = [known for known in found if not known.is_relative_to(path)] + [path]
    return tuple(found)


class _Repetitions:
    """Finds files that change because of what their change led to.

    Args:
        clock: Gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = 0.0
        self._counts: Mapping[Path, int] = {}

    def find(self, changed: Iterable[Path]) -> frozenset[Path]:
        """Return the files of a group that changed too often, each time soon after the last one."""
        now = self._clock()
        before = self._counts if now - self._last <= _LOOP_SECONDS else {}
        self._last = now
        self._counts = {file: before.get(file, 0) + 1 for file in changed}
        return frozenset(file for file, count in self._counts.items() if count > _LOOP_LENGTH)

    def is_new(self, file: Path) -> bool:
        """Return whether a file was found for the first time since it last was calm."""
        return self._counts[file] == _LOOP_LENGTH + 1

    def acted(self) -> None:
        """Note that what the last group led to is done."""
        self._last = self._clock()


def watch(
    groups: Iterable[set[Path]],
    *,
    app: Path,
    commands: Callable[[], Commands],
    deploy: Callable[[], None],
    restart: Callable[[frozenset[str]], None],
    tell: Callable[[str], None],
    look: Callable[[], None] = lambda: None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Do what changed files lead to, until nothing more comes.

    What fails is told, and waits for the next change. So does a file that changes again and again
    soon after what it led to: the process writes it.

    Args:
        groups: The files that changed together; none, now and then.
        app: The CDK app's folder, without links.
        commands: Gives what runs as processes now.
        deploy: Deploys the app.
        restart: Starts the tasks of families anew.
        tell: Takes a line for the user.
        look: Called with each group.
        clock: Gives seconds that only grow.
    """
    repetitions = _Repetitions(clock)
    for group in groups:
        look()
        if not group:
            continue
        running = commands()
        effective = {file for file in group if consequence([file], running, app)}
        repeated = repetitions.find(effective)
        for file in sorted(filter(repetitions.is_new, repeated)):
            tell(
                f"{file} changed again soon after each of the last {_LOOP_LENGTH} starts: it seems "
                f"to be written by what starts, and is left alone until it has not changed for "
                f"{_LOOP_SECONDS:.0f} s; name it in a .gitignore, or in the .dockerignore of the "
                "process's folder, or have it written to another folder"
            )
        todo = consequence(effective - repeated, running, app)
        if todo is None:
            continue
        tell(f"{todo.because} changed")
        try:
            if todo.families:
                restart(todo.families)
            if todo.deploys:
                deploy()
        except LocalError as error:
            for line in (*error.details, f"Error: {error}"):
                tell(line)
        repetitions.acted()


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
