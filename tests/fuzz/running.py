"""What becomes of one project: read, planned, its findings printed, its buildspec parsed."""

import hashlib
import resource
import shutil
import signal
import subprocess
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from serverless_containers.compose import load_project, to_canonical
from serverless_containers.findings import Findings
from serverless_containers.findings.formats import summarise, to_json
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.buildspec import (
    BuildspecOptions,
    make_buildspec,
    plan_images,
    to_yaml,
)
from serverless_containers.plan.source import plan_source
from tests.fuzz.mutations import Files

PROCESSOR_SECONDS = 20
"""For one project, far more than the largest needs. What takes longer has got out of hand."""
MEMORY = 2 << 30
"""Bytes of one process."""


class TooSlowError(BaseException):
    """A project that used up its time. No exception that the library could catch."""


@dataclass(slots=True)
class Tally:
    """What became of the projects so far."""

    projects: int = 0
    planned: int = 0
    built: int = 0
    scripts: int = 0
    crashes: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def add(self, other: "Tally") -> None:
        """Count another one's projects, too."""
        for name in ("projects", "planned", "built", "scripts"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.crashes += other.crashes
        self.slowest = max(self.slowest, other.slowest)

    def __str__(self) -> str:
        return (
            f"{self.projects} projects, {self.planned} of them accepted and planned, {self.built} "
            f"with a buildspec, {self.scripts} different scripts parsed by a shell, "
            f"{len(self.crashes)} crashes; the slowest took {self.slowest:.1f} s of a processor"
        )


class Runner:
    """Runs projects in a folder of its own.

    Args:
        folder: Where projects are written, one after the other.
        crashes: Where those are kept that end with a traceback, or do not end.
    """

    def __init__(self, folder: Path, crashes: Path) -> None:
        # As deep as this, paths with many dots stay in folders without anything else.
        self._folder = folder / "a" / "b" / "c" / "project"
        self._crashes = crashes
        self._parsed: set[bytes] = set()
        self.tally = Tally()

    def run(self, files: Files, name: str) -> None:
        """Run one project.

        Args:
            files: Its files.
            name: What it is called if it has to be kept.
        """
        shutil.rmtree(self._folder, ignore_errors=True)
        write(files, self._folder)
        before = _processor()
        self.tally.projects += 1
        try:
            with _within(PROCESSOR_SECONDS):
                self._plan()
        except (Exception, TooSlowError):  # whatever it is, it is kept
            kept = self._crashes / name
            shutil.rmtree(kept, ignore_errors=True)
            write(files, kept)
            (kept / "traceback.txt").write_text(traceback.format_exc(), encoding="utf-8")
            self.tally.crashes.append(str(kept))
        self.tally.slowest = max(self.tally.slowest, _processor() - before)

    def _plan(self) -> None:
        folder = self._folder
        findings = Findings()
        plan = plan_source(folder, PlanOptions(), findings, environment="dev")
        to_json(findings)
        summarise(findings)
        # Without an environment, too: `config` prints what is read, whatever the planner says.
        project = load_project(folder, findings=Findings())
        if project is not None:
            to_canonical(project)
        if plan is None:
            assert findings.errors, "no plan, and no error that says why"
            return
        self.tally.planned += 1
        refused = Findings()
        images = plan_images(plan.containers, folder, refused)
        if images and not refused.errors:
            self.tally.built += 1
            self._parse(make_buildspec(images, BuildspecOptions()))

    def _parse(self, buildspec: dict[str, Any]) -> None:
        to_yaml(buildspec)
        for script in _scripts(buildspec):
            content = script.encode()
            key = hashlib.sha256(content).digest()
            if key in self._parsed:
                continue
            self._parsed.add(key)
            self.tally.scripts += 1
            checked = subprocess.run(
                ["/bin/sh", "-n"], input=content, capture_output=True, check=False
            )
            assert checked.returncode == 0, checked.stderr.decode("utf-8", "replace")


def _scripts(buildspec: dict[str, Any]) -> Iterator[str]:
    """Each command of a buildspec, and the script inside the one that writes it."""
    for phase in buildspec["phases"].values():
        for command in phase["commands"]:
            yield command
            if command.startswith("cat >"):
                _, _, rest = command.partition("\n")
                yield rest.rpartition("\n")[0] + "\n"


def write(files: Files, folder: Path) -> None:
    """Write the files of a project, but for those whose paths are none here."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def limit_memory() -> None:
    """Make this process fail where it would fill the machine."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@contextmanager
def _within(seconds: int) -> Iterator[None]:
    def stop(_signal: int, _frame: object) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
