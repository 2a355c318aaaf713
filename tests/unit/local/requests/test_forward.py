"""Requests are shared, counted, and handed on as they are."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from serverless_containers.local.requests.addresses import Addresses
from serverless_containers.local.requests.forward import ForwardedRequest, RoundRobin, forward


def test_turns_are_taken_one_after_the_other_service_by_service():
    turns, targets = RoundRobin(), [("a", 1), ("b", 1)]
    assert [turns.next("s", targets) for _ in range(3)] == [("a", 1), ("b", 1), ("a", 1)]
    assert turns.next("other", targets) == ("a", 1)
    assert turns.next("s", []) is None


def test_an_address_is_found_by_what_is_published_for_it():
    addresses = Addresses()
    assert addresses.here("10.0.0.1", 80) == ("10.0.0.1", 80)
    addresses.publish("10.0.0.1", {80: 32000})
    assert addresses.here("10.0.0.1", 80) == ("127.0.0.1", 32000)
    assert addresses.here("10.0.0.1", 81) == ("10.0.0.1", 81)
    addresses.withdraw("10.0.0.1")
    assert addresses.here("10.0.0.1", 80) == ("10.0.0.1", 80)


def test_an_address_is_busy_while_a_request_is_under_way():
    addresses = Addresses()
    with addresses.request_to("a"), addresses.request_to("a"):
        assert addresses.busy("a")
        assert not addresses.busy("b")
    assert not addresses.busy("a")


@pytest.fixture
def backend():
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            seen.append((self.path, dict(self.headers), self.rfile.read(length)))
            self.send_response(201)
            self.send_header("Set-Cookie", "a")
            self.send_header("Set-Cookie", "b")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"made")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.server_port, seen
        server.shutdown()
        thread.join()


def request(**changes):
    values = {
        "method": "POST",
        "path": "/a b%252F",
        "query": "x=1&x=%2F",
        "headers": {"host": "api", "x-own": "v", "connection": "keep-alive"},
        "body": b"body",
        "timeout": 5,
    }
    return ForwardedRequest(**values | changes)


def test_a_request_is_handed_on_as_it_is(backend):
    port, seen = backend
    status, headers, body = forward(Addresses(), ("127.0.0.1", port), request())
    assert (status, body) == (201, b"made")
    assert headers["set-cookie"] == ["a", "b"]
    assert "connection" not in headers
    ((path, sent, content),) = seen
    assert path == "/a%20b%252F?x=1&x=%2F"
    assert content == b"body"
    names = {name.lower(): value for name, value in sent.items()}
    assert (names["host"], names["x-own"]) == ("api", "v")
    assert "connection" not in names
    assert names["forwarded"] == "for=127.0.0.1;host=api;proto=http"


def test_a_mapped_query_is_written_anew(backend):
    port, seen = backend
    forward(Addresses(), ("127.0.0.1", port), request(query=[("a", "b c"), ("a", "&")]))
    assert seen[0][0] == "/a%20b%252F?a=b+c&a=%26"


def test_nobody_to_ask_nobody_there_and_no_answer_in_time_are_503():
    assert forward(Addresses(), None, request())[0] == 503
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        assert forward(Addresses(), ("127.0.0.1", port), request())[0] == 503
        closed.listen()
        assert forward(Addresses(), ("127.0.0.1", port), request(timeout=0.1))[0] == 503


def test_a_body_that_is_too_large_is_413():
    assert forward(Addresses(), None, request(body=bytes(10 * 1024 * 1024 + 1)))[0] == 413
