"""The command: its options reach the run, and whatever goes wrong is told without a traceback."""

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from serverless_containers.cli import extras, main
from serverless_containers.local import LocalError, LocalResult
from serverless_containers.local.deploy import run as run_module
from serverless_containers.local.deploy.run import Options
from serverless_containers.local.emulator.emulator import Emulator
from serverless_containers.local.folder import LocalFolder
from serverless_containers.local.process import Terminated
from serverless_containers.local.running import failures as failures_module
from serverless_containers.local.running import files as files_module
from serverless_containers.local.running import kept as kept_module
from serverless_containers.local.running import services as services_module
from serverless_containers.local.running import watch as watch_module
from serverless_containers.local.running.failures import TaskFailed
from serverless_containers.local.running.files import Changes
from serverless_containers.local.running.services import LogLine

RESULT = LocalResult(
    endpoint="http://127.0.0.1:1",
    account="123456789012",
    regions=("us-east-1",),
    resources=(),
    outputs={},
    diff_empty=True,
)


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, ["local", *arguments])


def test_help_names_the_commands_and_imports_none_of_them():
    code = (
        "import sys\n"
        "from serverless_containers.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'boto3', 'rich', 'aws_cdk', 'serverless_containers.cli.local'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "local" in done.stdout


def test_an_unknown_command():
    done = CliRunner().invoke(main, ["locla"])
    assert done.exit_code == 2
    assert "No such command 'locla'" in done.output


def test_the_options_reach_the_run(invoke, monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr(run_module, "run", lambda options, _: seen.append(options) or RESULT)
    done = invoke(
        *("--app", "python other.py"),
        *("--stacks", "x/*"),
        *("-c", "a=1", "--context", "b=2"),
        *("--port", "4566"),
        *("--region", "eu-west-1"),
        "--keep",
        *("--json", "out.json"),
    )
    assert done.exit_code == 0, done.output
    assert seen == [
        Options(
            folder=tmp_path,
            app="python other.py",
            stacks="x/*",
            context=("a=1", "b=2"),
            port=4566,
            region="eu-west-1",
            keep=True,
        )
    ]
    assert json.loads((tmp_path / "out.json").read_text())["holds"] is True


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("up",), {"keep": True}),
        (("up", "--enforce-iam"), {"keep": True, "enforce_iam": True}),
        (("deploy", "--stacks", "x"), {"running": True, "stacks": "x"}),
    ],
)
def test_up_leaves_it_running_and_deploy_needs_one_that_runs(
    invoke, monkeypatch, tmp_path, words, expected
):
    seen = []
    monkeypatch.setattr(run_module, "run", lambda options, _: seen.append(options) or RESULT)
    done = invoke(*words)
    assert done.exit_code == 0, done.output
    assert seen == [Options(folder=tmp_path, **expected)]


def test_deploy_without_one_that_runs_says_how_to_get_one(invoke):
    done = invoke("deploy")
    assert done.exit_code == 1
    assert done.stderr == (
        "Error: no embedded AWS runs for this folder: `serverless-containers local up` starts one\n"
    )


def kept(monkeypatch, **values):
    """Have an embedded AWS run already."""
    emulator = Emulator(port=4566, pid=1, secret="t", folder="/nonexistent", **values)
    monkeypatch.setattr(LocalFolder, "kept", lambda _: emulator)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("processes", "runs no processes: stop it with"),
        (
            "containers",
            "runs processes in place of containers: leave --engine out to deploy to it, or stop it "
            "with",
        ),
    ],
)
@pytest.mark.parametrize("command", ["up", "deploy"])
def test_another_engine_than_the_one_that_runs_is_refused(
    invoke, monkeypatch, command, asked, words
):
    kept(monkeypatch, processes=asked == "containers")
    done = invoke(command, "--engine", asked)
    assert done.exit_code == 1
    assert f"{words} `serverless-containers local down`\n" in done.stderr


@pytest.mark.parametrize("words", [(), ("--engine", "either")])
def test_what_runs_is_deployed_to_where_no_other_engine_is_asked_for(invoke, monkeypatch, words):
    kept(monkeypatch, processes=True)
    monkeypatch.setattr(run_module._Run, "result", lambda _: RESULT)
    monkeypatch.setattr(tempfile, "TemporaryDirectory", lambda **_: nullcontext("work"))
    done = invoke("deploy", *words)
    assert done.exit_code == 0, done.output


def test_what_a_container_writes_gives_a_terminal_no_commands(invoke, monkeypatch):
    lines = [
        LogLine(at=1, container="web", text="\x1b]0;title\x07\x1b[2Jhere"),
        LogLine(at=2, container="web", text="\x1b[32mgreen\x1b[0m\r\nnext"),
    ]
    monkeypatch.setattr(kept_module, "clients_of", lambda _: ["clients"])
    monkeypatch.setattr(kept_module, "engine_of", lambda _: "processes")
    monkeypatch.setattr(services_module, "lines", lambda *_, **__: lines)
    assert invoke("logs").stdout.splitlines() == [
        r"web | \x1b]0;title\x07\x1b[2Jhere",
        "web | green",
        "web | next",
    ]


