"""`secrets push`: what it is given, what it asks, and what it says of mistakes."""

import subprocess
import sys

import pytest

from tests.support.secrets_case import SENTINEL, where


def test_an_unknown_secret_is_told_with_those_that_are_known(case):
    case.secret("a")
    case.secret("b")

    result = case.push("--only", "x")

    assert result.exit_code == 1
    assert result.stderr == "Error: no service reads a secret 'x'; those that are read: a, b\n"
    assert case.aws.calls == []


def test_a_project_without_secrets_is_told(case):
    result = case.push()

    assert (result.exit_code, result.output) == (0, "No service reads a secret.\n")
    assert case.aws.calls == []


def test_a_newline_at_the_end_is_left_out_and_told_once(case):
    case.secret("db", "value\n")

    result = case.push()

    assert case.stored("shop/dev/db") == f"{SENTINEL}-value"
    assert result.output.count("note: the newline at the end of .secret-db is left out\n") == 1


def test_everything_that_is_wrong_with_the_values_is_told_and_nothing_pushed(case):
    case.secret("a")
    case.secret("b", "two\nlines")
    case.secret("c")
    (case.folder / "secrets" / ".secret-c").unlink()

    result = case.push()

    assert result.exit_code == 1
    assert "error: secret-value-lines" in result.stderr
    assert "error: secret-value-missing" in result.stderr
    assert case.aws.calls == []


def test_the_errors_of_the_project_are_told_as_check_tells_them(case):
    case.declare("db", "file: ../.secret-db\nname: a b")
    (case.folder / "app" / "compose.dev.yaml").write_text("services: {web: {dns: 1.1.1.1}}")

    result = case.push()

    assert result.exit_code == 1
    assert "error: secret-name-invalid" in result.stderr
    assert "warning" not in result.stderr
    assert case.aws.calls == []


def test_nobody_is_asked_where_nobody_is(case):
    case.secret("db")

    result = case.run("push", *case.meant())

    assert result.exit_code == 1
    assert "--yes" in result.stderr
    assert case.stored("shop/dev/db") is None


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_it_is_done_when_the_answer_is_yes(case, answer, code):
    case.secret("db")

    result = case.run("push", *case.meant(), answer=answer)

    assert result.exit_code == code
    assert f"Go on, in {where(case)}? [y/N]" in result.output
    assert (case.stored("shop/dev/db") is not None) is (code == 0)


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("team", "expected KEY=VALUE"),
        ("=x", "expected KEY=VALUE"),
        (f"{'k' * 129}=x", "expected KEY=VALUE"),
        (f"k={'v' * 257}", "expected KEY=VALUE"),
        ("AWS:x=y", "AWS's own"),
    ],
)
def test_a_tag_that_aws_refuses_is_refused_before(case, tag, message):
    case.secret("db")

    result = case.push("--tag", tag)

    assert result.exit_code == 1
    assert message in result.stderr
    assert case.aws.calls == []


def test_a_value_is_not_shown_by_the_log_of_a_defect(case, monkeypatch):
    case.secret("a")
    case.secret("b")

    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr("serverless_containers.secret_stores.secrets_manager.as_tag_list", broken)
    result = case.push()

    assert result.exit_code == 1
    assert "this is a defect of serverless-containers (RuntimeError)" in result.stderr
    assert "shop/dev/a: failed: this program failed" in result.stderr
    assert "Not tried: shop/dev/b." in result.stderr
    assert "RuntimeError: broken" in case.logged


def test_the_log_of_a_defect_does_not_repeat_what_aws_said(case, monkeypatch):
    value = case.secret("a")
    case.aws.error("CreateSecret", "ValidationException", f"Value '{value}' failed")
    broken = "serverless_containers.aws_api.clients.response_error"
    monkeypatch.setattr(broken, lambda _: None)

    result = case.push()

    assert "this is a defect of serverless-containers (TypeError)" in result.stderr


def test_the_help_loads_no_boto3():
    code = (
        "import sys; from serverless_containers.cli.secrets import command\n"
        "try: command(['--help'])\n"
        "finally: assert 'boto3' not in sys.modules"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "push  Write the values of secrets to AWS." in ran.stdout
