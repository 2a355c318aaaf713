"""`secrets push` where AWS refuses: it says why, what it did, and what is missing."""

import pytest

from tests.support.secrets_case import MANAGER, PARAMETER, PARAMETERS

KEYS = ("a", "b", "c")
stores = pytest.mark.parametrize("store", [MANAGER, PARAMETERS], ids=["manager", "parameters"])
positions = pytest.mark.parametrize("at", [0, 1, 2], ids=["first", "middle", "last"])


def test_what_fails_for_all_is_told_once(case):
    for key in KEYS:
        case.secret(key)
    case.aws.error("DescribeSecret", "ExpiredTokenException", "expired")

    result = case.push()

    assert result.stderr == (
        "a, b, c: the credentials have expired; sign in again\nNothing was pushed.\n"
    )


@pytest.mark.parametrize("operation", ["DescribeSecret", "GetSecretValue", "PutSecretValue"])
def test_throttling_that_passes_is_waited_for(case, operation):
    case.secret("db")
    case.push()
    value = case.value("db", "new")
    case.aws.throttle(operation, times=4)

    assert case.push().exit_code == 0
    assert case.stored("shop/dev/db") == value


@positions
def test_throttling_that_stays_is_told(case, at):
    values = {key: case.secret(key) for key in KEYS}
    name = f"shop/dev/{KEYS[at]}"
    case.aws.throttle("CreateSecret", name=name)

    result = case.push()

    assert result.exit_code == 1
    assert result.stderr.startswith(f"{name}: failed: AWS asks to slow down, also after several")
    assert "not known" not in result.stderr
    assert case.aws.calls.count("CreateSecret") == at + 5
    case.aws.mend()
    assert case.push().exit_code == 0
    assert {key: case.stored(f"shop/dev/{key}") for key in KEYS} == values


DENIED = "User: arn:aws:iam::1:user/ann is not authorized to perform: {} on resource: {} because no"


@pytest.mark.parametrize(
    ("operation", "also", "changes"),
    [
        ("DescribeSecret", "", False),
        ("CreateSecret", "", False),
        ("PutSecretValue", "", True),
        ("DescribeParameters", PARAMETER, False),
        ("ListTagsForResource", PARAMETER, True),
        ("PutParameter", PARAMETER, False),
        ("PutParameter", PARAMETER, True),
    ],
)
def test_a_missing_permission_is_named(case, operation, also, changes):
    case.secret("db", also=also)
    if changes:
        case.push()
        case.value("db", "new")
        case.aws.mend()
    service = "ssm" if also else "secretsmanager"
    action = f"{service}:{operation}"
    case.aws.deny(operation, DENIED.format(action, "arn:the-resource"))

    result = case.push()

    assert result.exit_code == 1
    assert f"user/ann lacks {action} on arn:the-resource because no" in result.stderr
    assert case.aws.calls.count(operation) == 1


@pytest.mark.parametrize(
    ("operation", "also"), [("TagResource", ""), ("AddTagsToResource", PARAMETER)]
)
def test_what_was_done_before_a_missing_permission_is_told(case, operation, also):
    case.secret("db", also=also)
    case.push()
    value = case.value("db", "new")
    case.aws.deny(operation)

    result = case.push("--tag", "team=shop")

    store = PARAMETERS if also else MANAGER
    name, service = f"{store.prefix}db", "ssm" if also else "secretsmanager"
    assert result.exit_code == 1
    assert result.stderr.startswith(
        f"{name}: updated, then failed: these credentials lack {service}:{operation} on {name}\n"
    )
    assert store.has(case, "db") == value


def test_a_key_that_may_not_be_set_leaves_the_value(case):
    value = case.secret("db")
    case.push()
    case.value("db", "new")
    case.aws.deny("UpdateSecret")

    result = case.push("--kms-key", "alias/shop")

    assert "these credentials lack secretsmanager:UpdateSecret on shop/dev/db" in result.stderr
    assert case.stored("shop/dev/db") == value


