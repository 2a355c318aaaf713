"""Apps that ``init`` makes are synthesized and deployed, and their own tests pass."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from serverless_containers.cli import main
from tests.support.foreign_projects import AMPLIFY, COPILOT, write
from tests.support.local_app import NO_ENGINE
from tests.support.shell_lines import CDK

HELLO = """\
services:
  web:
    image: public.ecr.aws/nginx/nginx:1.29
    ports: ["80"]
"""


def make(folder, *arguments):
    before = Path.cwd()
    os.chdir(folder)
    try:
        done = CliRunner().invoke(main, ["init", *arguments])
    finally:
        os.chdir(before)
    assert done.exit_code == 0, done.output
    return folder / "cdk"


def run(app, *command, **variables):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=app,
        env={**os.environ, "PATH": path, "CI": "", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def own_test(app, **variables):
    return run(app, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", **variables)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """An app around a folder, whose own test has run once."""
    folder = tmp_path_factory.mktemp("made")
    write(folder, {"hello/compose.yaml": HELLO})
    made = make(folder, "hello", "--api")
    done = own_test(made)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def test_its_own_test_writes_the_snapshot_of_an_api_with_a_url(app):
    (file,) = (app / "tests/snapshot").glob("*.json")
    template = json.loads(file.read_text())
    kinds = {resource["Type"] for resource in template["Resources"].values()}
    assert {"AWS::ECS::Service", "AWS::ApiGatewayV2::Api"} <= kinds
    assert "Url" in template["Outputs"]
    assert file.stem == "hello"


@pytest.mark.local
@pytest.mark.thorough
def test_it_is_deployed_to_the_embedded_aws_by_the_command_of_the_guide(app, tmp_path):
    (app / "node_modules").symlink_to(CDK.parents[2])
    command = (sys.executable, "-m", "serverless_containers", "local")
    result = tmp_path / "result.json"
    done = run(app, *command, "--json", str(result), DOCKER_HOST=NO_ENGINE)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(result.read_text())
    assert told["holds"]
    assert told["diff_empty"]
    types = {each["type"] for each in told["resources"] if each["status"] == "real"}
    assert {"AWS::ApiGatewayV2::Api", "AWS::ECS::TaskDefinition"} <= types


@pytest.mark.thorough
def test_what_moves_a_template_fails_it_until_it_is_accepted(app):
    file = app.parent / "hello/compose.yaml"
    file.write_text(HELLO.replace("1.29", "1.30"))
    assert own_test(app).returncode == 1
    assert own_test(app, ACCEPT_SNAPSHOTS="1").returncode == 0
    assert own_test(app).returncode == 0
    # AND where nobody looks, a missing snapshot is no new one
    (snapshot,) = (app / "tests/snapshot").glob("*.json")
    snapshot.unlink()
    assert own_test(app, CI="true").returncode == 1


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("files", "arguments", "stacks"),
    [
        (
            {"hello/compose.yaml": HELLO},
            ("hello", "--hosting", "--environments"),
            ("hello", ("dev", "staging", "prod"), ("network", "site")),
        ),
        (
            COPILOT["shop"],
            ("--from", ".", "--hosting"),
            ("cdk-shop", ("test", "prod"), ("network", "frontend", "mail", "orders")),
        ),
        (
            AMPLIFY["compose"],
            ("--from", "."),
            ("posts", ("dev", "prod"), ("network", "api")),
        ),
    ],
    ids=["environments", "copilot", "amplify"],
)
def test_every_stack_is_synthesized_by_the_cdk_cli(tmp_path, files, arguments, stacks):
    write(tmp_path, files)
    made = make(tmp_path, *arguments)
    done = run(made, CDK, "synth", "--quiet", CDK_VALIDATION="true")
    assert done.returncode == 0, done.stdout + done.stderr
    found = {
        artifact["properties"].get("stackName", name)
        for manifest in (made / "cdk.out").glob("assembly-*/manifest.json")
        for name, artifact in json.loads(manifest.read_text())["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    app, environments, services = stacks
    assert found == {f"{app}-{name}-{each}" for name in environments for each in services}
