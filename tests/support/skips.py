"""What tests that are skipped would have shown: said at the end of a run, so that green is no more
than it is.
"""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pytest

REQUIRE_ENGINE = "REQUIRE_ENGINE"
"""The variable by which a test that needs an engine fails instead of being skipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What some tests need.

    Attributes:
        files: The beginnings of the paths of these tests.
        shows: What they show.
    """

    files: tuple[str, ...]
    shows: str


NEEDS = (
    Need(
        files=("tests/integration/local/test_site.py",),
        shows="the site in a browser, and its containers behind the emulated CloudFront",
    ),
    Need(
        files=("tests/integration/local/",),
        shows="containers that run, answer, are rolled out and removed by `local`",
    ),
    Need(
        files=("tests/integration/buildspec/",),
        shows="the pipeline's buildspec that builds, pushes and signals at a real engine",
    ),
    Need(
        files=(
            "tests/unit/compose/test_oracle.py",
            "tests/unit/compose/test_generated.py",
            "tests/unit/cli/test_config.py",
        ),
        shows="that Compose files are read as Docker Compose itself reads them",
    ),
    Need(
        files=("tests/unit/local/engine/test_pause.py",),
        shows="that the program which holds a task's network waits without working",
    ),
    Need(
        files=("tests/unit/local/test_lock.py", "tests/unit/local/emulator/test_run_folder.py"),
        shows="that a folder of another user's is not used",
    ),
    Need(
        files=("tests/unit/local/processes/test_ports.py",),
        shows="that the port on which a process listens is found",
    ),
    Need(
        files=("tests/unit/plan/test_picture.py",),
        shows="that Mermaid draws the pictures of `explain`",
    ),
    Need(
        files=("tests/unit/test_workflows.py",),
        shows="the comment that the reusable workflow writes",
    ),
    Need(
        files=("tests/integration/test_bare_machine.py",),
        shows="that `make local` works on a machine with Debian's Python and make alone",
    ),
    Need(
        files=("tests/integration/test_consumer.py",),
        shows="that the wheel's command works on the other versions of Python",
    ),
    Need(
        files=("tests/unit/make/",),
        shows="that `make` says what is wrong, as on a full disk or with a read-only home",
    ),
)
"""What each skipped test would have shown; the first that fits counts."""


def skip_without_engine(reason: str) -> None:
    """Skip a test that needs an engine; fail where the engine is required.

    Args:
        reason: Why there is none. Nothing is done if it is empty.
    """
    if not reason:
        return
    if os.environ.get(REQUIRE_ENGINE):
        pytest.fail(f"{REQUIRE_ENGINE} is set, and there is no engine: {reason}", pytrace=False)
    pytest.skip(reason)


def told(skipped: Iterable[tuple[str, str]]) -> list[str]:
    """Lines about what was skipped; none if nothing was.

    Args:
        skipped: The path and the reason of each test that was skipped.
    """
    counts = Counter((reason, _shows(path)) for path, reason in skipped)
    if not counts:
        return []
    lines = [f"{counts.total()} skipped, which is not passed:"]
    for (reason, shows), count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        lines.append(f"  {count:>4}  {reason}")
        if shows:
            lines.append(f"        would have shown: {shows}")
    return lines


def _shows(path: str) -> str:
    return next((need.shows for need in NEEDS if path.startswith(need.files)), "")
