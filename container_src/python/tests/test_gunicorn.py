"""The server as the image runs it: the Dockerfile's command, on a free port."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

FOLDER = Path(__file__).parents[1]
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
XRAY_ID = "1-4bf92f35-77b34da6a3ce929d0e0e4736"


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


@pytest.fixture
def collector() -> Iterator[tuple[str, "Queue[tuple[str, bytes]]"]]:
    taken: Queue[tuple[str, bytes]] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.put((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", taken
        server.shutdown()


def logged(environment: dict[str, str]) -> list[dict[str, object]]:
    """Ask the server once for its images as part of a trace, and return the log of the requests."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "server:app"]
    with subprocess.Popen(
        command,
        cwd=FOLDER,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            get(f"http://127.0.0.1:{port}/health")
            request = Request(f"http://127.0.0.1:{port}/images", headers={"traceparent": PARENT})
            with urlopen(request, timeout=5) as response:  # noqa: S310
                assert response.status == 200
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    entries = [json.loads(line) for line in output.splitlines()]
    return [entry for entry in entries if entry["message"] in {"request", "no tracing"}]


def test_without_an_endpoint_nothing_is_traced():
    (entry,) = logged({})
    assert "traceId" not in entry


def test_a_trace_is_in_the_log_and_at_the_collector(
    collector: "tuple[str, Queue[tuple[str, bytes]]]",
):
    pytest.importorskip("opentelemetry.instrumentation.flask")
    url, taken = collector
    (entry,) = logged(
        {
            "OTEL_EXPORTER_OTLP_ENDPOINT": url,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_PROPAGATORS": "tracecontext,baggage",
            "OTEL_SERVICE_NAME": "posts-python",
        }
    )
    assert entry["traceId"] == XRAY_ID
    path, body = taken.get(timeout=10)
    assert path == "/v1/traces"
    assert b"posts-python" in body
    assert bytes.fromhex("4bf92f3577b34da6a3ce929d0e0e4736") in body
    assert b"/health" not in body


def test_without_the_packages_the_server_serves_and_says_so(tmp_path):
    (tmp_path / "opentelemetry").mkdir()
    (tmp_path / "opentelemetry/__init__.py").write_text("")
    told = logged(
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "PYTHONPATH": str(tmp_path)}
    )
    assert {entry["message"] for entry in told} == {"no tracing", "request"}
