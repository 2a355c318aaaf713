"""Projects that are nearly right: some of what `python -m tests.fuzz` runs, and that it notices."""

import pytest

from tests.fuzz import running
from tests.fuzz.mutations import Mutator
from tests.fuzz.running import Runner, TooSlowError
from tests.support.thorough import thoroughly

HEALTHY = {
    "compose.yaml": b"services: {web: {build: ., ports: ['80']}}\n",
    "Dockerfile": b"FROM a\n",
}


@pytest.fixture
def runner(tmp_path):
    return Runner(tmp_path / "work", tmp_path / "crashes")


@pytest.mark.parametrize("count", [pytest.param(150, id="few"), *thoroughly(5000, ids=["many"])])
def test_no_project_ends_in_a_traceback(runner, count):
    mutator = Mutator(seed=0)
    for number in range(count):
        runner.run(mutator.project(number), str(number))
    assert runner.tally.crashes == []
    assert runner.tally.planned > count / 20
    assert runner.tally.scripts > 5


def test_a_seed_and_a_number_always_give_the_same_project():
    assert [Mutator(7).project(number) for number in range(3)] == [
        Mutator(7).project(number) for number in range(3)
    ]


def test_a_traceback_is_kept_with_the_project(runner, monkeypatch, tmp_path):
    def fail(*_arguments, **_options):
        raise KeyError("lost")

    monkeypatch.setattr(running, "plan_source", fail)
    runner.run(HEALTHY, "one")
    kept = tmp_path / "crashes" / "one"
    assert runner.tally.crashes == [str(kept)]
    assert "KeyError: 'lost'" in (kept / "traceback.txt").read_text()
    assert (kept / "compose.yaml").read_bytes() == HEALTHY["compose.yaml"]


def test_a_project_that_takes_too_much_is_stopped(runner, monkeypatch):
    def spin(*_arguments, **_options):
        while True:
            pass

    monkeypatch.setattr(running, "plan_source", spin)
    monkeypatch.setattr(running, "PROCESSOR_SECONDS", 0.01)
    runner.run(HEALTHY, "one")
    assert len(runner.tally.crashes) == 1


def test_the_library_cannot_catch_the_end_of_the_time():
    assert not issubclass(TooSlowError, Exception)


def test_a_script_that_no_shell_parses_is_kept(runner, monkeypatch):
    monkeypatch.setattr(
        running,
        "make_buildspec",
        lambda *_arguments: {"phases": {"build": {"commands": ["if true"]}}},
    )
    runner.run(HEALTHY, "one")
    assert len(runner.tally.crashes) == 1


def test_a_healthy_project_is_planned_and_its_scripts_parsed(runner):
    runner.run({**HEALTHY, "Dockerfile": b"FROM a\nEXPOSE 80\n"}, "one")
    assert (runner.tally.planned, runner.tally.built, runner.tally.crashes) == (1, 1, [])
    assert runner.tally.scripts > 3
