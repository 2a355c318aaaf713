"""A run says what it did not show; and no test is skipped without a word in the table."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.skips import NEEDS, REQUIRE_ENGINE, skip_without_engine, told

ROOT = Path(__file__).parents[2]
TESTS = """
import pytest

@pytest.mark.skipif(True, reason="there is no sun")
@pytest.mark.parametrize("n", range(3))
def test_one(n): pass

def test_two(): pytest.skip("there is no moon")

def test_three(): pass
"""
CONFTEST = "from tests.conftest import pytest_terminal_summary\n"


@pytest.mark.parametrize(
    "workers", [pytest.param((), marks=pytest.mark.thorough), ("-n", "2", "-p", "xdist")]
)
def test_what_is_skipped_is_counted_by_its_reason_at_the_end(tmp_path, workers):
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *workers],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'constructs'}"},
        capture_output=True,
        text=True,
        check=True,
    )

    *_, heading, count, suns, moons, last = filter(None, done.stdout.splitlines())
    assert " not shown by this run " in heading
    assert count == "4 skipped, which is not passed:"
    assert suns == "     3  there is no sun"
    assert moons == "     1  there is no moon"
    assert "1 passed, 4 skipped" in last


def test_the_reasons_come_with_what_would_have_been_shown():
    assert told(
        [
            ("tests/integration/local/test_tasks.py::test_a", "no engine"),
            ("tests/integration/local/test_rollouts.py::test_b", "no engine"),
            ("tests/integration/buildspec/test_runs.py::test_c", "no engine"),
            ("tests/unknown.py::test_d", "no idea"),
        ]
    ) == [
        "4 skipped, which is not passed:",
        "     2  no engine",
        "        would have shown: containers that run, answer, are rolled out and removed by "
        "`local`",
        "     1  no engine",
        "        would have shown: the pipeline's buildspec that builds, pushes and signals at a "
        "real engine",
        "     1  no idea",
    ]
    assert told([]) == []


def test_a_test_without_an_engine_is_skipped_or_fails_where_one_is_required(monkeypatch):
    monkeypatch.delenv(REQUIRE_ENGINE, raising=False)
    skip_without_engine("")
    with pytest.raises(pytest.skip.Exception, match=r"^it needs root$"):
        skip_without_engine("it needs root")
    monkeypatch.setenv(REQUIRE_ENGINE, "1")
    skip_without_engine("")
    with pytest.raises(pytest.fail.Exception, match="there is no engine: it needs root"):
        skip_without_engine("it needs root")


def skipping():
    """The files that skip tests."""
    skips = re.compile(r"mark\.skip|pytest\.skip\(|skip_without_engine\(|importorskip\(")
    own = {Path(__file__), ROOT / "tests/support/skips.py"}
    for file in sorted((ROOT / "tests").rglob("*.py")):
        if file not in own and skips.search(file.read_text()):
            yield str(file.relative_to(ROOT))


def test_every_file_that_skips_says_what_it_would_have_shown():
    without = [
        file for file in skipping() if not any(file.startswith(need.files) for need in NEEDS)
    ]
    assert without == []


def test_the_table_names_only_what_there_is():
    assert [file for need in NEEDS for file in need.files if not (ROOT / file).exists()] == []
