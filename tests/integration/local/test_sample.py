"""This project's own application: built by its pipeline, IAM enforced, updated and destroyed."""

import json
import os
import subprocess
import sys
import time

import pytest

from tests.support.local_api import Deployed, Load

pytestmark = pytest.mark.local

KEY = "a-key-of-at-least-thirty-two-characters"


@pytest.fixture(scope="module")
def app(sample):
    return sample


@pytest.fixture(scope="module")
def running(app):
    began = time.monotonic()
    code, output = app.run("up", "--enforce-iam", "-c", "environment=dev", "--json", str(app.json))
    assert code == 0, output
    assert "with builds whose commands run on this machine" in output
    print(f"first deployment: {time.monotonic() - began:.0f} s")
    return Deployed(app)


def asked(running, method, path, body=None, status=200):
    code, _, content = running.request(
        method, path, json.dumps(body) if body else None, content_type="application/json"
    )
    assert code == status, content
    return json.loads(content) if content else None


def test_everything_is_real_but_for_what_is_only_recorded(app, running):  # noqa: ARG001
    statuses = {each["type"]: each["status"] for each in app.result()["resources"]}
    assert statuses["ECS task"] == "real"
    assert statuses["Container image"] == "real"
    assert {kind for kind, status in statuses.items() if status != "real"} == {
        "AWS::ApiGatewayV2::VpcLink",
        "AWS::CodePipeline::Pipeline",
    }


def test_health_is_answered_by_the_application(running):
    assert asked(running, "GET", "/health") == {"status": "ok"}


def test_posts_are_kept_in_the_table_by_the_containers_own_credentials(running):
    post = {"id": 7, "title": "One", "body": "first"}
    asked(running, "POST", "/posts", post, 201)
    assert asked(running, "GET", "/posts/7")["title"] == "One"
    asked(running, "PUT", "/posts/7", {"title": "Two", "body": "second"})
    assert [each["title"] for each in asked(running, "GET", "/posts")["posts"]] == ["Two"]
    asked(running, "DELETE", "/posts/7", status=204)
    asked(running, "GET", "/posts/7", status=404)


CALL = """
import * as dynamodb from "@aws-sdk/client-dynamodb";
const client = new dynamodb.DynamoDBClient({});
const command = new dynamodb[process.argv[1]]({ TableName: process.env.STORAGE_POSTS_NAME });
try {
  await client.send(command);
  console.log("done");
} catch (error) {
  console.log(error.name);
}
"""


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("DescribeTableCommand", "done"),
        ("ScanCommand", "done"),
        ("DeleteTableCommand", "AccessDeniedException"),
    ],
)
def test_a_container_may_do_what_its_policies_allow_and_no_more(running, engine, command, answer):  # noqa: ARG001
    (name,) = engine.docker("ps", "--format", "{{.Names}}", "--filter", "name=-express").split()
    call = ("exec", name, "node", "--input-type=module", "-e", CALL, command)
    assert engine.docker(*call).split() == [answer]


def test_images_come_through_both_containers(running):
    images = asked(running, "GET", "/images")
    status, headers, content = running.request("GET", images[0]["url"])
    assert (status, headers["content-type"].partition(";")[0]) == (200, "image/svg+xml")
    assert b"<svg" in content


def test_a_secret_that_is_pushed_is_read_by_the_application(app, running, engine):
    file = app.folder / "secrets/.secret-page-token-key"
    file.parent.mkdir()
    file.write_text(KEY)
    file.chmod(0o600)
    push = ["secrets", "push", "container_src", "--env", "dev", "--yes", "--restart"]
    stack = ["--stack", "serverless-containers-dev-api", "--endpoint", running.endpoint]
    pushed = subprocess.run(
        [sys.executable, "-m", "serverless_containers", *push, *stack],
        cwd=app.folder,
        env={**os.environ, **running.credentials.variables("us-east-1")},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert pushed.returncode == 0, pushed.stdout + pushed.stderr
    assert KEY not in pushed.stdout + pushed.stderr
    # Those of the task before may still be ending.
    names = engine.docker("ps", "--format", "{{.Names}}", "--filter", "name=-express").split()
    assert any(
        f"PAGE_TOKEN_KEY={KEY}" in engine.docker("exec", name, "env").splitlines() for name in names
    )
    assert asked(running, "GET", "/posts") == {"posts": []}


def test_logs_and_status_are_told(app, running):  # noqa: ARG001
    code, output = app.run("logs", "express")
    assert code == 0
    assert all(line.startswith("express | ") for line in output.splitlines())
    code, output = app.run("status")
    assert code == 0
    assert "1 of 1 tasks run, the last deployment is COMPLETED" in output


@pytest.mark.thorough
def test_a_changed_source_rolls_out_with_no_failed_request(app, running):
    source = app.folder / "container_src/express/src/app.js"
    source.write_text(source.read_text().replace('status: "ok"', 'status: "changed"'))
    with Load(running, "/health") as load:
        code, output = app.run("deploy", "-c", "environment=dev")
    assert code == 0, output
    assert load.failed() == []
    assert asked(running, "GET", "/health") == {"status": "changed"}


@pytest.mark.thorough
def test_a_failing_build_fails_the_deployment_and_the_old_version_serves(app, running):
    dockerfile = app.folder / "container_src/python/Dockerfile"
    before = dockerfile.read_text()
    dockerfile.write_text(before + "RUN no-such-command\n")
    with Load(running, "/health") as load:
        code, output = app.run("deploy", "-c", "environment=dev")
    dockerfile.write_text(before)
    assert code == 1
    assert "no-such-command" in output
    assert load.failed() == []
    assert asked(running, "GET", "/health") == {"status": "changed"}


def test_down_leaves_nothing(app, running, engine):  # noqa: ARG001
    code, output = app.run("down")
    assert code == 0, output
    assert engine.leftovers() == []
    assert app.leftovers() == []
    assert "dkr.ecr" not in engine.docker("images", "--format", "{{.Repository}}")
