"""What builds and pushes images reaches the engine, and never the registry of that name."""

import os
import subprocess
import sys

import pytest

from serverless_containers.local.builds.aws import REAL, as_text, main
from serverless_containers.local.builds.commands import names_given, place_commands
from serverless_containers.local.builds.docker import LABEL, PLATFORM, build_arguments

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
ENVIRON = {LABEL: "l=r1", PLATFORM: "linux/amd64"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["build", "."], ["build", "--label", "l=r1", "--platform", "linux/amd64", "."]),
        (
            ["build", "--platform", "linux/arm64", "--cache-from", "x", "--push", "."],
            ["build", "--label", "l=r1", "--platform", "linux/amd64", "."],
        ),
        (
            ["build", "--platform=linux/arm64", "--cache-to=type=registry", "-t", "n", "."],
            ["build", "--label", "l=r1", "--platform", "linux/amd64", "-t", "n", "."],
        ),
        (
            ["build", "--platform=linux/arm64", "-t", "n", "."],
            ["build", "--label", "l=r1", "--platform", "linux/amd64", "-t", "n", "."],
        ),
        (
            ["buildx", "build", "."],
            ["buildx", "build", "--label", "l=r1", "--platform", "linux/amd64", "."],
        ),
    ],
)
def test_a_build_is_labelled_and_for_the_engines_processor(given, expected):
    assert build_arguments(given, ENVIRON) == expected


@pytest.fixture
def docker(tmp_path):
    """The command, with a real one behind it that tells what it was given."""
    real = tmp_path / "real"
    real.write_text('#!/bin/sh\nprintf "%s\\n" "$*" >> "$0.calls"\n')
    real.chmod(0o755)
    variables = place_commands(
        tmp_path,
        {"CDK_DOCKER": str(real), "PATH": os.environ["PATH"]},
        engine="unix:///e",
        run="r1",
        platform="amd64",
    )

    def run(*words, told=""):
        result = subprocess.run(
            [variables["CDK_DOCKER"], *words],
            env={**os.environ, **variables, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
            input=told,
            capture_output=True,
            text=True,
            check=False,
        )
        calls = tmp_path / "real.calls"
        return result, calls.read_text().splitlines() if calls.exists() else []

    run.folder = tmp_path
    return run


def test_a_login_to_the_registry_is_swallowed_with_its_password(docker):
    result, calls = docker("login", "-u", "AWS", "--password-stdin", ECR, told="secret")
    assert (result.returncode, calls) == (0, [])
    assert "secret" not in result.stdout + result.stderr


def test_a_login_elsewhere_is_the_clients_own(docker):
    _, calls = docker("login", "example.com")
    assert calls == ["login example.com"]


def test_names_that_are_given_are_noted(docker):
    docker("build", "--tag", "one:1", "-t", "two:2", ".")
    docker("tag", "one:1", f"{ECR}/one:1")
    assert names_given(docker.folder) == (f"{ECR}/one:1", "one:1", "two:2")


def test_files_are_added_by_an_engine_without_buildkit_too(docker, tmp_path):
    lines = [
        "FROM x",
        'COPY --chmod=0644 ["files/0", "/etc/x"]',
        'COPY --from=serverless-containers-files --chmod=0755 ["/0", "/etc/y"]',
        "COPY --chmod=0600 z /etc/z",
        "FROM --platform=$BUILDPLATFORM busybox:1 AS serverless-containers-files",
        "FROM --platform=$BUILDPLATFORM busybox:1 AS mine",
    ]
    (tmp_path / "Dockerfile").write_text("\n".join(lines))
    shown = tmp_path / "shown"
    (tmp_path / "real").write_text(
        "#!/bin/sh\n"
        f'case $1 in buildx) exit 1 ;; version) echo 26.1.5 ;; build) eval "cat '
        f'\\"\\${{$(($# - 1))}}\\"" > {shown} ;; esac\n'
    )
    result, _ = docker("build", "-t", "one:1", str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert shown.read_text().splitlines() == [
        "FROM x",
        'COPY ["files/0", "/etc/x"]',
        'COPY --from=serverless-containers-files ["/0", "/etc/y"]',
        "COPY --chmod=0600 z /etc/z",
        "FROM busybox:1 AS serverless-containers-files",
        "FROM --platform=$BUILDPLATFORM busybox:1 AS mine",
    ]


def test_a_push_is_told_to_the_emulator_and_to_nobody_else(docker):
    result, calls = docker("push", f"{ECR}/one:1")
    # The real client was asked for the image alone; the emulator does not answer here.
    assert calls == [f"image inspect --format {{{{.Id}}}} {ECR}/one:1"]
    assert result.returncode == 1
    assert "127.0.0.1:1" in result.stderr


def test_any_other_command_is_passed_on(docker):
    _, calls = docker("inspect", "x")
    assert calls == ["inspect x"]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (None, "None\n"),
        ("a", "a\n"),
        (["a", None], "a\tNone\n"),
        ([["a", "b"], ["c", "d"]], "a\tb\nc\td\n"),
    ],
)
def test_text_is_that_of_the_aws_cli(answer, text):
    assert as_text(answer) == text


