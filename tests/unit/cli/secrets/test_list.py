"""`secrets list` and `secrets diff`: what is there, and what a push would do."""

import hashlib
import json

import click
import pytest

from tests.support.secrets_case import PARAMETER, warning, where

READING = {
    "GetCallerIdentity",
    "DescribeSecret",
    "GetSecretValue",
    "DescribeParameters",
    "GetParameter",
    "ListTagsForResource",
}


def listed(case, *arguments):
    result = case.run("list", "--format", "json", *arguments)
    entries = json.loads(result.stdout)["secrets"]
    return result.exit_code, {entry.pop("key"): entry for entry in entries}


def test_every_secret_is_listed_with_its_origin_and_its_state(case, monkeypatch):
    monkeypatch.delenv("SHOP_TOKEN", raising=False)
    case.secret("db")
    case.secret("gone")
    case.secret("mail", also=PARAMETER)
    case.push()
    case.aws.client("secretsmanager").delete_secret(SecretId="shop/dev/gone")
    case.secret("new")
    (case.folder / "secrets" / ".secret-new").unlink()
    case.declare("token", "environment: SHOP_TOKEN")
    case.declare("theirs", "external: true\nname: team/api-key")
    case.aws.mend()

    code, entries = listed(case)

    assert code == 0
    columns = ("from", "here", "store", "name", "state")
    assert {key: tuple(entry[each] for each in columns) for key, entry in entries.items()} == {
        "db": ("file .secret-db", True, "secrets-manager", "shop/dev/db", "there"),
        "gone": (
            "file .secret-gone",
            True,
            "secrets-manager",
            "shop/dev/gone",
            "scheduled for deletion",
        ),
        "mail": ("file .secret-mail", True, "parameter-store", "/shop/dev/mail", "there"),
        "new": ("file .secret-new", False, "secrets-manager", "shop/dev/new", "not pushed"),
        "theirs": ("external", None, "secrets-manager", "team/api-key", "missing"),
        "token": (
            "variable SHOP_TOKEN",
            False,
            "secrets-manager",
            "shop/dev/token",
            "not pushed",
        ),
    }
    assert entries["db"]["changed"].endswith(" UTC")
    assert entries["mail"]["changed"].endswith(" UTC")
    assert entries["gone"]["deletion"].endswith(" UTC")
    assert entries["new"]["changed"] is None
    assert "GetSecretValue" not in case.aws.calls
    asked = json.loads(case.aws.bodies[case.aws.calls.index("GetParameter")])
    assert asked["WithDecryption"] is False


def test_the_table_says_the_same(case):
    case.secret("db")
    case.push()
    case.secret("new")
    case.declare("theirs", "external: true\nname: team/api-key")

    told, head, *lines = case.run("list").output.splitlines()

    assert (told, head) == (warning(case), f"Secrets of shop, dev, in {where(case)}:")
    assert [line.split() for line in lines[:1]] == [
        ["key", "from", "here", "store", "name", "state"]
    ]
    assert lines[1].startswith(
        "  db      file .secret-db   yes   Secrets Manager  shop/dev/db   there, changed 20"
    )
    assert lines[2:] == [
        "  new     file .secret-new  yes   Secrets Manager  shop/dev/new  not pushed",
        "  theirs  external          -     Secrets Manager  team/api-key  missing",
    ]


@pytest.mark.parametrize("arn", [None, "arn:aws:ssm:eu-central-1:123456789012:parameter/team/key"])
def test_an_external_secret_is_found_by_its_arn(case, arn):
    if arn is None:
        client = case.aws.client("secretsmanager")
        arn = client.create_secret(Name="team/key", SecretString="x")["ARN"]
    else:
        case.aws.client("ssm").put_parameter(Name="/team/key", Value="x", Type="SecureString")
    case.declare("theirs", f"external: true\nname: {arn}")

    _, entries = listed(case)

    assert entries["theirs"]["state"] == "there"


def test_offline_nobody_is_asked(case):
    case.secret("db")

    code, entries = listed(case, "--offline")

    assert (code, entries["db"]["here"], entries["db"]["state"]) == (0, True, None)
    assert case.run("list", "--offline").output.splitlines()[1].endswith("shop/dev/db  -")
    assert case.aws.calls == []