def test_so_does_none_of_a_failure_that_holds_it(invoke, monkeypatch):
    def fail(*_):
        raise LocalError("cdk deploy failed", ("web: \x1b[2J",))

    monkeypatch.setattr(run_module, "run", fail)
    assert invoke().stderr == "  web: \\x1b[2J\nError: cdk deploy failed\n"


def test_a_watch_tells_of_tasks_that_fail_and_starts_them_anew(invoke, monkeypatch):
    deployed = []
    failed = TaskFailed(
        service="shop",
        what="failed",
        cause="container web, exit code 3: boom\x1b[2J",
        lines=(LogLine(at=1, container="web", text="\x1b[2Jboom"),),
    )

    class Failures:
        def __init__(self, regions):
            assert regions == ["clients"]

        def new(self):
            yield failed

        def forget(self):
            pass

    def watching(groups, **given):
        assert groups == "changes"
        given["look"]()
        given["restart"](frozenset({"shop"}))
        given["deploy"]()

    monkeypatch.setattr(run_module, "run", lambda options, _: deployed.append(options) or RESULT)
    monkeypatch.setattr(kept_module, "clients_of", lambda _: ["clients"])
    monkeypatch.setattr(failures_module, "Failures", Failures)
    monkeypatch.setattr(files_module, "changes", lambda *_, **__: "changes")
    monkeypatch.setattr(watch_module, "watch", watching)
    monkeypatch.setattr(watch_module, "restart_tasks", lambda *_: 1)
    done = invoke("up", "--watch")
    assert done.exit_code == 0, done.output
    told = done.stdout.splitlines()
    assert len(deployed) == 2
    begun = told.index(
        "Waiting for files to change; Ctrl-C ends that, and leaves the embedded AWS running"
    )
    assert told[begun + 1 : begun + 4] == [
        r"A task of shop failed: container web, exit code 3: boom\x1b[2J",
        r"  web | \x1b[2Jboom",
        "Started anew: 1 task",
    ]


@pytest.mark.parametrize("interrupted", ["clients_of", "Failures", "changes", "watch"])
@pytest.mark.parametrize("ended", [KeyboardInterrupt(), Terminated(signal.SIGINT)])
def test_an_interrupt_of_a_watch_says_that_the_embedded_aws_runs_on(
    invoke, monkeypatch, interrupted, ended
):
    def interrupt(*_, **__):
        raise ended

    places = {
        "clients_of": kept_module,
        "Failures": failures_module,
        "changes": files_module,
        "watch": watch_module,
    }
    monkeypatch.setattr(run_module, "run", lambda *_: RESULT)
    for name, module in places.items():
        monkeypatch.setattr(module, name, interrupt if name == interrupted else lambda *_, **__: [])
    done = invoke("up", "--watch")
    assert done.exit_code == 0
    assert done.stdout.endswith("To stop the embedded AWS: serverless-containers local down\n")
    assert "nothing is left running" not in done.output


def test_a_result_that_cannot_be_written_does_not_end_a_watch(invoke, monkeypatch, tmp_path):
    seen = []

    def changes(_, *, written):
        seen.append(written)
        (tmp_path / "results/out.json").unlink()
        (tmp_path / "results").rmdir()
        for name in ("a.py", "b.py"):
            yield Changes(frozenset({tmp_path / name}))

    (tmp_path / "results").mkdir()
    monkeypatch.setattr(run_module, "run", lambda *_: RESULT)
    monkeypatch.setattr(kept_module, "clients_of", lambda _: [])
    monkeypatch.setattr(kept_module, "commands_of", lambda _: {})
    monkeypatch.setattr(files_module, "changes", changes)
    done = invoke("up", "--watch", "--json", "results/out.json")
    assert done.exit_code == 0, done.output
    assert seen == [tmp_path.resolve() / "results/out.json"]
    told = "Error: --json: results/out.json: No such file or directory\n"
    assert done.stdout.count(told) == 2
    assert f"{told}{tmp_path}/b.py changed\n" in done.stdout


@pytest.mark.parametrize("words", [("status",), ("logs",), ("logs", "web"), ("token",)])
def test_what_asks_one_that_runs_says_that_none_does(invoke, words):
    done = invoke(*words)
    assert done.exit_code == 1
    assert "no embedded AWS runs for this folder" in done.stderr


def test_the_exit_code_says_whether_everything_holds(invoke, monkeypatch):
    broken = LocalResult(
        **{name: getattr(RESULT, name) for name in RESULT.__slots__} | {"diff_empty": False}
    )
    monkeypatch.setattr(run_module, "run", lambda *_: broken)
    assert invoke().exit_code == 1


def test_a_failure_is_its_cause_and_one_line(invoke, monkeypatch):
    def fail(*_):
        raise LocalError("cdk deploy failed", ("the cause",))

    monkeypatch.setattr(run_module, "run", fail)
    done = invoke()
    assert done.exit_code == 1
    assert done.stderr == "  the cause\nError: cdk deploy failed\n"


