"""External secrets: nobody's here to write, but a deployment fails without them."""

import json
import re

import pytest

from tests.support.secrets_case import PARAMETER

MISSING = "does not exist, and a deployment needs it"
ABROAD = (
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds/main-AbCdEf",
    "arn:aws:ssm:us-east-1:123456789012:parameter/rds/main",
)
stores = pytest.mark.parametrize(
    ("name", "also", "operation"),
    [("rds/main", "", "DescribeSecret"), ("/rds/main", PARAMETER, "GetParameter")],
    ids=["manager", "parameters"],
)


def external(case, name, also="", key="theirs"):
    case.declare(key, f"external: true\nname: {name}\n{also}")


def make(case, also):
    """Make it there, as somebody else does."""
    if also:
        case.aws.client("ssm").put_parameter(Name="/rds/main", Value="x", Type="SecureString")
    else:
        case.aws.client("secretsmanager").create_secret(Name="rds/main", SecretString="x")


def state(case):
    result = case.run("list", "--format", "json")
    return result.exit_code, json.loads(result.stdout)["secrets"][0]["state"]


@stores
def test_one_that_is_not_there_is_warned_of_and_the_push_goes_on(case, name, also, operation):
    value = case.secret("db")
    external(case, name, also)

    result = case.push()

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.output.count(f"\nwarning: {name}: {MISSING}\n") == 1
    assert case.stored("shop/dev/db") == value
    assert operation in case.aws.calls


@stores
def test_one_that_is_not_there_is_no_difference(case, name, also, operation):  # noqa: ARG001
    external(case, name, also)

    result = case.run("diff")

    assert result.exit_code == 0
    assert result.output.endswith(f"warning: {name}: {MISSING}\nNothing to push.\n")


@stores
def test_one_that_is_there_is_not_spoken_of(case, name, also, operation):  # noqa: ARG001
    make(case, also)
    external(case, name, also)

    assert f"warning: {name}" not in case.run("diff").output
    assert f"warning: {name}" not in case.push().output
    assert state(case) == (0, "there")


@stores
def test_one_that_is_not_there_is_listed_as_missing(case, name, also, operation):  # noqa: ARG001
    external(case, name, also)

    assert state(case) == (0, "missing")
    assert case.run("list").output.endswith("  missing\n")


@stores
def test_without_the_permission_nothing_is_said_of_it(case, name, also, operation):
    external(case, name, also)
    case.aws.deny(operation)

    for command in ("diff", "push"):
        result = case.run(command)
        assert (result.exit_code, result.stderr) == (0, "")
        assert f"warning: {name}" not in result.output
    assert state(case) == (0, "denied")


def test_one_that_is_going_to_be_deleted_is_warned_of(case):
    make(case, "")
    case.aws.client("secretsmanager").delete_secret(SecretId="rds/main")
    external(case, "rds/main")

    warning = r"warning: rds/main: is scheduled for deletion on 20.* UTC, and a deployment needs it"
    assert re.search(warning, case.push().output)
    assert state(case) == (0, "scheduled for deletion")


def test_what_aws_does_not_tell_of_it_is_said_and_ends_nothing(case):
    value = case.secret("db")
    external(case, "rds/main")
    case.aws.drop("DescribeSecret", name="rds/main")

    result = case.push()

    warning = "warning: rds/main: whether it exists is not known: the connection to AWS was lost\n"
    assert result.exit_code == 0
    assert warning in result.output
    assert case.stored("shop/dev/db") == value
    assert case.run("diff").exit_code == 0


@pytest.mark.parametrize("arn", ABROAD)
def test_one_in_another_region_is_not_asked_for(case, arn):
    external(case, arn)

    assert f"warning: {arn}" not in case.push().output
    assert f"warning: {arn}" not in case.run("diff").output
    assert state(case) == (0, "elsewhere")
    assert set(case.aws.calls) == {"GetCallerIdentity"}


@pytest.mark.parametrize("arn", ABROAD)
def test_the_region_is_the_one_that_is_asked_whatever_the_account(case, arn):
    external(case, arn)

    result = case.run("diff", "--region", "us-east-1")

    assert f"warning: {arn}: {MISSING}\n" in result.output


def test_its_value_is_not_asked_for(case):
    make(case, "")
    external(case, "rds/main")

    case.push()
    case.run("diff")
    case.run("list")

    assert set(case.aws.calls) == {"GetCallerIdentity", "DescribeSecret"}


def test_one_that_is_not_meant_is_not_asked_for(case):
    case.secret("db")
    external(case, "rds/main")

    assert "rds/main" not in case.push("--only", "db").output


def test_offline_it_has_no_state(case):
    external(case, "rds/main")

    result = case.run("list", "--offline", "--format", "json")

    assert json.loads(result.stdout)["secrets"][0]["state"] is None
    assert case.aws.calls == []