def test_a_denied_restoration_is_named(case):
    case.secret("db")
    case.push()
    case.aws.client("secretsmanager").delete_secret(SecretId="shop/dev/db")
    case.aws.deny("RestoreSecret")

    result = case.push()

    assert "lack secretsmanager:RestoreSecret on shop/dev/db" in result.stderr


@stores
def test_a_value_that_may_not_be_read_is_written_unseen(case, store):
    case.secret("db", also=store.also)
    case.push()
    value = case.value("db", "new")
    case.aws.deny("GetParameter" if store.also else "GetSecretValue")

    result = case.push()

    assert result.exit_code == 0
    assert "cannot be compared (these credentials lack " in result.output
    assert store.has(case, "db") == value


@pytest.mark.parametrize(
    ("store", "operation", "code"),
    [
        (MANAGER, "GetSecretValue", "DecryptionFailure"),
        (PARAMETERS, "GetParameter", "InvalidKeyId"),
    ],
)
def test_a_value_that_cannot_be_decrypted_is_written_unseen(case, store, operation, code):
    case.secret("db", also=store.also)
    case.push()
    value = case.value("db", "new")
    case.aws.error(operation, code)

    result = case.push()

    assert "cannot be compared (the KMS key cannot be used" in result.output
    assert store.has(case, "db") == value


def test_a_parameter_is_found_behind_an_empty_page(case):
    case.secret("db", also=PARAMETER)
    case.push()
    page = {"Parameters": [], "NextToken": "0"}
    case.aws.fault("DescribeParameters", answer=page, status=200, times=1)

    assert case.push().output.endswith("Nothing to push.\n")


@stores
def test_a_secret_that_somebody_else_creates_at_the_same_time_is_not_overwritten(case, store):
    value = case.secret("db", also=store.also)
    if store.also:
        ssm = case.aws.client("ssm")
        ssm.put_parameter(Name="/shop/dev/db", Value="theirs", Type="SecureString")
        answer = {"Parameters": []}
        case.aws.fault("DescribeParameters", times=1, status=200, answer=answer)
    else:
        client = case.aws.client("secretsmanager")
        client.create_secret(Name="shop/dev/db", SecretString="theirs")
        case.aws.error("DescribeSecret", "ResourceNotFoundException", times=1)

    result = case.push()

    assert result.exit_code == 1
    assert "it was created by somebody else in this very moment; run it again" in result.stderr
    assert store.has(case, "db") == "theirs"
    assert case.push().exit_code == 0
    assert store.has(case, "db") == value


@pytest.mark.parametrize(("operation", "also"), [("CreateSecret", ""), ("PutParameter", PARAMETER)])
def test_a_message_that_repeats_the_value_is_not_shown(case, operation, also):
    value = case.secret("db", also=also)
    case.aws.error(operation, "ValidationException", f"Value '{value}' failed")

    result = case.push()

    assert "AWS refuses its name, value, KMS key or tags (ValidationException)" in result.stderr


def test_there_are_no_credentials(case, monkeypatch):
    case.secret("db")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    result = case.push()

    assert result.exit_code == 1
    assert result.stderr.startswith("db: there are no AWS credentials; sign in, or name a profile")


def test_there_is_no_region(case, monkeypatch):
    case.secret("db")
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    assert case.push().stderr == (
        "Error: there is no AWS region; name one with --region, or set AWS_REGION\n"
    )
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert case.push().exit_code == 0
    assert case.push("--region", "eu-west-1").output.endswith("Nothing to push.\n")


@pytest.mark.parametrize("by_option", [True, False])
def test_the_profile_is_unknown(case, monkeypatch, by_option):
    case.secret("db")
    if not by_option:
        monkeypatch.setenv("AWS_PROFILE", "nobody")

    result = case.push(*(["--aws-profile", "nobody"] if by_option else []))

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: there is no such AWS profile; ")


def test_nothing_answers(case, monkeypatch):
    case.secret("db")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    result = case.push()

    assert result.stderr == "db: AWS cannot be reached\nNothing was pushed.\n"
