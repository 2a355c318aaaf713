"""The emulator's process: on loopback, recognised by its token, and gone afterwards."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from serverless_containers.local.emulator.emulator import Emulator, EmulatorProcess
from serverless_containers.local.emulator.run_folder import RunFolder
from serverless_containers.local.failure import LocalError
from serverless_containers.local.folder import LocalFolder
from serverless_containers.local.ministack.declared import PatchError

ACCOUNT = "123456789012"


@pytest.fixture
def process(tmp_path):
    started = EmulatorProcess(port=0, account=ACCOUNT, log=tmp_path / "emulator.log")
    yield started
    started.stop()


@pytest.fixture
def stranger():
    """Another server, which answers every question."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"proof": "0" * 64, "recorded": []}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def at(port, **known):
    values = {"pid": 2**22, "secret": "own", "folder": "/nonexistent"}
    return Emulator(port=port, **values | known)


def noted(port, **known):
    """One whose folder is there, as that of a run that was killed."""
    folder = RunFolder.make()
    emulator = at(port, **known | {"folder": str(folder.path)})
    folder.write(asdict(emulator))
    return emulator


def listeners(pid):
    """The addresses that a process listens on, from /proc."""
    inodes = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(fd.readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                found.append(fields[1])
    return found


# What would steer the emulator, or lead it to somebody's account, engine or proxy.
STEERING = {
    "AWS_PROFILE": "production",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SESSION_TOKEN": "token",
    "AWS_REGION": "eu-central-1",
    "AUTH": "true",
    "BIND_HOST": "0.0.0.0",  # noqa: S104  # what it must not hear of
    "DOCKER_HOST": "unix:///var/run/docker.sock",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "IOT_MTLS_ENABLED": "1",
    "LAMBDA_EXECUTOR": "docker",
    "MINISTACK_ACCOUNT_ID": "999999999999",
    "PERSIST_STATE": "1",
    "PYTHONSTARTUP": "/nonexistent",
    "S3_DATA_DIR": "/nonexistent",
    "SFTP_ENABLED": "1",
    "STATE_DIR": "/nonexistent",
    "TMPDIR": tempfile.gettempdir(),
    "A_SECRET_OF_THE_SHELL": "a-secret",
}


def environment_of(pid):
    entries = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if entry)


def test_it_listens_on_loopback_alone_is_steered_by_nothing_and_ends(monkeypatch, tmp_path):
    for name, value in STEERING.items():
        monkeypatch.setenv(name, value)
    process = EmulatorProcess(port=0, account=ACCOUNT, log=tmp_path / "emulator.log")
    emulator = process.emulator
    try:
        process.wait_until_ready()
        given = environment_of(emulator.pid)
        status = emulator.status()
        assert status["recorded"] == []
        assert status["engine"] is False
        assert listeners(emulator.pid) == [f"0100007F:{emulator.port:04X}"]
    finally:
        process.stop()
    assert emulator.status() is None
    assert not Path(emulator.folder).exists()
    assert {name: given[name] for name in STEERING if given.get(name) == STEERING[name]} == {}
    assert given["PATH"] == os.environ["PATH"]
    # All that it writes is in the folder that goes with it.
    for name in ("STATE_DIR", "S3_DATA_DIR", "TMPDIR"):
        assert given[name].startswith(emulator.folder)
    # These would listen on every interface, and run containers in a way of MiniStack's own.
    assert (given["IOT_MTLS_ENABLED"], given["SFTP_ENABLED"]) == ("0", "0")
    assert given["DOCKER_HOST"].startswith(f"unix://{emulator.folder}/")


def test_a_kept_one_is_found_again_and_stopped_by_another_process(process, tmp_path):
    process.wait_until_ready()
    emulator = process.emulator
    process.keep()
    project = LocalFolder(tmp_path)
    project.remember(emulator)
    # Long enough to end, had it taken the closed pipe for the end of its parent.
    time.sleep(1)
    assert LocalFolder(tmp_path).kept() == emulator
    emulator.stop()
    assert emulator.status() is None
    assert LocalFolder(tmp_path).kept() is None
    assert not (tmp_path / ".local/emulator.json").exists()


def test_it_ends_when_its_parent_is_killed(tmp_path):
    script = (
        "import pathlib, time\n"
        "from serverless_containers.local.emulator.emulator import EmulatorProcess\n"
        f"log = pathlib.Path({str(tmp_path / 'log')!r})\n"
        f"started = EmulatorProcess(port=0, account={ACCOUNT!r}, log=log)\n"
        "started.wait_until_ready()\n"
        "print(started.emulator.pid, started.emulator.folder, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        pid, folder = parent.stdout.readline().decode().split()
        assert Path(f"/proc/{pid}").exists()
        parent.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()
    assert not Path(folder).exists()


def test_a_taken_port_is_one_line(tmp_path, stranger):
    with pytest.raises(LocalError) as raised:
        EmulatorProcess(port=stranger, account=ACCOUNT, log=tmp_path / "log")
    assert str(raised.value) == (
        f"port {stranger} on 127.0.0.1 cannot be used (Address already in use): "
        "name another with --port, or leave it out for a free one"
    )


def test_a_stranger_on_the_port_is_not_taken_for_it(stranger):
    assert at(stranger).status() is None


def test_nobody_on_the_port():
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        assert at(reserved.getsockname()[1]).status() is None


def test_a_stranger_on_the_port_of_a_kept_one_is_left_alone(tmp_path, stranger):
    # It has the number of a process that is somebody else's by now.
    with subprocess.Popen(["/bin/sleep", "60"], start_new_session=True) as other:
        emulator = noted(stranger, pid=other.pid)
        project = LocalFolder(tmp_path)
        project.remember(emulator)
        assert project.kept() is None
        assert other.poll() is None
        assert not Path(emulator.folder).exists()
        other.kill()
    with socket.create_connection(("127.0.0.1", stranger), timeout=5):
        pass


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"folder": 1}', '{"folder": "\\u0000"}'])
def test_a_spoilt_state_file_means_none(tmp_path, content):
    project = LocalFolder(tmp_path)
    project.log("x")
    (tmp_path / ".local/emulator.json").write_text(content)
    assert project.kept() is None


def test_the_folder_of_logs_stays_out_of_a_repository(tmp_path):
    assert LocalFolder(tmp_path).log("deploy") == tmp_path / ".local/deploy.log"
    assert (tmp_path / ".local/.gitignore").read_text() == "*\n"


def test_one_that_does_not_start_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "serverless_containers.local.emulator.emulator._environ",
        lambda *_: {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]),
            "STATE_DIR": str(tmp_path / "state"),
        },
    )
    (tmp_path / "hypercorn.py").write_text("raise SystemExit('hypercorn is broken')")
    process = EmulatorProcess(port=0, account=ACCOUNT, log=tmp_path / "log")
    with pytest.raises(LocalError, match="the embedded AWS did not start") as raised:
        process.wait_until_ready()
    process.stop()
    assert "hypercorn is broken" in raised.value.details


def test_another_ministack_is_told_before_anything_starts(tmp_path, monkeypatch):
    def refuse():
        raise PatchError("MiniStack 2.0.0 is installed")

    monkeypatch.setattr("serverless_containers.local.emulator.emulator.check_version", refuse)
    with pytest.raises(LocalError, match=r"^MiniStack 2\.0\.0 is installed$"):
        EmulatorProcess(port=0, account=ACCOUNT, log=tmp_path / "log")
