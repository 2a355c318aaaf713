"""Processes under the calls of an engine: tasks run as they do with containers."""

import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from serverless_containers.local.engine import EngineError
from serverless_containers.local.processes import engine as engine_module
from serverless_containers.local.processes import guard
from serverless_containers.local.processes.commands import ProcessCommand, write_file
from serverless_containers.local.processes.engine import Processes
from serverless_containers.local.processes.ports import Ports, PortState
from serverless_containers.local.tasks.configuration import TaskEnvironment
from serverless_containers.local.tasks.definition import read_containers
from serverless_containers.local.tasks.run import TaskDependencies, TaskRun
from tests.support.fake_engine import until

WAITS = "import time; print('up', flush=True); time.sleep(60)"
QUIET = "import time; time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAITS}"
LISTENS = """
import os, socket
server = socket.create_server((os.environ["HOST"], int(os.environ["PORT"])))
print("up", flush=True)
while server.accept():
    pass
"""
# It may be told to end while it still returns from its print, which takes no second one meanwhile.
ENDS = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b"ends\\n"), sys.exit()))
print("up", flush=True)
time.sleep(60)
"""


def alive(pid):
    """Return whether a process runs: one that nobody has asked for its exit code does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def python(code, **options):
    return {"command": (sys.executable, "-c", code), **options}


class Task:
    """A task of processes that runs on a thread."""

    def __init__(self, processes, folder, named, definitions=()):
        commands = {
            name: each and ProcessCommand(**{"directory": str(folder), **each})
            for name, each in named.items()
        }
        write_file(processes.folder, {"family": commands})
        by_name = {each["name"]: each for each in definitions}
        raw = [{"name": name, "image": "x", **by_name.get(name, {})} for name in named]
        engine, containers = processes.for_task(
            "family", read_containers({"containerDefinitions": raw})
        )
        self.told, self.lines, self.engine = [], [], engine
        self.run = TaskRun(
            engine,
            containers,
            TaskEnvironment(run="", task="t1", network="net", variables={"ROLE": "task"}),
            TaskDependencies(
                image=lambda name: name,
                secrets=lambda _: {"KEY": "secret"},
                writer=lambda container, _: lambda line: self.lines.append((container.name, line)),
                changed=self.told.append,
                busy=lambda: False,
            ),
        )
        self.thread = threading.Thread(target=self.run.run)
        self.thread.start()

    @property
    def now(self):
        return self.told[-1] if self.told else None

    def wait(self, holds):
        until(lambda: self.told and holds(self.told[-1]), seconds=20)

    def serves(self):
        self.wait(lambda now: now.serving)

    def says(self, *lines):
        until(lambda: set(lines) <= set(self.lines), seconds=20)

    def stop(self):
        self.run.stop()
        return self.join()

    def join(self):
        self.thread.join(20)
        assert not self.thread.is_alive()
        return self.told[-1]

    def pid(self, name):
        (found,) = (e.process.pid for e in self.engine._made.values() if e.name == name)
        return found


@pytest.fixture
def open_to_others():
    return []


@pytest.fixture
def processes(tmp_path, open_to_others):
    folder = tmp_path / "run"
    folder.mkdir()
    made = Processes(
        folder,
        environ={"PATH": os.environ["PATH"], "HOME": "/h", "AWS_PROFILE": "mine"},
        find_open=lambda ports: [port for port in ports if port in open_to_others],
    )
    yield made
    made.close()


@pytest.fixture
def task(processes, tmp_path):
    started = []

    def starting(named, *definitions):
        started.append(Task(processes, tmp_path, named, definitions))
        return started[-1]

    yield starting
    for each in started:
        each.stop()


def test_a_process_has_its_tasks_environment_and_not_its_users(task, tmp_path):
    code = "import json, os; print(json.dumps([dict(os.environ), os.getcwd()]), flush=True);"
    web = task(
        {"web": python(code + WAITS, ports={"WHERE": 8080})},
        {"name": "web", "environment": [{"name": "OWN", "value": "1=2"}]},
    )
    web.says(("web", "up"))
    variables, folder = eval(web.lines[0][1])  # noqa: S307  # what the code above wrote
    assert folder == str(tmp_path)
    assert web.now.published[8080] == int(variables["WHERE"])
    assert (
        variables.items()
        >= {
            "OWN": "1=2",
            "ROLE": "task",
            "KEY": "secret",
            "HOST": "127.0.0.1",
            "HOME": "/h",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }.items()
    )
    assert "AWS_PROFILE" not in variables
    scratch = Path(variables["TMPDIR"])
    assert scratch.stat().st_mode & 0o777 == 0o700
    web.stop()
    assert not scratch.exists()


