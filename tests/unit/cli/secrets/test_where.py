"""`secrets` says where the values go, and what is not AWS is not pushed to by mistake."""

import io
import json

import pytest
from moto import mock_aws

from serverless_containers.cli import output
from tests.support.secrets_case import PARAMETER, warning, where

AWS = "AWS (https://secretsmanager.eu-central-1.amazonaws.com)"


@pytest.fixture
def aws(monkeypatch, case):  # noqa: ARG001  # it sets the endpoint that goes away here
    """AWS, as moto plays it under its own host names."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with mock_aws():
        yield


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("command", ["push", "diff", "list"])
def test_account_region_and_endpoint_are_above_everything(case, command):
    case.secret("db")

    result = case.run(command, *(("--yes",) if command == "push" else ()))

    assert result.stdout.splitlines()[0] == (
        f"Secrets of shop, dev, in account 123456789012, region eu-central-1, at {AWS}:"
    )


@pytest.mark.usefixtures("aws", "terminal")
def test_the_question_repeats_them(case):
    case.secret("db")

    result = case.run("push", answer="n\n")

    assert f"Go on, in account 123456789012, region eu-central-1, at {AWS}? [y/N]" in result.output


@pytest.mark.parametrize("arguments", [("--yes",), ("--yes", "--restart", "--stack", "dev-shop")])
def test_yes_does_not_cover_an_endpoint_that_is_not_aws(case, arguments):
    case.secret("db")
    case.aws.stacks["dev-shop"] = {"ClusterName": "shop", "ServiceName": "web"}
    service = {"status": "ACTIVE", "deployments": []}
    case.aws.answers("DescribeServices", {"services": [service]})

    result = case.run("push", *arguments)

    assert result.exit_code == 1
    url = case.aws.url
    assert result.stderr == (
        f"Error: {url} is not AWS, and nobody can be asked whether it is meant, which --yes does "
        f"not answer: `unset AWS_ENDPOINT_URL` to push to AWS, or give --endpoint {url} if it is "
        "meant. Nothing was pushed\n"
    )
    assert case.stored("shop/dev/db") is None
    services = "Secrets Manager" + (", ECS, CloudFormation" if "--stack" in arguments else "")
    assert result.stdout.splitlines()[0] == warning(case, services)


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("answers", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)], ids=repr
)
def test_an_endpoint_that_is_not_aws_has_a_question_of_its_own(case, answers, code):
    case.secret("db")

    result = case.run("push", "--yes", answer=answers)

    assert result.exit_code == code
    assert f"{case.aws.url} is not AWS.\nPush the secrets to it all the same?" in result.output
    assert "Go on" not in result.output
    assert (case.stored("shop/dev/db") is not None) is (code == 0)


@pytest.mark.usefixtures("terminal")
def test_both_questions_are_asked_without_yes(case):
    case.secret("db")

    result = case.run("push", answer="y\ny\n")

    assert result.exit_code == 0
    assert f"Go on, in {where(case)}? [y/N]" in result.output


def test_an_endpoint_that_is_named_needs_no_warning(case):
    case.secret("db")

    result = case.run("push", "--yes", "--endpoint", case.aws.url)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[0] == f"Secrets of shop, dev, in {where(case)}:"


@pytest.mark.parametrize("more", ["/", "0", "/path"])
def test_the_endpoint_that_is_named_has_to_be_the_one(case, more):
    case.secret("db")

    result = case.run("push", "--yes", "--endpoint", case.aws.url + more)

    assert result.exit_code == 1
    assert result.stderr.startswith(
        f"Error: --endpoint names {case.aws.url}{more}, and nothing goes there: the push would go "
        f"to {case.aws.url};"
    )
    assert case.aws.calls == []


@pytest.mark.usefixtures("aws")
def test_naming_an_endpoint_that_is_not_set_does_not_push_to_aws(case):
    case.secret("db")

    result = case.run("push", "--yes", "--endpoint", "http://localhost:4566")

    assert result.exit_code == 1
    assert "the push would go to https://secretsmanager.eu-central-1.amazonaws.com" in result.stderr


def test_every_endpoint_that_is_not_aws_is_to_be_named(case, monkeypatch):
    case.secret("db")
    case.secret("key", also=PARAMETER)
    # The same server under another name.
    other = case.aws.url.replace("127.0.0.1", "localhost")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", other)

    result = case.run("push", "--yes", "--endpoint", case.aws.url)

    assert result.exit_code == 1
    assert f"{other} is not AWS" in result.stderr
    assert "`unset AWS_ENDPOINT_URL_SSM`" in result.stderr
    both = ("--endpoint", case.aws.url, "--endpoint", other)
    assert case.run("push", "--yes", *both).exit_code == 0


def test_an_endpoint_of_the_configuration_file_is_found_there(case, monkeypatch):
    case.secret("db")
    file = case.folder / "config"
    file.write_text(f"[default]\nendpoint_url = {case.aws.url}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.delenv("AWS_ENDPOINT_URL")

    result = case.run("push", "--yes")

    assert result.exit_code == 1
    assert "correct the AWS configuration file to push to AWS" in result.stderr


def test_a_password_in_an_endpoint_is_shown_nowhere(case, monkeypatch):
    case.secret("db")
    url = case.aws.url.replace("//", "//ann:hidden@")
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)

    refused = case.run("push", "--yes")
    pushed = case.run("push", "--yes", "--endpoint", url)

    assert (refused.exit_code, pushed.exit_code) == (1, 0)
    assert "hidden" not in refused.output + refused.stderr + pushed.output


def test_an_account_that_is_not_told_is_said_to_be_unknown(case):
    case.secret("db")
    case.aws.drop("GetCallerIdentity")

    result = case.push()

    assert result.exit_code == 0
    assert (
        "in an account that is not known (the connection to AWS was lost), region eu-central-1"
        in result.output
    )


@pytest.mark.usefixtures("aws")
def test_an_account_that_something_else_tells_is_not_believed(case, monkeypatch):
    case.secret("db")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", case.aws.url)

    result = case.run("diff")

    assert f"in account 123456789012 (so {case.aws.url} says, which is not AWS)" in result.output


def test_a_list_for_programs_says_where(case):
    case.secret("db")

    result = case.run("list", "--format", "json")

    assert json.loads(result.stdout)["where"] == {
        "account": "123456789012",
        "region": "eu-central-1",
        "endpoints": [{"service": "Secrets Manager", "url": case.aws.url, "aws": False}],
    }
    offline = case.run("list", "--format", "json", "--offline")
    assert json.loads(offline.stdout)["where"] is None


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_a_warning_is_in_colour_on_a_terminal(monkeypatch, no_color, coloured):
    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("NO_COLOR", no_color)

    output.print_warning("http://x is not AWS\x1b[0m")

    assert screen.getvalue().startswith("\x1b[33m") is coloured
    assert "AWS\\x1b[0m" in screen.getvalue()
