"""The server as the image runs it: the Dockerfile's command, on a free port."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

FOLDER = Path(__file__).parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url: str) -> object:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urlopen(url, timeout=5) as response:  # noqa: S310
                return json.load(response)
        except (URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def gunicorn(port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "server:app"]
    with subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_it_serves_logs_json_and_ends_with_0_on_sigterm(gunicorn: subprocess.Popen[str], port: int):
    assert get(f"http://127.0.0.1:{port}/health") == {"status": "ok"}
    assert len(get(f"http://127.0.0.1:{port}/images")) == 12

    gunicorn.send_signal(signal.SIGTERM)
    output, _ = gunicorn.communicate(timeout=20)

    assert gunicorn.returncode == 0
    entries = [json.loads(line) for line in output.splitlines()]
    assert [entry["path"] for entry in entries if entry["message"] == "request"] == ["/images"]
    assert any(entry["message"].startswith("Listening at") for entry in entries)


def test_the_dockerfile_runs_the_same_application():
    dockerfile = (FOLDER / "Dockerfile").read_text()
    assert 'CMD ["gunicorn", "--bind", "0.0.0.0:5000", "server:app"]' in dockerfile
