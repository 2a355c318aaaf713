"""One run at a time in a folder; and what the folder has to be."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from serverless_containers.local.deploy.run import Options, Stopped, _as_before, run, stop
from serverless_containers.local.emulator.emulator import EmulatorProcess
from serverless_containers.local.failure import LocalError
from serverless_containers.local.folder import LocalFolder
from serverless_containers.local.process import Child
from serverless_containers.local.running.kept import clients_of

HOLDING = """
import sys, time
from pathlib import Path
from serverless_containers.local.folder import LocalFolder
with LocalFolder(Path(sys.argv[1])).locked("up"):
    print("locked", flush=True)
    time.sleep(300)
"""


@pytest.fixture
def holder(tmp_path):
    """A process that has the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "locked\n"
        yield process
        process.kill()


def files(pid):
    found = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.append(str(link.readlink()))
        except FileNotFoundError:
            continue
    return found


@pytest.mark.parametrize("more", [{}, {"keep": True}, {"running": True}])
def test_a_second_run_is_refused_with_the_first_ones_process(tmp_path, holder, more):
    with pytest.raises(LocalError) as raised:
        run(Options(folder=tmp_path, **more), progress=None)
    assert str(raised.value) == (
        f"another run (process {holder.pid}, `up`) is under way in {tmp_path}: wait until it ends, "
        "or end it with `serverless-containers local down`"
    )


def test_a_second_down_is_refused(tmp_path):
    project = LocalFolder(tmp_path)
    with project.locked("down"), pytest.raises(LocalError, match=r"`down`\) is under way"):
        stop(tmp_path)


def test_a_down_ends_the_run_that_is_under_way_and_waits_for_it(tmp_path, holder):
    ended = []

    def end():
        ended.append(holder)
        if len(ended) == 2:
            holder.kill()

    with LocalFolder(tmp_path).locked("down", end_other=end):
        assert holder.wait(10) == -signal.SIGKILL
        assert (tmp_path / ".local/lock").read_text() == f"(process {os.getpid()}, `down`)\n"
    assert len(ended) >= 2


def test_a_run_that_does_not_end_is_told(tmp_path, holder, monkeypatch):
    monkeypatch.setattr("serverless_containers.local.folder._ENDING_SECONDS", 0)
    monkeypatch.setattr("serverless_containers.local.folder._PAUSE_SECONDS", 0)
    with pytest.raises(LocalError, match=rf"another run \(process {holder.pid}, `up`\)"):
        stop(tmp_path)


def test_a_killed_run_leaves_no_lock(tmp_path, holder):
    holder.kill()
    holder.wait(10)
    with LocalFolder(tmp_path).locked("up"):
        pass


def test_a_run_that_fails_leaves_none(tmp_path):
    project = LocalFolder(tmp_path)
    with pytest.raises(ZeroDivisionError), project.locked("up"):
        raise ZeroDivisionError
    with project.locked("up"):
        pass


def test_an_emulator_that_is_kept_does_not_keep_the_lock(tmp_path):
    project = LocalFolder(tmp_path)
    lock = str(tmp_path / ".local/lock")
    with project.locked("up"):
        assert lock in files(os.getpid())
        process = EmulatorProcess(port=0, account="123456789012", log=tmp_path / "log")
        process.wait_until_ready()
    try:
        assert lock not in files(process.emulator.pid)
        with project.locked("up"):
            pass
    finally:
        process.stop()


def test_no_child_inherits_it(tmp_path):
    with LocalFolder(tmp_path).locked("up"):
        child = Child(["sleep", "60"], environ=dict(os.environ), log=tmp_path / "log")
        try:
            while "sleep" not in Path(f"/proc/{child.pid}/cmdline").read_text():
                pass
            assert str(tmp_path / ".local/lock") not in files(child.pid)
        finally:
            child.stop()


def test_the_lock_is_its_users_alone(tmp_path):
    with LocalFolder(tmp_path).locked("up"):
        assert (tmp_path / ".local/lock").stat().st_mode & 0o777 == 0o600


def test_a_link_in_its_place_is_not_followed(tmp_path):
    LocalFolder(tmp_path).log("x")
    (tmp_path / ".local/lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LocalError, match=r"lock is no file of its own: remove it$"):
        run(Options(folder=tmp_path), progress=None)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("to", ["there", "nowhere"])
def test_a_folder_that_is_a_link_is_not_used(tmp_path, to):
    (tmp_path / "there").mkdir()
    (tmp_path / ".local").symlink_to(tmp_path / to)
    with pytest.raises(LocalError, match=r"has to be a folder of its own: remove it$"):
        run(Options(folder=tmp_path), progress=None)
    assert not (tmp_path / "there/lock").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="a folder of another user's needs root")
def test_a_folder_of_another_users_is_not_used(tmp_path):
    (tmp_path / ".local").mkdir()
    os.chown(tmp_path / ".local", 65534, 65534)
    with pytest.raises(LocalError, match="belongs to another user"):
        run(Options(folder=tmp_path), progress=None)


def test_nothing_is_made_where_nothing_was_run(tmp_path):
    assert stop(tmp_path) == Stopped()
    assert list(tmp_path.iterdir()) == []


def test_the_folders_that_tasks_are_made_of_are_noted(tmp_path):
    project = LocalFolder(tmp_path)
    assert project.sources() == ()
    project.note_sources({"/shop", "/base"})
    assert project.sources() == (Path("/base"), Path("/shop"))
    project.forget()
    assert project.sources() == ()


def test_what_was_deployed_before_is_deployed_again_unless_something_else_is_asked_for(tmp_path):
    project = LocalFolder(tmp_path)
    before = {"app": None, "stacks": "dev/**", "context": ["source=shop"], "region": "eu-west-1"}
    project.note_deployed({"options": before})
    again = _as_before(Options(folder=tmp_path, running=True), project)
    assert (again.stacks, again.context, again.region) == (
        "dev/**", ("source=shop",), "eu-west-1",
    )  # fmt: skip
    assert again.running
    other = Options(folder=tmp_path, context=("source=other",))
    assert _as_before(other, project) is other
    # A note of an earlier version has none.
    project.note_deployed({})
    assert _as_before(Options(folder=tmp_path), project) == Options(folder=tmp_path)


def test_who_asks_while_another_run_deploys_is_told_so(tmp_path):
    with LocalFolder(tmp_path).locked("up"), pytest.raises(LocalError) as raised:
        clients_of(tmp_path)
    assert f"(process {os.getpid()}, `up`) is still deploying" in str(raised.value)
    assert f"{tmp_path}/.local/deploy.log" in str(raised.value)
    with pytest.raises(LocalError, match="no embedded AWS runs for this folder"):
        clients_of(tmp_path)
