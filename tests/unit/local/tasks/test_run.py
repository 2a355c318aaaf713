"""A task from its first container to its last, at an engine that runs nothing."""

import threading
import tracemalloc

import pytest

from serverless_containers.local.tasks import logs
from serverless_containers.local.tasks.configuration import TaskEnvironment, TaskVolume
from serverless_containers.local.tasks.definition import read_containers
from serverless_containers.local.tasks.lifecycle import Phase
from serverless_containers.local.tasks.run import StartError, TaskDependencies, TaskRun
from tests.support.fake_engine import FakeEngine, until

WEB = {"name": "web", "image": "web:1", "portMappings": [{"containerPort": 80}]}
DB = {
    "name": "db",
    "image": "db:1",
    "essential": False,
    "healthCheck": {"command": ["CMD", "true"], "interval": 1},
}


class Running:
    """A task that runs on a thread."""

    def __init__(self, engine, *containers, image=lambda name: name, volumes=None, busy=None):
        self.told = []
        self.lines = []
        self.task = TaskRun(
            engine,
            read_containers({"containerDefinitions": list(containers)}),
            TaskEnvironment(
                run="r1", task="t1", network="net", variables={}, volumes=volumes or {}
            ),
            TaskDependencies(
                image=image,
                secrets=lambda _: {},
                writer=lambda _container, _id: self.lines.append,
                changed=self.told.append,
                busy=busy or (lambda: False),
            ),
        )
        self.thread = threading.Thread(target=self.task.run)
        self.thread.start()

    def phases(self):
        return list(dict.fromkeys(each.phase for each in self.told))

    def join(self):
        self.thread.join(10)
        assert not self.thread.is_alive()
        return self.told[-1]


@pytest.fixture
def engine():
    return FakeEngine()


def test_a_task_runs_is_stopped_and_leaves_nothing(engine):
    running = Running(engine, WEB)
    until(lambda: running.told and running.told[-1].serving)
    assert running.told[-1].address == "10.0.0.9"
    assert running.told[-1].published == {80: 32000}
    running.task.stop()
    last = running.join()
    assert running.phases() == [
        Phase.PENDING,
        Phase.RUNNING,
        Phase.DEACTIVATING,
        Phase.STOPPED,
    ]
    assert (last.serving, last.failed, last.states["web"].exit_code) == (False, None, 0)
    assert engine.called("create", "start", "SIGTERM", "SIGKILL", "remove") == [
        ("create", "network"),
        ("start", "network"),
        ("create", "web"),
        ("start", "web"),
        ("SIGTERM", "web"),
        ("remove", "web"),
        ("remove", "network"),
    ]


def test_a_container_waits_for_the_health_of_another_and_ends_before_it(engine):
    web = {**WEB, "dependsOn": [{"containerName": "db", "condition": "HEALTHY"}]}
    running = Running(engine, web, DB)
    until(lambda: ("start", "db") in engine.calls)
    assert ("start", "web") not in engine.calls
    engine.well["db"] = True
    until(lambda: running.told[-1].serving)
    running.task.stop()
    running.join()
    assert engine.called("SIGTERM") == [("SIGTERM", "web"), ("SIGTERM", "db")]


def test_one_that_does_not_listen_is_killed_when_its_time_is_up(engine):
    engine.exits["web"] = None
    running = Running(engine, {**WEB, "stopTimeout": 0.5})
    until(lambda: running.told and running.told[-1].serving)
    running.task.stop()
    assert running.join().states["web"].exit_code == 137
    assert engine.called("SIGTERM", "SIGKILL")[0] == ("SIGTERM", "web")
    assert ("SIGKILL", "web") in engine.calls


def test_an_essential_container_that_ends_takes_the_task_along(engine):
    running = Running(engine, WEB, {**DB, "healthCheck": None})
    until(lambda: running.told and running.told[-1].serving)
    engine.ends("web", 7)
    last = running.join()
    assert str(last.failed) == ("Essential container in task exited (container web, exit code 7)")
    assert engine.called("SIGTERM") == [("SIGTERM", "db")]


def test_a_container_that_used_too_much_memory_is_told(engine):
    running = Running(engine, WEB)
    until(lambda: running.told and running.told[-1].serving)
    engine.ends("web", 137, out_of_memory=True)
    assert running.join().states["web"].out_of_memory