def test_what_is_mounted_into_a_container_is_mounted_nowhere(task):
    mounts = [{"sourceVolume": "files", "containerPath": "/run/secrets", "readOnly": True}]
    other = {"name": "other", "volumesFrom": [{"sourceContainer": "web"}]}
    web = task(
        {"web": python(WAITS), "other": python(WAITS)},
        {"name": "web", "mountPoints": mounts},
        other,
    )
    web.says(("web", "up"), ("other", "up"))


def test_bytecode_is_kept_from_the_sources(task, processes):
    code = "import os; print(os.environ['PYTHONPYCACHEPREFIX'], flush=True);"
    web = task({"web": python(code + WAITS)})
    web.says(("web", str(processes.folder / "bytecode")))


def test_a_task_is_found_at_the_ports_that_its_processes_were_told(task):
    web = task(
        {"web": python(LISTENS, ready="8080", ports={"PORT": 8080})},
        {"name": "web", "portMappings": [{"containerPort": 8080}]},
    )
    web.serves()
    assert web.now.address.startswith("198.18.")
    socket.create_connection(("127.0.0.1", web.now.published[8080]), 5).close()


def test_one_that_is_ready_by_its_answer(task):
    class Answer(http.server.BaseHTTPRequestHandler):
        status = 500

        def do_GET(self):
            self.send_response(self.status if self.path == "/health?a=1" else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        url = f"http://localhost:{port}/health?a=1"
        web = task({"web": python(WAITS, ready=url, ports={"P": port})})
        web.says(("web", "up"))
        # The port is this test's, so that the process was given another one.
        asked = ProcessCommand(command=("x",), directory="/", ready=url)
        web.engine._network.ports = {port: port}
        assert not web.engine._is_ready(asked)
        assert not web.now.serving
        Answer.status = 204
        web.serves()
        server.shutdown()


def test_a_service_waits_for_the_health_of_another_and_ends_before_it(task, tmp_path):
    both = task(
        {"db": python(ENDS), "web": python(ENDS)},
        {
            "name": "db",
            "healthCheck": {"command": ["CMD-SHELL", "test -e healthy"], "interval": 1},
        },
        {"name": "web", "dependsOn": [{"containerName": "db", "condition": "HEALTHY"}]},
    )
    both.says(("db", "up"))
    assert not both.now.states["web"].started
    (tmp_path / "healthy").touch()
    both.says(("web", "up"))
    both.stop()
    assert [name for name, line in both.lines if line == "ends"] == ["web", "db"]


def test_one_without_a_command_does_not_run_and_nobody_waits_for_it(task):
    web = task(
        {"web": python(WAITS), "db": None},
        {"name": "web", "dependsOn": [{"containerName": "db", "condition": "HEALTHY"}]},
    )
    web.serves()
    assert list(web.now.states) == ["web"]


def test_one_that_does_not_listen_is_killed_when_its_time_is_up(task):
    web = task({"web": python(STUBBORN)}, {"name": "web", "stopTimeout": 0.2})
    web.says(("web", "up"))
    assert web.stop().states["web"].exit_code == 137


def test_what_a_shell_started_has_the_whole_time_to_end(task, tmp_path):
    # The shell does not become the program, and ends at the signal.
    program = tmp_path / "program.py"
    program.write_text(
        "import signal, sys, time\n"
        "def end(*_):\n    time.sleep(0.3); print('ended well', flush=True); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\nprint('up', flush=True)\ntime.sleep(60)\n"
    )
    web = task({"web": {"command": ("/bin/sh", "-c", f"'{sys.executable}' program.py; true")}})
    web.says(("web", "up"))
    web.stop()
    assert ("web", "ended well") in web.lines


def test_what_a_process_leaves_behind_is_killed_with_it(task):
    leaves = (
        "import subprocess, sys;"
        f"print(subprocess.Popen([sys.executable, '-c', {STUBBORN!r}],"
        " stdout=subprocess.DEVNULL).pid, flush=True); sys.exit(3)"
    )
    web = task({"web": python(leaves)})
    assert web.join().states["web"].exit_code == 3
    until(lambda: not alive(int(web.lines[0][1])))


def test_one_that_crashes_is_started_again_by_its_policy(task):
    again = "import os; new = not os.path.exists('f'); open('f', 'w'); print('run', flush=True);"
    web = task(
        {"web": python(again + f"exit(1) if new else None; {WAITS}")},
        {"name": "web", "restartPolicy": {"enabled": True, "restartAttemptPeriod": "0"}},
    )
    web.says(("web", "up"))
    assert web.lines == [("web", "run"), ("web", "run"), ("web", "up")]


def test_what_it_said_last_is_told_as_the_reason(task):
    web = task({"web": {"command": ("/bin/sh", "-c", "echo up; no-such-program")}})
    failed = web.join().failed
    assert failed.reason == "Essential container in task exited"
    assert failed.detail.startswith("container web, exit code 127: /bin/sh: ")
    assert "no-such-program: not found" in failed.detail


def test_what_stands_beside_this_python_is_found_last(processes, tmp_path):
    path = processes.environment(tmp_path)["PATH"]
    assert path == f"{os.environ['PATH']}:{Path(sys.executable).parent}"


def test_a_signal_that_ends_it_is_its_exit_code(task):
    web = task({"web": python(WAITS)})
    web.says(("web", "up"))
    os.kill(web.pid("web"), signal.SIGSEGV)
    assert web.join().states["web"].exit_code == 139


def test_what_others_could_reach_does_not_run(task, open_to_others):
    web = task({"web": python(WAITS)}, {"name": "web", "portMappings": [{"containerPort": 64999}]})
    web.serves()
    pid = web.pid("web")
    open_to_others.append(web.now.published[64999])
    assert web.join().failed.reason == (
        "CannotStartContainerError: container web: port 64999 of this machine is open to its "
        "network: have the process listen on 127.0.0.1, which the variable HOST holds"
    )
    assert not alive(pid)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (
            {"command": ("no-such-program",)},
            "there is no program no-such-program on the PATH of this run",
        ),
        ({"command": ("./nothing",)}, "./nothing: No such file or directory"),
        ({"command": ("true",), "directory": "/no/folder"}, "there is no folder /no/folder"),
    ],
)
def test_what_cannot_be_started_says_why(task, command, reason):
    assert task({"web": command}).join().failed.reason == (
        f"CannotStartContainerError: container web: {reason}"
    )


