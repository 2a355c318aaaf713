"""`secrets push` where AWS does what it is asked."""

import json

import pytest

from tests.support.secrets_case import PARAMETER, SENTINEL, where

OWN_TAGS = {"serverless-containers:project": "shop", "serverless-containers:environment": "dev"}


def tags_of(found):
    return {tag["Key"]: tag["Value"] for tag in found["Tags"]}


def test_a_new_secret_is_created_with_its_tags(case):
    value = case.secret("db")

    result = case.push()

    assert result.exit_code == 0
    assert "create  Secrets Manager  shop/dev/db  not pushed yet" in result.output
    assert "shop/dev/db: created\n" in result.output
    assert case.stored("shop/dev/db") == value
    found = case.aws.client("secretsmanager").describe_secret(SecretId="shop/dev/db")
    assert tags_of(found) == OWN_TAGS
    assert "KmsKeyId" not in found


def test_a_second_push_does_nothing_and_does_not_ask(case):
    case.secret("db")
    case.secret("key", also=PARAMETER)
    case.push()
    case.aws.mend()

    result = case.run("push")

    assert result.exit_code == 0
    assert "unchanged  Secrets Manager  shop/dev/db" in result.output
    assert "unchanged  Parameter Store  /shop/dev/key" in result.output
    assert result.output.endswith("Nothing to push.\n")
    assert set(case.aws.calls) == {
        "GetCallerIdentity",
        "DescribeSecret",
        "GetSecretValue",
        "DescribeParameters",
        "GetParameter",
        "ListTagsForResource",
    }


def test_only_what_differs_is_written(case):
    case.secret("a")
    case.secret("b")
    case.push()
    changed = case.value("b", "another")
    case.aws.mend()

    result = case.push()

    assert "update     Secrets Manager  shop/dev/b  its value differs" in result.output
    assert "shop/dev/a: unchanged\n" in result.output
    assert "shop/dev/b: updated\n" in result.output
    assert case.stored("shop/dev/b") == changed
    assert case.aws.calls.count("PutSecretValue") == 1


def test_parameters_are_encrypted_standard_and_tagged(case):
    value = case.secret("db", also=PARAMETER)

    result = case.push("--tag", "team=shop")

    assert result.exit_code == 0
    assert case.parameter("/shop/dev/db") == value
    ssm = case.aws.client("ssm")
    found = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/shop/dev/db")
    assert {each["Key"]: each["Value"] for each in found["TagList"]} == {
        **OWN_TAGS,
        "team": "shop",
    }
    (described,) = ssm.describe_parameters()["Parameters"]
    assert described["Tier"] == "Standard"

    changed = case.value("db", "another")
    result = case.push("--tag", "team=web")

    assert "its value differs; tags team" in result.output
    assert "/shop/dev/db: updated, tagged" in result.output
    assert case.parameter("/shop/dev/db") == changed


def test_an_overwritten_parameter_keeps_its_key(case):
    case.secret("db", also=PARAMETER)
    case.push("--kms-key", "alias/shop")
    case.value("db", "another")
    case.aws.mend()

    case.push()

    # moto keeps the key by itself; AWS takes the default one.
    asked = json.loads(case.aws.bodies[case.aws.calls.index("PutParameter")])
    assert asked["KeyId"] == "alias/shop"


def test_a_plain_parameter_is_refused(case):
    case.secret("db", also=PARAMETER)
    ssm = case.aws.client("ssm")
    ssm.put_parameter(Name="/shop/dev/db", Value="plain", Type="String")

    result = case.push()

    assert result.exit_code == 1
    assert "it is a String, which is not encrypted and cannot become a SecureString" in case.shown
    assert ssm.get_parameter(Name="/shop/dev/db")["Parameter"]["Value"] == "plain"


@pytest.mark.parametrize("also", ["", PARAMETER])
def test_another_key_is_said_and_set(case, also):
    value = case.secret("db", also=also)
    case.push("--kms-key", "alias/old")

    result = case.push("--kms-key", "alias/new")

    assert "encrypted with alias/new instead of alias/old" in result.output
    if also:
        (found,) = case.aws.client("ssm").describe_parameters()["Parameters"]
        assert found["KeyId"] == "alias/new"
        assert case.parameter("/shop/dev/db") == value
    else:
        found = case.aws.client("secretsmanager").describe_secret(SecretId="shop/dev/db")
        assert found["KmsKeyId"] == "alias/new"
        assert case.stored("shop/dev/db") == value
    assert case.push("--kms-key", "alias/new").output.endswith("Nothing to push.\n")


