"""The addresses of what was deployed, and what answers there."""

import http.server
import threading
from pathlib import Path

import pytest

from serverless_containers.local.deploy.answers import Answer, Kind, addresses, asked
from serverless_containers.local.deploy.assembly import Stack
from serverless_containers.local.processes.commands import ProcessCommand

ENDPOINT = "http://127.0.0.1:1234"


def stack(name, **process):
    commands = {"web": ProcessCommand(command=("x",), directory="/", **process)} if process else {}
    return Stack(
        path=name,
        name=name,
        template=Path("x"),
        account=None,
        region=None,
        processes={"family": commands | {"db": None}},
    )


def test_each_api_and_site_has_an_address_that_reaches_it_here():
    outputs = {
        "Api": {
            "Url": "https://0123abcd.execute-api.us-east-1.amazonaws.com/",
            "Again": "https://0123abcd.execute-api.us-east-1.amazonaws.com/x",
            "Other": "42",
        },
        "Site": {"Url": "https://d1.cloudfront.net"},
    }
    found = addresses(outputs, [stack("Api"), stack("Site")], ENDPOINT)
    assert list(found) == [
        Answer(kind=Kind.API, url=f"{ENDPOINT}/_aws/execute-api/0123abcd/$default/"),
        Answer(kind=Kind.SITE, url="http://d1.cloudfront.localhost:1234/"),
    ]


@pytest.mark.parametrize(
    ("process", "path"),
    [
        ({"ready": "http://localhost:80/health?a=b", "entrypoint": True}, "/health?a=b"),
        ({"ready": "http://localhost:80/health"}, "/"),
        ({"ready": "http://localhost", "entrypoint": True}, "/"),
        ({"ready": "80", "entrypoint": True}, "/"),
        ({"entrypoint": True}, "/"),
    ],
)
def test_a_path_is_known_of_an_entrypoint_that_says_where_it_answers(process, path):
    outputs = {"Site": {"Url": "https://d1.cloudfront.net"}}
    (found,) = addresses(outputs, [stack("Site", **process)], ENDPOINT)
    assert found.url == f"http://d1.cloudfront.localhost:1234{path}"


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status = int(self.path[1:])
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/200")
        self.end_headers()
        self.wfile.write(f"{self.headers['Host']}\n  said\x1b {'x' * 99}".encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def port():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize("status", [200, 302, 401, 503])
def test_whatever_answers_is_told_by_its_status_and_its_beginning(port, status, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    url = f"http://d1.cloudfront.localhost:{port}/{status}"
    answer = asked(Answer(kind=Kind.SITE, url=url))
    assert answer.status == status
    assert answer.text.startswith(f"d1.cloudfront.localhost:{port} said xxx")
    assert (len(answer.text), answer.text[-1]) == (81, "…")


def test_nobody_there_is_no_answer():
    nowhere = Answer(kind=Kind.API, url="http://127.0.0.1:1/")
    assert asked(nowhere) == nowhere