def test_a_port_that_is_taken_is_named(tmp_path):
    made = Processes(tmp_path, ports=Ports(lambda _: PortState.TAKEN))
    web = Task(
        made,
        tmp_path,
        {"web": python(WAITS)},
        [{"name": "web", "portMappings": [{"containerPort": 80}]}],
    )
    reason = web.join().failed.reason
    made.close()
    assert reason.startswith(
        "ResourceInitializationError: port 80 of 127.0.0.1 is taken by another program: "
    )


def test_output_that_nobody_reads_stops_nobody(task):
    web = task({"web": python("print('x' * 1_000_000, flush=True);" + WAITS)})
    web.says(("web", "up"))


def test_the_end_of_a_run_ends_all_and_starts_nothing_any_more(task, processes):
    both = task({"a": python(WAITS), "b": python(WAITS)})
    both.says(("a", "up"), ("b", "up"))
    pids = [both.pid("a"), both.pid("b")]
    processes.close()
    assert not any(map(alive, pids))
    with pytest.raises(EngineError, match="is ending"):
        processes.start(["true"], "/", {"PATH": os.environ["PATH"]})


def test_they_end_when_their_parent_is_killed(tmp_path):
    parent = (
        "import os, sys, time; from pathlib import Path;"
        "from serverless_containers.local.processes.engine import Processes;"
        f"p = Processes(Path({str(tmp_path)!r}));"
        f"print(p.start([sys.executable, '-c', {QUIET!r}], '/', os.environ).pid, flush=True);"
        "time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as started:
        pid = int(started.stdout.readline())
        assert alive(pid)
        os.killpg(started.pid, signal.SIGKILL)
    until(lambda: not alive(pid), seconds=20)


def test_the_guard_kills_what_does_not_end_by_itself():
    with subprocess.Popen(
        [sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, start_new_session=True
    ) as stubborn:
        stubborn.stdout.readline()
        guard.end([stubborn.pid, 2**22 - 1], grace=0.1)
        assert stubborn.wait() == -signal.SIGKILL


def test_the_guard_knows_what_is_left():
    assert guard.left(["+1\n", "+2\n", "-1\n", "+3\n"]) == {2, 3}


@pytest.mark.parametrize(("limit", "most"), [("_UNREAD", 3), ("_PIECES", 1)])
def test_of_what_nobody_reads_the_last_is_kept(monkeypatch, limit, most):
    monkeypatch.setattr(engine_module, limit, most)
    monkeypatch.setattr(engine_module, "_PIECE", 2)
    reading, writing = os.pipe()
    output = engine_module._Output(os.fdopen(reading, "rb"))
    os.write(writing, b"aabbcc")
    os.close(writing)
    assert output.last == "aabbcc"
    assert list(output.pieces()) == [b"cc"]
