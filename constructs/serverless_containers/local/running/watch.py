"""Files that change: the services that they are of start anew, or the app is deployed anew."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.failure import LocalError
from serverless_containers.local.processes.commands import Commands
from serverless_containers.local.running.files import Changes, is_template_file
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

    @property
    def starts(self) -> frozenset[str]:
        """Families that start anew, and the app, which has no name."""
        return self.families | {""} if self.deploys else self.families


def consequences(changed: Iterable[Path], commands: Commands, app: Path) -> dict[Path, Consequence]:
    """Decide what each changed file leads to; one that leads to nothing is left out.

    Args:
        changed: The files.
        commands: What runs as processes. A file in the folder of one is used where it lies, unless
            its ``.dockerignore`` keeps it from the container. All others, and all where containers
            run, may change templates or images.
        app: The CDK app's folder. Where that of a process has it in it, whose Python a file is
            does not show: it is taken for both's.
    """
    users = _users(commands)
    # Read once for all files: a folder may have many of both.
    rules = {folder: IgnoreRules.of(str(folder), None) for folder in users}
    found: dict[Path, Consequence] = {}
    for file in changed:
        folders = [folder for folder in users if file.is_relative_to(folder)]
        families = {
            family
            for folder in folders
            if not is_left_out(rules[folder], str(file.relative_to(folder)))
            for family in users[folder]
        }
        is_of_template = is_template_file(file.name)
        is_of_app = file.suffix == ".py" and all(map(app.is_relative_to, folders))
        each = Consequence(
            deploys=not folders or is_of_template or is_of_app,
            families=frozenset(() if is_of_template else families),
            because=file,
        )
        if each.starts:
            found[file] = each
    return found


def _users(commands: Commands) -> dict[Path, set[str]]:
    """The folders of processes, each with the families of those that have it."""
    found: dict[Path, set[str]] = {}
    for family, containers in commands.items():
        for each in containers.values():
            if each is not None:
                found.setdefault(Path(each.directory).resolve(), set()).add(family)
    return found


def together(found: Iterable[Consequence]) -> Consequence | None:
    """Return what several consequences come to; None: to nothing."""
    ordered = sorted(found, key=lambda each: (not each.deploys, each.because))
    if not ordered:
        return None
    return Consequence(
        deploys=ordered[0].deploys,
        families=frozenset().union(*(each.families for each in ordered)),
        because=ordered[0].because,
    )


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
    """Counts what happens again and again because of what it led to.

    Of a file that is that it changes; of what starts, that it does because of files that were made
    or deleted: their names may be others each time.

    Args:
        clock: Gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last: dict[Path | str, float] = {}
        self._counts: dict[Path | str, int] = {}
        self._now = 0.0

    def count(self, happened: Iterable[Path | str]) -> frozenset[Path | str]:
        """Return what of this happened too often, each time soon after the last one."""
        self._now = self._clock()
        for calm in [key for key, at in self._last.items() if self._now - at > _LOOP_SECONDS]:
            del self._last[calm], self._counts[calm]
        happened = frozenset(happened)
        for key in happened:
            self._last[key] = self._now
            self._counts[key] = self._counts.get(key, 0) + 1
        return frozenset(key for key in happened if self._counts[key] > _LOOP_LENGTH)

    def is_new(self, key: Path | str) -> bool:
        """Return whether something was found for the first time since it last was calm."""
        return self._counts[key] == _LOOP_LENGTH + 1

    def acted(self) -> None:
        """Note that what was counted last has led to all that it does, which is no time of calm."""
        passed = self._clock() - self._now
        self._last = {key: at + passed for key, at in self._last.items()}


def _without_loops(
    changed: Changes,
    found: Mapping[Path, Consequence],
    repetitions: _Repetitions,
    tell: Callable[[str], None],
) -> list[Consequence]:
    """Leave out what changed files lead to that are written by what they start, and tell of it."""
    renamed = {file: found[file].starts for file in changed.come_or_gone if file in found}
    repeated = repetitions.count({*found, *frozenset().union(*renamed.values())})
    told: set[str] = set()
    for file in sorted(found):
        starts = renamed.get(file, frozenset())
        if file in repeated:
            if repetitions.is_new(file):
                tell(
                    f"{file} changed again soon after each of the last {_LOOP_LENGTH} starts: it "
                    "seems to be written by what starts, and is left alone until it has not "
                    f"changed for {_LOOP_SECONDS:.0f} s; name it in a .gitignore, or in the "
                    ".dockerignore of the process's folder, or have it written to another folder"
                )
                told |= starts
        elif new := {each for each in starts & repeated - told if repetitions.is_new(each)}:
            tell(
                f"{file} was made or deleted, as other files were soon after each of the last "
                f"{_LOOP_LENGTH} starts: they seem to be written by what starts, and new and "
                f"deleted files are left alone until there are none for {_LOOP_SECONDS:.0f} s; "
                "name them in a .gitignore, or in the .dockerignore of the process's folder, or "
                "have them written to another folder"
            )
            told |= new
    return [
        each
        for file, each in found.items()
        if file not in repeated and not (file in renamed and renamed[file] <= repeated)
    ]


def watch(
    groups: Iterable[Changes],
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
    soon after what it led to, whatever its name: the process writes it.

    Args:
        groups: The files that changed together; none of them, now and then.
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
        if not group.files:
            continue
        found = consequences(group.files, commands(), app)
        todo = together(_without_loops(group, found, repetitions, tell))
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
