"""However it ends, nothing is left behind; and several do not meet."""

import signal
import socket
import time

import pytest

from tests.support.local_api import Deployed, container, eventually, template, variables

pytestmark = pytest.mark.local


@pytest.fixture
def deploying(make_app, engine):
    """An app whose deployment waits, as its container never becomes healthy, and its process."""
    app = make_app()
    app.has(template(container(HealthCheck={"Command": ["CMD", "false"], "StartPeriod": 300})))
    process = app.start("up")
    try:
        eventually(lambda: "-web" in engine.docker("ps", "--format", "{{.Names}}"), 300)
        yield app, process
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=60)


@pytest.mark.thorough
def test_down_in_the_middle_of_a_deployment(deploying, engine):
    app, process = deploying
    code, output = app.run("down")
    assert code == 0, output
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 1, told
    assert engine.leftovers() == []
    assert app.leftovers() == []


@pytest.mark.thorough
def test_interrupted_in_the_middle_of_a_deployment(deploying, engine):
    _, process = deploying
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=60)
    assert told.splitlines()[-1] == "Stopped; nothing is left running."
    assert engine.leftovers() == []


@pytest.mark.thorough
def test_killed_in_the_middle_it_is_cleaned_up_by_the_emulator_itself(deploying, engine):
    _, process = deploying
    process.kill()
    process.communicate(timeout=60)
    eventually(lambda: engine.leftovers() == [], 30)


@pytest.mark.thorough
def test_two_projects_beside_each_other(up, engine):
    one, first = up(template(container(Environment=variables(VERSION="one"))))
    two, second = up(template(container(Environment=variables(VERSION="two"))))
    assert first.seen()["environment"]["VERSION"] == "one"
    assert second.seen()["environment"]["VERSION"] == "two"
    assert one.run("down")[0] == 0
    assert second.seen()["environment"]["VERSION"] == "two"
    assert two.run("down")[0] == 0
    assert engine.leftovers() == []


def test_a_taken_port_is_told_before_anything_is_made(make_app, engine):
    app = make_app()
    app.has(template(container()))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, output = app.run("up", "--port", str(taken.getsockname()[1]))
    assert code == 1
    assert "cannot be used (Address already in use)" in output
    assert engine.leftovers() == []


@pytest.mark.thorough
def test_an_engine_that_stops_is_told_and_cleaned_up_after_when_it_is_back(up, engine):
    app, deployed = up(template(container()))
    assert isinstance(deployed, Deployed)
    engine.kill()
    assert deployed.request("GET", "/")[0] in (200, 503)
    code, output = app.run("down")
    assert code == 1
    assert "does not answer" in output
    assert "`serverless-containers local down` tries again" in output
    engine.start()
    time.sleep(1)
    code, output = app.run("down")
    assert code == 0, output
    assert engine.leftovers() == []