def test_a_state_that_may_not_be_seen_is_denied(case):
    case.secret("db")
    case.aws.deny("DescribeSecret")

    code, entries = listed(case)

    assert (code, entries["db"]["state"]) == (0, "denied")


def test_a_state_that_aws_does_not_tell_is_unknown_and_why_is_told(case):
    case.secret("a")
    case.secret("b")
    case.push()
    case.aws.drop("DescribeSecret", name="shop/dev/b")

    result = case.run("list", "--format", "json")

    states = [entry["state"] for entry in json.loads(result.stdout)["secrets"]]
    assert (result.exit_code, states) == (1, ["there", "unknown"])
    assert result.stderr == "b: the connection to AWS was lost\n"


def test_a_project_without_secrets_lists_none(case):
    assert case.run("list").output == "No service reads a secret.\n"
    assert listed(case) == (0, {})
    assert case.run("diff").output == "No service reads a secret.\n"


def test_no_difference_is_0_and_one_is_2(case):
    case.secret("a")
    case.secret("b", also=PARAMETER)
    case.push()

    result = case.run("diff")
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "Nothing to push.")

    case.value("b", "new")
    case.secret("c")
    case.aws.mend()
    result = case.run("diff")

    assert result.exit_code == 2
    assert result.output == (
        f"{warning(case, 'Secrets Manager, Parameter Store')}\n"
        f"Secrets of shop, dev, in {where(case)}:\n"
        "  unchanged  Secrets Manager  shop/dev/a\n"
        "  update     Parameter Store  /shop/dev/b  its value differs\n"
        "  create     Secrets Manager  shop/dev/c   not pushed yet\n"
        "A push would change 2 of 3.\n"
    )
    assert set(case.aws.calls) <= READING
    assert case.stored("shop/dev/c") is None


def test_tags_and_keys_are_differences(case):
    case.secret("a")
    case.push()

    assert case.run("diff", "--tag", "x=y").exit_code == 2
    assert case.run("diff", "--kms-key", "alias/shop").exit_code == 2


def test_nothing_of_a_value_is_shown(case):
    value = case.secret("a", "old-" + "x" * 77)
    case.push()
    new = case.value("a", "new-" + "x" * 78)

    # The numbers of the account and the port are above.
    *_, shown = case.run("diff").output.partition(f"in {where(case)}:")
    assert shown

    for each in (value, new):
        assert str(len(each)) not in shown
        assert hashlib.sha256(each.encode()).hexdigest()[:6] not in shown


@pytest.mark.parametrize(
    "arguments",
    [("--nonsense",), ("--tag", "x"), ("--only",), ("--only", "x"), ("-f", "missing.yml")],
)
@pytest.mark.parametrize("command", ["diff", "push", "list"])
def test_a_mistake_is_1_and_no_difference(case, command, arguments):
    case.secret("a")

    result = case.run(command, *arguments)

    assert result.exit_code == 1
    assert result.stderr


def test_a_missing_value_is_an_error_and_no_difference(case):
    case.secret("a")
    (case.folder / "secrets" / ".secret-a").unlink()

    assert case.run("diff").exit_code == 1


def test_a_refused_secret_is_an_error_and_no_difference(case):
    case.secret("a")
    case.aws.client("secretsmanager").create_secret(Name="shop/dev/a", SecretString="x")
    case.described({"OwningService": "rds"})

    result = case.run("diff")

    assert result.exit_code == 1
    assert "it is managed by rds" in result.stderr


def test_what_cannot_be_compared_is_a_difference(case):
    case.secret("a")
    case.push()
    case.aws.deny("GetSecretValue")

    assert case.run("diff").exit_code == 2


def test_the_sentinel_would_be_found(case, monkeypatch):
    case.secret("a")
    monkeypatch.setattr(
        "serverless_containers.secret_stores.model.DesiredSecret.__repr__",
        lambda self: self.value.reveal(),
        raising=False,
    )
    monkeypatch.setattr(
        "serverless_containers.cli.secrets.diff.print_changes",
        lambda _, changes, **__: click.echo(repr(changes[0].desired)),
    )

    with pytest.raises(AssertionError, match="a value was shown"):
        case.run("diff")
