"""Values of secrets reach no template, asset, output or log; their files change nothing."""

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sentinels import leaks, shapes
from tests.support.thorough import thoroughly

ROOT = Path(__file__).parent.parent.parent
CDK = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"

# Unlike anything else, and unlike one another.
VALUES = ("s3ntinel-Qx7pZ0vLw2-one", "s3ntinel-Hk4mT9bRd6-two", "s3ntinel-Wy1nC5gJf8-three")

COMPOSE = """
name: leaky
x-serverless-containers: {secrets: %s}
services:
  web:
    build: .
    ports: ["80"]
    secrets: [ONE, TWO]
secrets:
  ONE: {file: ../secrets/.secret-one}
  TWO:
    file: ../secrets/.secret-two
    x-serverless-containers: {store: parameter-store}
"""


@pytest.fixture
def source(project):
    """A folder with two secrets, and a third one that somebody left lying about in it."""
    project.write("Dockerfile", "FROM scratch\nEXPOSE 80\n")
    project.write("deep/er/.secret-three", VALUES[2])
    # What a link leads to is not on every machine, and must be packed on none.
    outside = project.path.parent / "outside"
    outside.mkdir()
    (outside / "plain").write_text(VALUES[2])
    (project.path / "deep" / "link").symlink_to("../../outside")
    (project.path / "plain").symlink_to("../outside/plain")
    return project.compose(COMPOSE % "variables")


def put_files(source):
    folder = source.parent / "secrets"
    folder.mkdir()
    for name, value in zip(("one", "two"), VALUES, strict=False):
        file = folder / f".secret-{name}"
        file.write_text(f"{value}\n")
        file.chmod(0o600)


def run(*command, **environ):
    result = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, check=False
    )
    return result.returncode, result.stdout + result.stderr


def synth(source, out, *arguments):
    return run(
        os.environ["JSII_NODE"], CDK, "synth", "--output", out,
        "--app", f"{sys.executable} app.py", "-c", "environment=dev", "-c", f"source={source}",
        *arguments, "dev/*",
    )  # fmt: skip


def contents(folder):
    """Every file, but for traces, which name the folder that jsii unpacks the CDK into."""
    return {
        str(path.relative_to(folder)): re.sub(
            rb'"[^"\n]*\.js:\d+:\d+[^"\n]*"', b"", path.read_bytes()
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("images", ["pipeline", *thoroughly("docker")])
def test_a_synthesis_is_the_same_with_and_without_the_files_and_holds_no_value(
    source, tmp_path, images
):
    code, _ = synth(source, tmp_path / "without", "-c", f"images={images}")
    assert code == 0
    put_files(source)
    code, output = synth(source, tmp_path / "with", "-c", f"images={images}")
    assert code == 0
    assert contents(tmp_path / "with") == contents(tmp_path / "without")
    assert contents(tmp_path / "with")
    assert list(leaks(VALUES, [tmp_path / "with", output])) == []


@pytest.mark.thorough
def test_a_synthesis_that_fails_shows_no_value(source, tmp_path, project):
    put_files(source)
    # The files of secrets where other files are expected, and a fault in the secrets themselves.
    (source / "docker-compose.dev.yml").symlink_to(source.parent / "secrets" / ".secret-one")
    project.write("docker-compose.yml", (COMPOSE % "variables").replace(
        "secrets: [ONE, TWO]",
        "secrets: [ONE, TWO, THREE]\n    env_file: ../secrets/.secret-two",
    ) + "  THREE: {file: deep/er/.secret-three}\n")  # fmt: skip
    code, output = synth(source, tmp_path / "out")
    assert code == 1
    assert output.count(b"is the file of a secret") == 2
    assert b".secret-three is in the folder" in output
    assert list(leaks(VALUES, [output])) == []


@pytest.mark.parametrize("form", ["variables", "files"])
@pytest.mark.parametrize(
    "command",
    [("check",), ("check", "--format", "json"), ("check", "--format", "sarif"), ("explain",),
     ("config",)],
    ids=" ".join,
)  # fmt: skip
def test_no_command_shows_a_value(source, project, form, command):
    project.compose(COMPOSE % form)
    put_files(source)
    code, output = run(
        sys.executable, "-m", "serverless_containers", *command, source, "--environment", "dev"
    )
    assert code == 0
    assert list(leaks(VALUES, [output])) == []


@pytest.mark.parametrize("shape", sorted(shapes(VALUES[0])))
def test_the_search_finds_a_value_in_every_shape(tmp_path, shape):
    (tmp_path / "file").write_bytes(b"..." + shapes(VALUES[0])[shape] + b"...")
    assert any(f"({shape})" in leak for leak in leaks(VALUES, [tmp_path]))


@pytest.mark.parametrize("offset", range(5))
def test_the_search_finds_a_value_in_the_middle_of_base64(offset):
    text = base64.b64encode(b"x" * offset + VALUES[0].encode() + b"yz")
    assert list(leaks(VALUES, [text])) != []


def test_the_search_finds_a_value_in_a_name(tmp_path):
    (tmp_path / VALUES[0]).mkdir()
    assert list(leaks(VALUES, [tmp_path])) != []
