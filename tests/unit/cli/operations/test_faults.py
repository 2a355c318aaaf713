"""The commands where AWS refuses, on the way over HTTP that boto3 takes."""

import json

import pytest
from click.testing import CliRunner

from serverless_containers.cli import main
from tests.support.faulty_aws import REGION, FaultyAws
from tests.support.recorded_aws import loader

COMMANDS = [
    ("status",),
    ("logs",),
    ("metrics",),
    ("rollback", "--yes"),
    ("restart", "--yes"),
    ("scale", "1", "--yes"),
    ("drift",),
]
every_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
NO_CLUSTERS = {"clusterArns": []}


@pytest.fixture
def faulty(monkeypatch, tmp_path):
    aws = FaultyAws()
    monkeypatch.setattr("botocore.session.create_loader", lambda *_: loader())
    # Retries wait for seconds on the way to AWS.
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    yield aws
    aws.close()


def run(*words):
    result = CliRunner().invoke(main, words)
    assert isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    assert result.exit_code == 1
    assert result.stdout == ""
    return result.stderr


@every_command
def test_throttling_that_passes_is_waited_for(faulty, command):
    faulty.throttle("ListClusters", times=4)
    faulty.answers("ListClusters", NO_CLUSTERS)

    assert run(*command).startswith(f"Error: no stack in {REGION} has a service of Amazon ECS;")
    assert faulty.calls == ["ListClusters"] * 5


@every_command
def test_throttling_that_stays_is_told(faulty, command):
    faulty.throttle("ListClusters")

    assert run(*command) == (
        "Error: AWS asks to slow down, also after several attempts; wait a minute\n"
    )


@every_command
def test_expired_credentials_are_told(faulty, command):
    faulty.error("ListClusters", "ExpiredTokenException", "expired")

    assert run(*command) == "Error: the credentials have expired; sign in again\n"


@every_command
def test_a_missing_permission_is_named(faulty, command):
    faulty.deny(
        "ListClusters",
        "User: arn:aws:iam::1:user/ann is not authorized to perform: ecs:ListClusters on resource: "
        "* because no identity-based policy allows the ecs:ListClusters action",
    )

    assert run(*command) == (
        "Error: arn:aws:iam::1:user/ann lacks ecs:ListClusters on * because no identity-based "
        "policy allows the ecs:ListClusters action\n"
    )


@every_command
def test_a_lost_connection_is_told(faulty, command):
    faulty.drop("ListClusters")

    assert run(*command) == "Error: the connection to AWS was lost\n"


@pytest.mark.usefixtures("faulty")
@every_command
def test_missing_credentials_are_told(monkeypatch, command):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    assert "there are no AWS credentials" in run(*command)


@pytest.mark.usefixtures("faulty")
@every_command
def test_a_profile_that_is_not_there_is_told(command):
    assert "there is no such AWS profile" in run(*command, "--aws-profile", "other")


def test_lists_of_several_pages_are_read_to_the_end(faulty):
    faulty.answers(
        "ListClusters",
        {"clusterArns": ["arn:aws:ecs:x:1:cluster/a"], "nextToken": "more"},
        {"clusterArns": ["arn:aws:ecs:x:1:cluster/b"]},
    )
    faulty.answers("ListServices", {"serviceArns": []})

    run("status")

    asked = [json.loads(body) for body in faulty.bodies if b'"cluster"' in body]
    assert [each["cluster"][-1] for each in asked] == ["a", "b"]
