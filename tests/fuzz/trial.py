"""Tries mutated files: reads and plans them, and lets a shell parse their builds."""

import random
import resource
import shutil
import signal
import subprocess
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from serverless_containers.findings import Findings
from serverless_containers.plan.buildspec import BuildspecOptions, make_buildspec, plan_images
from serverless_containers.plan.planner import PlanOptions
from serverless_containers.plan.source import plan_source
from tests.fuzz.mutations import Files, cases, mutated

SECONDS = 20
"""Processor time of one input: a thousand times what the largest of the corpus takes."""
MEMORY = 2 * 1024**3
CHUNK = 500


class TooSlowError(Exception):
    """One input took `SECONDS` of processor time."""


def check(folder: Path, parsed: set[str]) -> str:
    """Read, plan and build a folder. Returns what came of it.

    Raises:
        Exception: Whatever a user would see as a traceback.
    """
    findings = Findings()
    plan = plan_source(folder, PlanOptions(), findings, environment="dev")
    for each in findings:
        assert each.message
        assert each.rule.code
        if each.at is not None:
            assert each.at.line > 0
    if plan is None:
        assert findings.errors, "neither a plan nor an error"
        return "refused"
    found = Findings()
    builds = plan_images(plan.containers, folder, found)
    if found.errors:
        return "planned, and not built in a pipeline"
    if not builds:
        return "planned"
    spec = make_buildspec(builds, BuildspecOptions())
    for phase in spec["phases"].values():
        for command in [*phase.get("commands", ()), *phase.get("finally", ())]:
            _parse(command, parsed)
            if command.startswith("cat "):
                _parse("\n".join(command.split("\n")[1:-1]), parsed)
    return "planned and built"


def _parse(script: str, parsed: set[str]) -> None:
    if script in parsed:
        return
    parsed.add(script)
    shell = subprocess.run(
        ["/bin/sh", "-n"],
        input=script.encode("utf-8", "surrogateescape"),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert shell.returncode == 0, shell.stderr.decode(errors="replace")


def write(files: Files, folder: Path) -> None:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def chunk(seed: int, count: int, kept: str, plannable: Sequence[int]) -> Counter[str]:
    """Try some inputs, in a process of their own.

    Args:
        seed: What they are made of.
        count: How many.
        kept: The folder that takes those that fail.
        plannable: The numbers of the cases that have a plan: half of the inputs are made of these.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGPROF, _too_slow)
    rng = random.Random(seed)  # noqa: S311  # repeatable, and no secret
    corpus = cases()
    others = [content for files in corpus for content in files.values()]
    came: Counter[str] = Counter()
    parsed: set[str] = set()
    with tempfile.TemporaryDirectory() as made:
        for number in range(count):
            folder = Path(made) / "app"
            case = rng.choice(plannable) if rng.random() < 0.5 else rng.randrange(len(corpus))
            write(mutated(rng, corpus[case], others), folder)
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            try:
                came[check(folder, parsed)] += 1
            except (Exception, RecursionError, MemoryError) as error:
                signal.setitimer(signal.ITIMER_PROF, 0)
                came[f"FAILED: {type(error).__name__}"] += 1
                place = Path(kept) / f"{seed}-{number}"
                shutil.copytree(folder, place, dirs_exist_ok=True)
                (place / "TRACEBACK").write_text(traceback.format_exc())
            signal.setitimer(signal.ITIMER_PROF, 0)
            shutil.rmtree(folder)
    return came


def _too_slow(*_: object) -> None:
    raise TooSlowError


def plannable_cases() -> list[int]:
    """The numbers of the cases of the corpus that have a plan."""
    found = []
    with tempfile.TemporaryDirectory() as made:
        for number, files in enumerate(cases()):
            folder = Path(made) / "app"
            write(files, folder)
            if check(folder, set()) != "refused":
                found.append(number)
            shutil.rmtree(folder)
    return found


def chunks(seed: int, count: int) -> Iterator[tuple[int, int]]:
    """The seeds and the sizes of the parts of a run."""
    for number, first in enumerate(range(0, count, CHUNK)):
        yield seed * 1_000_000 + number, min(CHUNK, count - first)


def run(*, count: int, seed: int, workers: int, kept: Path) -> Counter[str]:
    """Try that many inputs. Returns what came of them."""
    came: Counter[str] = Counter()
    kept.mkdir(parents=True, exist_ok=True)
    plannable = plannable_cases()
    # A worker ends after some parts, so that memory that one input took is given back.
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), max_tasks_per_child=20
    ) as pool:
        parts = [
            pool.submit(chunk, each, size, str(kept), plannable)
            for each, size in chunks(seed, count)
        ]
        for part in parts:
            came.update(part.result())
    return came
