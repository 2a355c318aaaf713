"""``check --detect-secrets``."""

import socket

import pytest

from serverless_containers.cli import extras

VALUE = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYs3ntinelK"
BUILT = "services: {web: {build: ., ports: ['80']}}\n"


@pytest.fixture
def built(run, monkeypatch):
    """A project with a credential in its code; whoever asks a service about it fails."""

    def refuse(*_arguments):
        pytest.fail("something was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    run.write("compose.yaml", BUILT)
    run.write("Dockerfile", "FROM scratch\nCOPY . .\n")
    run.write("src/app.py", f'import os\naws_secret_access_key = "{VALUE}"\n')
    return run


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_it_names_line_and_kind_and_no_value(built, form):
    done = built("check", "--detect-secrets", "--format", form)
    assert done.exit_code == 0
    assert VALUE not in done.output
    assert "this looks like a credential (Secret Keyword) in a file that is packed" in done.output
    if form == "text":
        assert "src/app.py:2:1: " in done.output


def test_it_is_not_asked_by_default(built):
    assert built("check").stdout == "no findings\n"


def test_it_can_be_suppressed(built):
    suppressed = "x-serverless-containers: {suppress: [{rule: credentials-detected, reason: test}]}"
    built.write("compose.yaml", f"{suppressed}\n{BUILT}")
    assert "looks like" not in built("check", "--detect-secrets").output


def test_a_line_can_say_that_it_is_none(built):
    built.write("src/app.py", f'aws_secret_access_key = "{VALUE}"  # pragma: allowlist secret\n')
    assert built("check", "--detect-secrets").stdout == "no findings\n"


def test_what_is_not_packed_is_not_searched(built):
    built.write(".dockerignore", "src\n")
    built.write("compose.yaml", "services: {web: {build: web, ports: ['80']}}\n")
    built.write("web/Dockerfile", "FROM scratch\n")
    built.write("cdk.out/app.py", f'aws_secret_access_key = "{VALUE}"\n')
    built.write(".secret-x", f'aws_secret_access_key = "{VALUE}"\n')
    assert built("check", "--detect-secrets").output.count("src/app.py") > 0
    assert "cdk.out" not in built("check", "--detect-secrets").output
    assert ".secret-x" not in built("check", "--detect-secrets").output


def test_what_is_too_large_is_said(built):
    built.write("src/app.py", "x" * (1024 * 1024 + 1))
    assert "src/app.py:1:1: it is larger than 1 MiB, and was not searched" in built(
        "check", "--detect-secrets"
    ).output.replace("\n", " ")


def test_without_the_package_it_says_what_to_install(built, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    done = built("check", "--detect-secrets")
    assert done.exit_code == 2
    assert f"install them with: {extras.install_command('detect')}" in done.output