def test_missing_tags_are_set_and_others_stay(case):
    case.secret("db")
    case.push("--tag", "team=shop")
    case.aws.mend()

    result = case.push("--tag", "cost=1")

    assert "tag  Secrets Manager  shop/dev/db  tags cost" in result.output
    assert "shop/dev/db: tagged" in result.output
    found = case.aws.client("secretsmanager").describe_secret(SecretId="shop/dev/db")
    assert tags_of(found) == {**OWN_TAGS, "team": "shop", "cost": "1"}
    assert "PutSecretValue" not in case.aws.calls


@pytest.mark.parametrize(("same", "done"), [(True, "restored"), (False, "restored, updated")])
def test_a_secret_that_is_scheduled_for_deletion_is_restored(case, same, done):
    value = case.secret("db")
    case.push()
    case.aws.client("secretsmanager").delete_secret(SecretId="shop/dev/db")
    if not same:
        value = case.value("db", "another")

    result = case.push()

    assert "restore  Secrets Manager  shop/dev/db  scheduled for deletion on " in result.output
    assert f"shop/dev/db: {done}\n" in result.output
    assert case.stored("shop/dev/db") == value


def test_a_secret_without_a_current_version_is_written(case):
    value = case.secret("db")
    case.aws.client("secretsmanager").create_secret(Name="shop/dev/db")

    result = case.push()

    assert "cannot be compared (it has no current version): will be written" in result.output
    assert case.stored("shop/dev/db") == value


def test_a_secret_of_bytes_is_written(case):
    value = case.secret("db")
    case.aws.client("secretsmanager").create_secret(Name="shop/dev/db", SecretBinary=b"x")

    result = case.push()

    assert "cannot be compared (it holds bytes and no text)" in result.output
    assert case.stored("shop/dev/db") == value


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({"OwningService": "rds"}, "it is managed by rds"),
        (
            {"PrimaryRegion": "us-east-1"},
            "it is a replica of the one in us-east-1; push it there",
        ),
    ],
)
def test_a_secret_that_is_not_ours_to_write_stops_the_push(case, found, message):
    case.secret("a")
    case.secret("b")
    case.aws.client("secretsmanager").create_secret(Name="shop/dev/b", SecretString="x")
    case.aws.fault(
        "DescribeSecret",
        name="shop/dev/b",
        works=True,
        status=200,
        answer=lambda answer: {**answer, **found},
    )

    result = case.push()

    assert result.exit_code == 1
    assert result.stderr == f"b: shop/dev/b: {message}\nNothing was pushed.\n"
    assert case.stored("shop/dev/a") is None


def test_overwriting_what_rotates_is_warned_of(case):
    case.secret("db")
    case.aws.client("secretsmanager").create_secret(Name="shop/dev/db", SecretString="x")
    case.described({"RotationEnabled": True})

    result = case.push()

    assert result.exit_code == 0
    assert "warning: shop/dev/db: its rotation is on: this overwrites what" in result.output


def test_an_external_secret_is_never_written(case):
    case.secret("db")
    case.declare("theirs", "external: true\nname: team/api-key")

    result = case.push()

    assert result.exit_code == 0
    assert "external  Secrets Manager  team/api-key  never written" in result.output
    assert case.stored("team/api-key") is None


def test_a_secret_may_come_from_a_variable(case, monkeypatch):
    monkeypatch.setenv("SHOP_TOKEN", f"{SENTINEL}-variable")
    case.declare("token", "environment: SHOP_TOKEN")

    case.push()

    assert case.stored("shop/dev/token") == f"{SENTINEL}-variable"


def test_only_the_named_secrets_are_pushed(case):
    for key in "abc":
        case.secret(key)

    case.push("--only", "a", "--only", "c")

    assert [case.stored(f"shop/dev/{key}") is not None for key in "abc"] == [True, False, True]


def test_the_project_without_an_environment_has_names_without_one(case):
    case.secret("db")

    result = case.invoke("push", "app", "--yes", *case.meant())

    assert f"Secrets of shop, in {where(case)}:\n" in result.output
    found = case.aws.client("secretsmanager").describe_secret(SecretId="shop/db")
    assert tags_of(found) == {"serverless-containers:project": "shop"}
