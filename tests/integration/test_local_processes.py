"""Services as processes of this machine: `serverless-containers local --engine processes`."""

import json
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from serverless_containers.local.processes.commands import METADATA
from tests.support.local_api import (
    Deployed,
    client_within,
    container,
    eventually,
    policy,
    resource,
    template,
    variables,
)
from tests.support.local_app import ROOT, App

pytestmark = pytest.mark.local

SERVER = [sys.executable, "-u", str(ROOT / "tests/support/local_server.py")]
DB_PORT = 5432


def project(app, **of_web):
    """Give the app a stack with a service of two processes, and a third container without one."""
    web = container(
        Environment=variables(VERSION="1") + variables(**of_web),
        Secrets=[{"Name": "KEY", "ValueFrom": {"Ref": "Secret"}}],
        DependsOn=[{"ContainerName": name, "Condition": "HEALTHY"} for name in ("db", "cache")],
        Memory=128,
        StopTimeout=5,
    )
    db = {
        **container("db", PortMappings=[{"ContainerPort": DB_PORT}]),
        "HealthCheck": {"Command": ["CMD-SHELL", "test -d ."], "Interval": 5},
    }
    commands = {
        "web": {
            "command": SERVER,
            "directory": str(app.folder),
            "ready": "http://localhost:8080/health",
            "ports": {"PORT": 8080, "DB_PORT": DB_PORT},
            "entrypoint": True,
        },
        "db": {
            "command": ["/bin/sh", "-c", f'"{SERVER[0]}" "{SERVER[2]}"; true'],
            "directory": str(app.folder),
            "ports": {"PORT": DB_PORT},
        },
        "cache": {},
    }
    app.has(
        template(
            web,
            db,
            container("cache", PortMappings=[], Essential=False),
            count=2,
            Secret=resource("SecretsManager::Secret", Name="key", SecretString="hidden"),
            Allowed=policy("allowed", action="sqs:ListQueues"),
        ),
        {"Url": {"Value": {"Fn::GetAtt": ["Api", "ApiEndpoint"]}}},
        metadata={"/Stack/Task": [{"type": METADATA, "data": {"app": commands}}]},
    )


@pytest.fixture(scope="module")
def output():
    return {}


@pytest.fixture(scope="module")
def app(tmp_path_factory, output):
    made = App(tmp_path_factory.mktemp("app of processes"))
    project(made)
    code, output["up"] = made.run("up", "--engine", "processes", "--json", str(made.json))
    assert code == 0, output["up"]
    yield made
    made.end()


@pytest.fixture(scope="module")
def deployed(app):
    return Deployed(app)


def test_it_is_told_what_runs_where_and_what_answers(app, deployed, output):
    told = output["up"]
    assert "with the dev commands of its services on this machine" in told
    url = f"{deployed.endpoint}/_aws/execute-api/{deployed.api}/$default/health"
    assert f"  curl '{url}'\n" in told
    assert "API answers 200 {" in told
    assert (
        "  processes of this machine: ECS task Service task 1 of 1: processes: web, db; which have "
        "no image, memory of the task definition; not running, without a dev command: cache\n"
    ) in told
    assert app.result()["engine"] == "processes"
    code, status = app.run("status")
    assert (code, "RUNNING" in status) == (0, True), status


def test_a_process_has_what_its_container_would_have(app, deployed):
    seen = deployed.seen("/a?b=c")
    environment = seen["environment"]
    assert (seen["path"], seen["folder"]) == ("/a?b=c", str(app.folder))
    assert environment["VERSION"] == "1"
    assert environment["KEY"] == "hidden"
    assert "AWS_PROFILE" not in environment
    role = client_within(environment, "sts").get_caller_identity()["Arn"]
    assert ":assumed-role/task-role/" in role
    client_within(environment, "sqs").list_queues()
    with pytest.raises(ClientError, match="not authorized"):
        client_within(environment, "dynamodb").list_tables()


def test_the_services_of_a_task_reach_each_other(deployed):
    port = deployed.seen()["environment"]["DB_PORT"]
    other = deployed.seen(f"/port/{port}")
    assert other["environment"]["PORT"] == port


def log(app, container="web"):
    code, text = app.run("logs", container)
    assert code == 0, text
    return [line.removeprefix(f"{container} | ") for line in text.splitlines()]


def test_the_last_task_has_ended_before_the_next_one_starts(app, deployed):
    # Two are asked for, and one place is there.
    assert len(deployed.tasks()) == 1
    project(app, VERSION="2")
    code, told = app.run("deploy")
    assert code == 0, told
    assert deployed.seen()["environment"]["VERSION"] == "2"
    words = [line.split()[0] + line.partition("started")[2] for line in log(app)]
    assert words == ["started 1", "ending", "ended", "started 2"]


@pytest.mark.thorough
def test_a_version_that_crashes_gives_way_to_the_last_one(app, deployed):
    before = deployed.seen()["environment"]["VERSION"]
    project(app, VERSION="3", CRASH="3")
    code, told = app.run("deploy")
    assert code != 0
    assert "exit code 3" in told.replace("\n    ", " ")
    assert eventually(deployed.seen)["environment"]["VERSION"] == before


def test_nothing_runs_on_when_the_emulator_is_killed(app, deployed):
    environment = deployed.seen()["environment"]
    assert environment["TMPDIR"].startswith(str(app.tmp))
    os.kill(app.emulator().pid, signal.SIGKILL)
    eventually(lambda: not app._processes())
    code, told = app.run("down")
    assert code == 0, told
    assert app.leftovers() == []


def test_without_being_asked_nothing_of_a_project_is_run(tmp_path):
    app = App(tmp_path)
    project(app)
    code, told = app.run("--json", str(app.json))
    assert code == 0, told
    assert "Containers: not running (no Docker engine)" in told
    assert "`--engine processes` runs the commands" in told


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """This project's own application, where users of a pool may call it."""
    folder = tmp_path_factory.mktemp("sample")
    ignored = shutil.ignore_patterns("node_modules", "__pycache__")
    made = App(folder)
    for name in ("app.py", "cdk.json"):
        shutil.copy(ROOT / name, folder)
    for name in ("stacks", "container_src"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    modules = Path("container_src/express/node_modules")
    (folder / modules).symlink_to(ROOT / modules)
    code, told = made.run(
        "up", "-c", "environment=staging", "--engine", "either", "--json", str(made.json)
    )
    assert code == 0, told
    yield made
    made.end()


def test_the_sample_answers_whom_it_may(sample):
    deployed = Deployed(sample)
    code, token = sample.run("token")
    assert code == 0, token
    asks = {"authorization": f"Bearer {token.strip()}", "content_type": "application/json"}
    assert deployed.request("GET", "/posts")[0] == 401
    assert deployed.seen("/health", **asks) == {"status": "ok"}
    assert deployed.seen("/posts", **asks) == {"posts": []}
    post = json.dumps({"id": 1, "title": "One", "body": "Two"})
    assert deployed.request("POST", "/posts", post, **asks)[0] == 201
    assert [each["id"] for each in deployed.seen("/posts", **asks)["posts"]] == [1]
    assert deployed.seen("/images?ids=7", **asks)[0]["url"] == "/images/7.svg"
    assert deployed.request("GET", "/images/7.svg", **asks)[0] == 200