def test_a_defect_is_told_as_one_and_its_traceback_kept(invoke, monkeypatch, tmp_path):
    monkeypatch.setattr(run_module, "run", lambda *_: 1 / 0)
    done = invoke()
    assert done.exit_code == 1
    assert done.stderr == (
        "Error: this is a defect of serverless-containers (ZeroDivisionError: division by zero); "
        f"its traceback is in {tmp_path}/.local/error.log\n"
    )
    assert "ZeroDivisionError" in (tmp_path / ".local/error.log").read_text()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "No space left on device (the disk is full; make room on it)"),
        (errno.EROFS, "Read-only file system (the file system is read-only; use a folder that"),
        (errno.EACCES, "Permission denied (this user may not; change the owner or the mode, or"),
    ],
)
def test_what_the_machine_refuses_is_no_defect(invoke, monkeypatch, number, words):
    def refuse(*_):
        raise OSError(number, os.strerror(number), "/somewhere/log")

    monkeypatch.setattr(run_module, "run", refuse)
    done = invoke("up")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: /somewhere/log: {words}")


def test_a_defect_is_told_though_its_traceback_cannot_be_written(invoke, monkeypatch, tmp_path):
    monkeypatch.setattr(run_module, "run", lambda *_: 1 / 0)
    (tmp_path / ".local/error.log").mkdir(parents=True)
    done = invoke()
    assert done.exit_code == 1
    assert "(ZeroDivisionError: division by zero); its traceback could not be written: " in (
        done.stderr
    )
    assert "Is a directory" in done.stderr


def test_a_result_that_cannot_be_written_is_shown_and_told(invoke, monkeypatch):
    monkeypatch.setattr(run_module, "run", lambda *_: RESULT)
    done = invoke("--json", "no/such/out.json")
    assert done.exit_code == 1
    assert "cdk diff: no differences" in done.stdout
    assert done.stderr == "Error: --json: no/such/out.json: No such file or directory\n"


def test_a_failure_on_a_full_disk_says_that_it_is_full(invoke, monkeypatch, tmp_path):
    def fail(*_):
        raise LocalError("cdk synth failed")

    monkeypatch.setattr(run_module, "run", fail)
    monkeypatch.setattr(
        "shutil.disk_usage",
        lambda folder: SimpleNamespace(free=0 if folder == tmp_path else 1 << 40),
    )
    done = invoke()
    assert done.stderr == (
        f"  the disk of {tmp_path} is full; make room on it\nError: cdk synth failed\n"
    )


def test_a_package_that_is_missing_is_named(invoke, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "docker" else name)
    done = invoke()
    assert done.exit_code == 1
    assert done.stderr == (
        "Error: this needs packages that are not installed (docker); install them with: "
        f"{extras.install_command('local')}\n"
    )


def test_so_is_one_that_only_turns_up_missing(invoke, monkeypatch):
    monkeypatch.setitem(sys.modules, "serverless_containers.local.running.kept", None)
    done = invoke("status")
    assert done.exit_code == 1
    assert f"install them with: {extras.install_command('local')}" in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none(invoke, port):
    done = invoke("--port", port)
    assert done.exit_code == 2
    assert "--port" in done.stderr


@pytest.mark.parametrize("word", ["down", "stop"])
def test_down_and_stop_say_what_they_stopped(invoke, monkeypatch, word):
    assert invoke(word).output == "No embedded AWS runs for this folder.\n"
    emulator = Emulator(port=4566, pid=1, secret="t", folder="/nonexistent")
    monkeypatch.setattr(run_module, "stop", lambda _: run_module.Stopped(kept=emulator, runs=1))
    assert invoke(word).output == (
        "Ended the run that was under way.\nStopped the embedded AWS on port 4566.\n"
    )


def test_a_folder_without_an_app(invoke):
    done = invoke()
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    assert done.exception.__class__ is SystemExit


@pytest.mark.parametrize("words", [("up",), ("deploy",), ("logs", "--follow")])
def test_an_interrupt_says_that_what_is_kept_runs_on(invoke, monkeypatch, words):
    def interrupt(*_, **__):
        raise Terminated(signal.SIGINT)

    kept(monkeypatch)
    monkeypatch.setattr(run_module, "run", interrupt)
    monkeypatch.setattr(kept_module, "clients_of", interrupt)
    done = invoke(*words)
    assert done.exit_code == 130
    assert done.stderr == (
        "Stopped; the embedded AWS runs on; to stop it: serverless-containers local down\n"
    )


def test_a_signal_ends_it_with_a_sentence(tmp_path):
    script = (
        "import time\n"
        "from serverless_containers.cli.local import _run\n"
        "_run(lambda: print('ready', flush=True) or time.sleep(60))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    ) as process:
        assert process.stdout.readline() == "ready\n"
        os.kill(process.pid, signal.SIGTERM)
        _, err = process.communicate(timeout=10)
    assert err == "Stopped; nothing is left running.\n"
    assert process.returncode == 143
