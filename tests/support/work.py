"""How much work reading and planning a project is, counted: a clock measures the machine."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import serverless_containers
from serverless_containers.findings import Findings
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.source import plan_source

ROOT = Path(__file__).parent.parent.parent
_LIBRARY = str(Path(serverless_containers.__file__).parent)

_LIMITED = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
from tests.support.work import plan
plan(Path(sys.argv[1]))
"""


def plan(folder: Path) -> Findings:
    """Read and plan a project, as `check` does."""
    findings = Findings()
    environment = "dev" if (folder / "compose.dev.yaml").exists() else None
    plan_source(folder, PlanOptions(), findings, environment=environment)
    return findings


def lines_run(call: Callable[[], object]) -> int:
    """How many lines of the library a call runs, each as often as it runs."""
    amount = 0

    def line(_frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal amount
        amount += event == "line"
        return line

    def called(frame: FrameType, _event: str, _arg: Any) -> Any:
        return line if frame.f_code.co_filename.startswith(_LIBRARY) else None

    before = sys.gettrace()
    sys.settrace(called)
    try:
        call()
    finally:
        sys.settrace(before)
    return amount


def is_planned_within_limits(folder: Path) -> bool:
    """Whether a project is planned, or refused, before a process is used up.

    For work that runs no line of Python: a regular expression, a search in a text. The process has
    120 seconds of a processor and 3 GiB of memory, a hundred times of what is needed; what grows
    with the square of a million characters takes days.
    """
    command = [sys.executable, "-c", _LIMITED, str(folder)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0
