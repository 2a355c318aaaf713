"""What every test needs: a project layout without traps, Node, and quick synthesis."""

import gc
import os
from pathlib import Path

import pytest
from jsii import _type_checking as type_checking
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from serverless_containers.toolchain import use_node
from tests.support.skips import told

ROOT = Path(__file__).parent.parent
WAITING = ROOT / "tests" / "integration"
ENGINES = {"tests/integration/buildspec": 1, "tests/integration/local": 2}
"""Folders of tests that run containers, each with the engines that its files share."""

if (ROOT / "constructs" / "__init__.py").exists():
    pytest.exit(
        "constructs/__init__.py exists: it shadows PyPI's package of that name, which aws-cdk-lib "
        "imports. Remove it; constructs/ is a source root, no package.",
        returncode=4,
    )

# Validation costs a second for each process; the snapshot tests and `cdk synth` keep it on.
os.environ.setdefault("CDK_VALIDATION", "false")
# The program in which constructs live allocates much that is soon forgotten: with room for it, it
# takes a sixth less of processor time ("Command-line API", Node.js documentation, NODE_OPTIONS).
os.environ.setdefault("NODE_OPTIONS", "--max-semi-space-size=64")
use_node()
# The CDK holds each argument against its type, as mypy has done, for an eighth of the time. It may
# do so in `tests/templates`, and wherever a process of its own synthesizes.
type_checking._resolved_check = lambda **_: None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread what waits, which deploys and runs containers, among what computes.

    Files stay whole and in their order. With one after the other of a kind, processors would wait
    first and be short in the end.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    waits = [path for path in files if path.is_relative_to(WAITING)]
    computes = [path for path in files if not path.is_relative_to(WAITING)]
    order = sorted(
        # The last ones are quick.
        [(number / len(waits) * 0.85, path) for number, path in enumerate(waits)]
        + [(number / len(computes), path) for number, path in enumerate(computes)]
    )
    items[:] = [item for _, path in order for item in files[path]]


class _SharedEngines(LoadFileScheduling):
    """Gives each worker whole files, and all those of an engine to one: it takes long to start."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        folder = file.rpartition("/")[0]
        if folder not in ENGINES:
            return file
        files = sorted(each.name for each in (ROOT / folder).glob("test_*.py"))
        return f"{folder}, engine {files.index(Path(file).name) % ENGINES[folder]}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """Let files share engines where workers get whole files."""
    return _SharedEngines(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make alone, and less often: modules and tests stay."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name what is known only at deployment: its text is numbered anew in every process."""
    return "token" if isinstance(val, str) and "${Token[" in val else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was skipped, why, and what it would have shown."""
    lines = told(
        (report.nodeid, report.longrepr[2].removeprefix("Skipped: "))
        for report in terminalreporter.stats.get("skipped", ())
    )
    if lines:
        terminalreporter.section("not shown by this run", yellow=True)
        for line in lines:
            terminalreporter.line(line, yellow=True)


@pytest.fixture
def project(tmp_path: Path) -> "ProjectFolder":
    return ProjectFolder(tmp_path / "sample")


class ProjectFolder:
    """A folder of source files, as a user would have it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def compose(self, text: str) -> Path:
        self.write("docker-compose.yml", text)
        return self.path
