"""The CDK CLI reaches the emulator and nothing else, and its failures are told by their cause."""

import json
import os
import sys
from pathlib import Path

import pytest

from serverless_containers.local.credentials import Credentials
from serverless_containers.local.deploy.cdk import CdkCli, emulated, find_cdk, finish, what_matters
from serverless_containers.local.failure import LocalError
from serverless_containers.local.process import Child


def install_cdk(folder, version):
    script = folder / "node_modules/aws-cdk/bin/cdk"
    script.parent.mkdir(parents=True)
    script.write_text("")
    script.chmod(0o755)
    (folder / "node_modules/aws-cdk/package.json").write_text(json.dumps({"version": version}))
    return script


def test_nothing_of_the_users_aws_configuration_is_left():
    environ = emulated(
        {
            "AWS_PROFILE": "production",
            "AWS_SESSION_TOKEN": "token",
            "AWS_ENDPOINT_URL_S3": "https://elsewhere",
            "HOME": "/home/user",
            "NO_PROXY": "internal",
        },
        Credentials(endpoint="http://127.0.0.1:1", account="123456789012", secret="of the run"),
        "eu-central-1",
    )
    assert environ == {
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_REGION": "eu-central-1",
        "AWS_SECRET_ACCESS_KEY": "of the run",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "HOME": "/home/user",
        "NO_PROXY": "internal,127.0.0.1,localhost",
        "no_proxy": "internal,127.0.0.1,localhost",
    }


def test_the_apps_own_cli_is_found_from_a_folder_below(tmp_path):
    script = install_cdk(tmp_path, "2.1148.1")
    below = tmp_path / "infra"
    below.mkdir()
    assert find_cdk(below, {"JSII_NODE": "/node", "PATH": ""}) == (["/node", str(script)], "/node")


def test_else_the_cli_on_path(tmp_path):
    script = install_cdk(tmp_path / "global", "2.1148.1")
    environ = {"JSII_NODE": "/node", "PATH": str(script.parent)}
    assert find_cdk(tmp_path, environ) == (["/node", str(script)], "/node")


def test_a_cli_that_cannot_read_the_assembly_is_not_run(tmp_path):
    install_cdk(tmp_path, "3.0.0")
    with pytest.raises(LocalError, match=r"^CDK CLI 3\.0\.0 cannot read this cloud assembly"):
        find_cdk(tmp_path, {"JSII_NODE": "/node", "PATH": ""})


def test_no_cli_at_all(tmp_path):
    told = r"^the CDK CLI was not found; run `npm install --no-save aws-cdk@2\.1148\.1` in /"
    with pytest.raises(LocalError, match=told):
        find_cdk(tmp_path, {"PATH": ""})


def test_no_cli_where_it_is_pinned(tmp_path):
    (tmp_path / "package-lock.json").touch()
    with pytest.raises(LocalError, match=r"^the CDK CLI was not found; run `npm ci` in /"):
        find_cdk(tmp_path, {"PATH": ""})


@pytest.fixture
def cli(tmp_path, monkeypatch):
    """A CDK CLI whose Node.js prints its arguments and its environment."""
    install_cdk(tmp_path, "2.1148.1")
    node = tmp_path / "node"
    node.write_text('#!/bin/sh\nshift\necho "$*"\nenv\n')
    node.chmod(0o755)
    monkeypatch.setenv("JSII_NODE", str(node))
    return CdkCli(
        folder=tmp_path,
        credentials=Credentials(
            endpoint="http://127.0.0.1:1", account="123456789012", secret="of the run"
        ),
        region="us-east-1",
        home=tmp_path / "home",
        app="python other.py",
        context=("a=1", "b=2"),
        log=lambda step: tmp_path / f"{step}.log",
    )


@pytest.mark.parametrize(
    ("start", "command"),
    [
        (
            lambda cli: cli.start_synth(Path("/out")),
            "synth --quiet --output /out --app python other.py -c a=1 -c b=2",
        ),
        (
            lambda cli: cli.start_bootstrap(["aws://1/a", "aws://1/b"]),
            "bootstrap aws://1/a aws://1/b --app ",
        ),
        (
            lambda cli: cli.start_deploy(Path("/out"), "dev/**"),
            "deploy dev/** --app /out --require-approval never --progress events",
        ),
        (
            lambda cli: cli.start_diff(Path("/out"), "dev/**"),
            "diff dev/** --fail --app /out",
        ),
    ],
)
def test_the_commands_and_their_private_surroundings(cli, tmp_path, start, command):
    child = start(cli)
    assert child.wait(10) == 0
    arguments, *environment = child.log.read_text().splitlines()
    assert arguments == f"{command} --no-notices --no-color"
    assert f"CDK_HOME={tmp_path}/home" in environment
    assert f"JSII_NODE={tmp_path}/node" in environment
    assert "AWS_ENDPOINT_URL=http://127.0.0.1:1" in environment
    (path,) = [line for line in environment if line.startswith("PATH=")]
    assert path.startswith(f"PATH={Path(sys.executable).parent}:")


def test_the_cause_is_what_the_cli_says_last():
    log = "\n".join(
        [
            *(
                f"dev-Api | {n}/40 | 2:28:03 PM | CREATE_COMPLETE | AWS::A::B | x"
                for n in range(40)
            ),
            "Failed resources:",
            "dev-Api | 2:28:03 PM | CREATE_FAILED | AWS::A::B | It is gone",
            "",
            "❌  dev-Api failed to deploy",
        ]
    )
    assert what_matters(log) == (
        "Failed resources:",
        "dev-Api | 2:28:03 PM | CREATE_FAILED | AWS::A::B | It is gone",
        "❌  dev-Api failed to deploy",
    )


def test_without_a_word_of_the_cli_it_is_the_end():
    log = "\n".join(f"line {n}" for n in range(100))
    assert what_matters(log)[-1] == "line 99"
    assert len(what_matters(log)) == 25


def test_a_failing_step_names_its_log(tmp_path):
    log = tmp_path / "deploy.log"
    child = Child(["/bin/sh", "-c", "echo why; exit 2"], environ={}, log=log)
    with pytest.raises(LocalError) as raised:
        finish(child, "cdk deploy")
    assert str(raised.value) == f"cdk deploy failed; the whole log is {log}"
    assert raised.value.details == ("why",)


def test_progress_is_told_while_it_deploys(tmp_path):
    script = "echo 'dev-Api |  7/35 | 2:28:03 PM | CREATE_COMPLETE'; sleep 0.5"
    child = Child(["/bin/sh", "-c", script], environ={}, log=tmp_path / "log")
    notes = []
    finish(child, "cdk deploy", notes.append)
    assert notes[0] == "7 of 35 resources"