def test_a_task_that_serves_nobody_any_more_is_not_ended_while_a_request_is_under_way(engine):
    busy = threading.Event()
    busy.set()
    running = Running(engine, WEB, busy=busy.is_set)
    until(lambda: running.told and running.told[-1].serving)
    running.task.stop()
    until(lambda: running.told[-1].phase is Phase.DEACTIVATING)
    assert running.told[-1].serving is False
    assert engine.called("SIGTERM") == []
    busy.clear()
    running.join()
    assert engine.called("SIGTERM") == [("SIGTERM", "web")]


def test_an_image_that_is_missing_ends_it_before_anything_is_made(engine):
    def image(name):
        raise StartError(f"CannotPullContainerError: {name}: not found")

    last = Running(engine, WEB, image=image).join()
    assert (last.phase, last.failed.code) == (Phase.STOPPED, "TaskFailedToStart")
    assert last.failed.reason == "CannotPullContainerError: web:1: not found"
    assert engine.calls == []


def test_what_the_engine_refuses_is_the_reason(engine):
    engine.fails["create"] = "no space left"
    last = Running(engine, WEB).join()
    assert last.failed.reason == "ResourceInitializationError: no space left"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_defect_is_a_failure_which_is_not_tried_again_without_an_end(engine):
    last = Running(engine, {**WEB, "mountPoints": [{"sourceVolume": "none"}]}).join()
    assert (last.phase, last.failed.code) == (Phase.STOPPED, "TaskFailedToStart")
    assert last.failed.reason == "InternalError: KeyError: 'none'"


def test_volumes_that_do_not_last_end_with_the_task(engine):
    volumes = {
        "own": TaskVolume(name="v-own", lasting=False),
        "kept": TaskVolume(name="v-kept", lasting=True, owner=(1, 2, 0o750)),
    }
    running = Running(engine, WEB, volumes=volumes)
    until(lambda: running.told and running.told[-1].serving)
    running.task.stop()
    running.join()
    assert engine.called("volume") == [
        ("volume", ("v-own", None)),
        ("volume", ("v-kept", (1, 2, 0o750))),
    ]
    assert engine.called("remove volume") == [("remove volume", "v-own")]


def test_lines_of_logs_are_put_together(engine):
    engine.logged["web"] = [b"one\ntw", b"o\r\n", b"last"]
    running = Running(engine, WEB)
    until(lambda: len(running.lines) == 3)
    running.task.stop()
    running.join()
    assert running.lines == ["one", "two", "last"]


def test_of_a_line_without_an_end_no_more_is_kept_than_what_is_handed_on(engine, monkeypatch):
    monkeypatch.setattr(logs, "_LONGEST", 6)
    engine.logged["web"] = [b"123456\n12", b"3456", b"7", b"8" * 99, b"9\nnext\n1234567\n\n123456"]
    running = Running(engine, WEB)
    until(lambda: len(running.lines) == 6)
    running.task.stop()
    running.join()
    assert running.lines == ["123456", "123456 […]", "next", "123456 […]", "", "123456"]


def test_what_is_kept_of_a_line_does_not_grow_with_it():
    def endless():
        for _ in range(400):
            yield b"x" * 64 * 1024

    tracemalloc.start()
    try:
        (line,) = logs._lines(endless())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert line.endswith("x […]")
    # 25 MiB were written.
    assert most < 8 * 1024 * 1024


def test_a_restart_policy_starts_a_container_again(engine):
    policy = {"enabled": True, "restartAttemptPeriod": 0.1, "ignoredExitCodes": [0]}
    running = Running(engine, WEB, {**DB, "healthCheck": None, "restartPolicy": policy})
    until(lambda: running.told and running.told[-1].serving)
    threading.Event().wait(0.2)
    engine.ends("db", 1)
    until(lambda: engine.called("start").count(("start", "db")) == 2)
    until(lambda: running.told[-1].restarted == ("container db, exit code 1",))
    threading.Event().wait(0.2)
    engine.ends("db", 0)
    until(lambda: running.told[-1].states["db"].exit_code == 0)
    running.task.stop()
    running.join()
    assert engine.called("start").count(("start", "db")) == 2
