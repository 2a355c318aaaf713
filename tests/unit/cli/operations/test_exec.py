"""`exec`: a command in a container, or what is missing for it."""

import json
import os
import signal
import subprocess
import sys
import time
from textwrap import dedent

import pytest

from tests.support.deployed_stack import (
    container,
    run_tasks,
    service,
    services,
    task,
    task_definition,
)
from tests.support.recorded_aws import RefusalError

SESSION = {"sessionId": "s-1", "streamUrl": "wss://stream", "tokenValue": "tok"}


@pytest.fixture
def plugin(aws, tmp_path, monkeypatch):
    """A plugin on the path that writes down its arguments and ends with 3."""
    aws.answer("ExecuteCommand", {"session": SESSION})
    file = tmp_path / "session-manager-plugin"
    log = tmp_path / "arguments.json"
    file.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        f"json.dump(sys.argv[1:], open({str(log)!r}, 'w'))\nsys.exit(3)\n"
    )
    file.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return log


def test_the_plugin_gets_the_session(aws, run, plugin):
    result = run("exec", "--", "ls", "-l", "a b")

    assert result.exit_code == 3
    assert result.stderr == "web of the task one: ls -l 'a b'\n"
    (asked,) = aws.called("ExecuteCommand")
    assert asked == {
        "cluster": "shop-dev",
        "task": "one",
        "container": "web",
        "command": "ls -l 'a b'",
        "interactive": True,
    }
    session, region, operation, profile, request, endpoint = json.loads(plugin.read_text())
    assert json.loads(session) == SESSION
    assert (region, operation, profile) == ("eu-central-1", "StartSession", "")
    assert json.loads(request) == {"Target": "ecs:shop-dev_one_0123456789abcdef-web"}
    assert endpoint == "https://ssm.eu-central-1.amazonaws.com"
    assert "tok" not in result.output


@pytest.mark.usefixtures("plugin")
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "/bin/sh"),
        (("--", "ls -l | head"), "ls -l | head"),
        (("env",), "env"),
        (("ls", "--all"), "ls --all"),
    ],
)
def test_the_command_is_a_shell_or_what_is_given(aws, run, arguments, line):
    run("exec", *arguments)

    assert aws.called("ExecuteCommand")[0]["command"] == line


@pytest.mark.usefixtures("plugin")
def test_container_and_task_can_be_chosen(aws, run):
    run("exec", "--service", "db", "--task", "tw")

    (asked,) = aws.called("ExecuteCommand")
    assert (asked["container"], asked["task"]) == ("db", "two")


@pytest.mark.usefixtures("plugin")
def test_the_youngest_task_whose_agent_is_ready_is_taken(aws, run):
    starting = task("one", containers=[container("web", agent="PENDING"), container("db")])
    run_tasks(aws, [starting, task("two")], [])

    run("exec")

    assert aws.called("ExecuteCommand")[0]["task"] == "two"


def test_a_missing_plugin_is_told_before_a_session_begins(aws, run, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    result = run("exec")

    assert result.exit_code == 1
    assert "session-manager-plugin is not installed, or not on the path" in result.stderr
    assert aws.called("ExecuteCommand") == []


def test_that_exec_is_off_is_told_before_a_missing_plugin(aws, run, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    aws.answer("DescribeServices", services(service(enableExecuteCommand=False)))
    run_tasks(aws, [task("one", enableExecuteCommand=False)], [])

    result = run("exec")

    assert result.exit_code == 1
    assert "enable_execute_command of the construct is off" in result.stderr
    assert "plugin" not in result.stderr


def without_agent(**more):
    return task("one", containers=[container("web", agent="STOPPED", **more), container("db")])


@pytest.mark.usefixtures("plugin")
@pytest.mark.parametrize(
    ("arguments", "there", "words"),
    [
        ((), ({"enableExecuteCommand": False}, [task("one")]), "enable_execute_command of the"),
        (("--service", "wbe"), ({}, [task("one")]), "no container wbe; did you mean web?"),
        (("--task", "x"), ({}, [task("one")]), "runs no task x; there are: one"),
        ((), ({}, []), "no task of shop-web runs; `status` tells why"),
        ((), ({}, [task("one", status="PENDING")]), "no task of shop-web runs: they are PENDING"),
        ((), ({}, [without_agent()]), "its ExecuteCommandAgent is STOPPED; the task role needs"),
        (
            (),
            ({}, [{**without_agent(), "enableExecuteCommand": False}]),
            "the task started before enable_execute_command was on",
        ),
    ],
)
def test_what_is_missing_is_told(aws, run, arguments, there, words):
    found, running = there
    aws.answer("DescribeServices", services(service(**found)))
    run_tasks(aws, running, [])

    result = run("exec", *arguments)

    assert result.exit_code == 1
    assert words in result.stderr
    assert aws.called("ExecuteCommand") == []


@pytest.mark.usefixtures("plugin")
def test_a_read_only_root_is_told(aws, run):
    run_tasks(aws, [without_agent()], [])
    found = task_definition(3, taskRoleArn="")
    found["containerDefinitions"][0]["readonlyRootFilesystem"] = True
    aws.answer("DescribeTaskDefinition", {"taskDefinition": found})

    told = run("exec").stderr

    assert "its root file system is read-only" in told
    assert "has no task role" in told


@pytest.mark.usefixtures("plugin")
@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (RefusalError("AccessDeniedException"), "lack ecs:ExecuteCommand on shop-dev/one"),
        (RefusalError("TargetNotConnectedException"), "ssmmessages:CreateControlChannel"),
    ],
)
def test_a_refusal_is_told(aws, run, refusal, words):
    aws.answer("ExecuteCommand", refusal)

    result = run("exec")

    assert result.exit_code == 1
    assert words in result.stderr


WAITS = """
    import sys, time
    from serverless_containers.cli.exec import _run
    code = "import signal, sys, time\\n"
    code += "signal.signal(signal.SIGINT, lambda *_: sys.exit(7))\\n"
    code += "print('ready', flush=True)\\ntime.sleep(30)"
    sys.exit(_run([sys.executable, "-c", code]))
"""


def test_ctrl_c_is_for_the_plugin(tmp_path):
    script = tmp_path / "waits.py"
    script.write_text(dedent(WAITS))
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(20) == 7


@pytest.mark.parametrize("words", [("",), (" ", "")])
def test_an_empty_command_is_misuse(aws, run, plugin, words):
    result = run("exec", "--", *words)

    assert result.exit_code == 1
    assert "the command is empty; leave it out for a shell" in result.stderr
    assert aws.calls == []
    assert not plugin.exists()


def test_a_plugin_that_is_killed_ends_with_the_signal(run, plugin):
    (plugin.parent / "session-manager-plugin").write_text("#!/bin/sh\nkill -9 $$\n")

    assert run("exec").exit_code == 128 + 9