NOBODY = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ACCESS_KEY_ID": "1",
    "AWS_SECRET_ACCESS_KEY": "2",
    "AWS_REGION": "eu-west-1",
}
"""Nobody answers there."""


def aws(*words, **variables):
    return subprocess.run(
        [sys.executable, "-m", "serverless_containers.local.builds.aws", *words],
        env={**os.environ, **NOBODY, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("ecs", "no-such-thing"), "ecs: unknown operation no-such-thing"),
        (("no-such", "thing"), "there is no service no-such"),
        (("ecs", "list-tasks", "--no-such", "1"), "Unknown options: --no-such"),
        (
            ("ecr", "batch-get-image", "--repository-name", "app", "--image-ids", "[]"),
            "argument --image-ids: not in a form that is known here",
        ),
        (
            ("ssm", "put-parameter", "--name", "a", "--value", "file://a"),
            "argument --value: not in a form that is known here",
        ),
    ],
)
def test_the_aws_command_refuses_what_it_does_not_know(monkeypatch, capsys, words, told):
    for name, value in NOBODY.items():
        monkeypatch.setenv(name, value)
    code = main(words)
    output = capsys.readouterr()
    assert (code, output.err.strip(), output.out) == (252, told, "")


def test_what_it_does_not_know_is_left_to_the_aws_cli_and_nothing_else(tmp_path):
    (tmp_path / "aws").write_text('#!/bin/sh\nprintf "the CLI: %s" "$*"\n')
    (tmp_path / "aws").chmod(0o755)
    known = place_commands(
        tmp_path, {"PATH": str(tmp_path)}, engine="unix:///e", run="r1", platform="amd64"
    )
    answer = aws("s3", "cp", "a", "s3://b", **known).stdout
    assert answer == "the CLI: --endpoint-url http://127.0.0.1:1 s3 cp a s3://b"
    # Never to anywhere else.
    elsewhere = aws("s3", "ls", "--endpoint-url", "https://s3.amazonaws.com", **known)
    assert (elsewhere.returncode, elsewhere.stdout) == (252, "")


def test_what_it_knows_it_asks_by_itself_and_nobody_answers(monkeypatch, capsys):
    for name, value in {**NOBODY, REAL: "/nonexistent/aws"}.items():
        monkeypatch.setenv(name, value)
    assert main(["ecs", "list-clusters"]) == 254
    assert "127.0.0.1:1" in capsys.readouterr().err


def test_a_text_that_is_json_is_itself(monkeypatch, capsys):
    """As an image's manifest is, which a build hands from one tag to another."""
    for name, value in NOBODY.items():
        monkeypatch.setenv(name, value)
    manifest = '{"schemaVersion": 2}'
    words = ["ecr", "put-image", "--repository-name", "app", "--image-manifest", manifest]
    assert main(words) == 254  # It was asked, and nobody answers.
    assert "127.0.0.1:1" in capsys.readouterr().err
