"""An engine is looked for where its owner said, then where engines usually are."""

import hashlib
import json
import socket
import threading

import pytest

from serverless_containers.local.engine.detect import (
    HOW_TO_GET_ONE,
    FoundEngine,
    NoEngine,
    candidates,
    find_engine,
    ping,
)


def urls(environ, home):
    return [each.url for each in candidates(environ, home, 1000)]


def test_a_docker_host_is_the_only_candidate(tmp_path):
    assert urls({"DOCKER_HOST": "tcp://a:1", "DOCKER_CONTEXT": "b"}, tmp_path) == ["tcp://a:1"]


def put_context(home, name, url, *, current):
    digest = hashlib.sha256(name.encode()).hexdigest()
    folder = home / ".docker/contexts/meta" / digest
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text(
        json.dumps({"Name": name, "Endpoints": {"docker": {"Host": url}}})
    )
    if current:
        (home / ".docker/config.json").write_text(json.dumps({"currentContext": name}))


def test_the_current_context_comes_first_and_the_usual_sockets_after_it(tmp_path):
    put_context(tmp_path, "mine", "unix:///mine.sock", current=True)
    first, second, *_ = urls({}, tmp_path)
    assert (first, second) == ("unix:///mine.sock", "unix:///var/run/docker.sock")


def test_a_context_in_the_environment_is_the_only_one(tmp_path):
    put_context(tmp_path, "mine", "unix:///mine.sock", current=False)
    assert urls({"DOCKER_CONTEXT": "mine"}, tmp_path) == ["unix:///mine.sock"]


def test_sockets_of_docker_desktop_and_podman_are_tried(tmp_path):
    found = urls({"XDG_RUNTIME_DIR": "/run/user/7"}, tmp_path)
    assert f"unix://{tmp_path}/.docker/run/docker.sock" in found
    assert "unix:///run/user/7/podman/podman.sock" in found


@pytest.mark.parametrize("content", ["", "[]", "{", '{"currentContext": "default"}'])
def test_a_configuration_that_says_nothing_is_passed_over(tmp_path, content):
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(content)
    assert urls({}, tmp_path)[0] == "unix:///var/run/docker.sock"


def test_the_first_that_answers_is_taken(tmp_path):
    wanted = f"unix://{tmp_path}/.docker/run/docker.sock"
    found = find_engine({}, home=tmp_path, answers=lambda url: url == wanted)
    assert found == FoundEngine(url=wanted, origin="Docker Desktop")


def test_without_an_answer_it_is_told_what_was_tried_and_how_to_get_one(tmp_path):
    found = find_engine({"DOCKER_HOST": "tcp://a:1"}, home=tmp_path, answers=lambda _: False)
    assert isinstance(found, NoEngine)
    assert found.reason == f"no engine answers at tcp://a:1 (DOCKER_HOST); {HOW_TO_GET_ONE}"


def test_only_a_socket_that_answers_a_ping_is_an_engine(tmp_path):
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def answer():
            for status in ("200 OK", "500 No"):
                connection, _ = server.accept()
                with connection:
                    assert b"GET /_ping" in connection.recv(1000)
                    connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())

        thread = threading.Thread(target=answer)
        thread.start()
        assert ping(f"unix://{path}") is True
        assert ping(f"unix://{path}") is False
        thread.join()
    assert ping(f"unix://{tmp_path}/none") is False
    assert ping("ssh://somewhere") is False
