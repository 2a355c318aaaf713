"""A child ends with all that it started."""

import os
import signal
import time
from pathlib import Path

import pytest

from serverless_containers.local.process import (
    Child,
    Terminated,
    terminations_raised,
    uninterrupted,
)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition, seconds=5.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.02)
    pytest.fail("it did not happen in time")


def start(tmp_path, script, **options):
    return Child(["/bin/sh", "-c", script], environ=os.environ, log=tmp_path / "log", **options)


def grandchild(tmp_path):
    file = tmp_path / "pid"
    wait_for(lambda: file.exists() and file.read_text().strip())
    return int(file.read_text())


def test_stop_ends_the_grandchildren(tmp_path):
    child = start(tmp_path, f"sleep 60 & echo $! > {tmp_path}/pid; wait")
    pid = grandchild(tmp_path)
    assert alive(pid)
    child.stop()
    wait_for(lambda: not alive(pid))
    assert child.poll() is not None


def test_stop_ends_what_outlived_the_child(tmp_path):
    child = start(tmp_path, f"(trap '' TERM; sleep 60) & echo $! > {tmp_path}/pid")
    pid = grandchild(tmp_path)
    assert child.wait(5) == 0
    child.stop()
    wait_for(lambda: not alive(pid))


def test_stop_ends_a_child_that_ignores_the_request(tmp_path, monkeypatch):
    monkeypatch.setattr("serverless_containers.local.process._GRACE", 0.2)
    child = start(tmp_path, f"trap '' TERM; echo $$ > {tmp_path}/pid; while :; do sleep 1; done")
    grandchild(tmp_path)
    child.stop()
    assert child.poll() == -signal.SIGKILL


def test_stop_twice(tmp_path):
    child = start(tmp_path, "sleep 60")
    child.stop()
    child.stop()


def test_its_output_is_in_the_log(tmp_path):
    child = start(tmp_path, "echo out; echo err >&2")
    child.wait(5)
    assert child.log.read_text() == "out\nerr\n"


@pytest.mark.parametrize(
    ("signal_number", "exit_code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_a_signal_runs_every_finally(signal_number, exit_code):
    before = signal.getsignal(signal_number)
    cleaned = []

    def interrupted():
        try:
            os.kill(os.getpid(), signal_number)
            time.sleep(5)
        finally:
            # An impatient second one does not break off the cleaning up.
            os.kill(os.getpid(), signal_number)
            cleaned.append(True)

    with pytest.raises(Terminated) as raised, terminations_raised():
        interrupted()
    assert cleaned == [True]
    assert raised.value.exit_code == exit_code
    assert signal.getsignal(signal_number) == before


def test_a_signal_waits_until_what_is_started_can_be_stopped():
    noted = []

    def starting():
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.1)
            noted.append("child")
        noted.append("never reached")

    with pytest.raises(Terminated), terminations_raised():
        starting()
    assert noted == ["child"]
