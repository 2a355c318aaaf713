"""`secrets push`: the tags that a secret gets, and what is kept of a value as it is."""

import pytest

from tests.support.secrets_case import PARAMETER, SENTINEL

ALLOWED = "in a tag AWS allows letters, digits, spaces and _ . : / = + - @, got "


def tags(case, name, also=""):
    if also:
        client = case.aws.client("ssm")
        found = client.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    else:
        found = case.aws.client("secretsmanager").describe_secret(SecretId=name).get("Tags", [])
    return {tag["Key"]: tag["Value"] for tag in found}


@pytest.mark.parametrize(("name", "also"), [("team/key", ""), ("/team/key", PARAMETER)])
def test_a_shared_secret_gets_the_tags_that_are_asked_for_and_none_of_ours(case, name, also):
    case.secret("key", name=name, also=also)

    assert case.push("--tag", "team=shop").exit_code == 0

    assert tags(case, name, also) == {"team": "shop"}
    assert case.run("diff").output.endswith("Nothing to push.\n")


def test_two_environments_do_not_take_a_shared_secret_from_each_other(case):
    case.secret("key", name="team/key")
    case.push()

    again = case.invoke("push", "app", "--env", "prod", "--yes", *case.meant())

    assert again.output.endswith("Nothing to push.\n")
    assert tags(case, "team/key") == {}


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("a!=x", f"{ALLOWED}'a!=x'"),
        ("a=x;y", f"{ALLOWED}'a=x;y'"),
        ("a=x\ty", f"{ALLOWED}'a=x\\ty'"),
        ("a=*", f"{ALLOWED}'a=*'"),
        ("a=\N{GRINNING FACE}", ALLOWED),
        ("a\N{COMBINING ACUTE ACCENT}=x", ALLOWED),
        (
            "serverless-containers:project=other",
            "tags that start with serverless-containers: tell whose a secret is, and are set by "
            "this program alone, got 'serverless-containers:project=other'",
        ),
        ("Serverless-Containers:x=y", "this program alone"),
    ],
)
@pytest.mark.parametrize("command", ["push", "diff"])
def test_a_tag_that_cannot_be_is_refused_with_the_reason(case, command, tag, message):
    case.secret("db")

    result = case.run(command, "--tag", tag)

    assert result.exit_code == 1
    assert message in " ".join(result.stderr.split())
    assert case.aws.calls == []


@pytest.mark.parametrize(
    "tag",
    [
        "_.:/+-@=_.:/=+-@",
        "Stra\u00dfe=\u6771\u4eac",
        "a b=x\u3000y",
        "n\u0663=\u00bd",
        "k=",
        "x:serverless-containers:=1",
    ],
)
def test_a_tag_of_letters_digits_and_spaces_of_any_script_is_taken(case, tag):
    case.secret("db")

    assert case.push("--tag", tag).exit_code == 0

    key, _, value = tag.partition("=")
    assert tags(case, "shop/dev/db")[key] == value


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\u3000", "\u2028"])
@pytest.mark.parametrize("where", ["start", "end", "both"])
def test_a_blank_around_a_value_is_kept_and_noted_once(case, blank, where):
    case.secret("db")
    start, end = (blank if where in (each, "both") else "" for each in ("start", "end"))
    value = f"{start}{SENTINEL}{end}"
    (case.folder / "secrets" / ".secret-db").write_text(f"{value}\n", encoding="utf-8")

    result = case.push()

    note = "note: the value in .secret-db starts or ends with a blank, which is kept\n"
    assert result.output.count(note) == 1
    assert case.stored("shop/dev/db") == value


def test_a_blank_around_the_value_of_a_variable_is_noted(case, monkeypatch):
    monkeypatch.setenv("SHOP_TOKEN", f"{SENTINEL} ")
    case.declare("token", "environment: SHOP_TOKEN")

    assert "note: the value in SHOP_TOKEN starts or ends with a blank" in case.run("diff").output


@pytest.mark.parametrize("value", ["x", "x y", "x\u00a0y", "x\n"])
def test_no_blank_around_a_value_is_no_note(case, value):
    case.secret("db", value)

    assert "blank" not in case.push().output


@pytest.mark.parametrize("kind", ["file", "variable"])
def test_the_others_are_pushed_where_one_value_is_missing(case, monkeypatch, kind):
    values = {key: case.secret(key) for key in ("a", "c")}
    if kind == "file":
        case.secret("b")
        (case.folder / "secrets" / ".secret-b").unlink()
    else:
        monkeypatch.delenv("SHOP_B", raising=False)
        case.declare("b", "environment: SHOP_B")

    stopped = case.push()

    assert stopped.exit_code == 1
    assert "push the others with --only" in " ".join(stopped.stderr.split())
    assert case.aws.calls == []
    assert case.push("--only", "a", "--only", "c").exit_code == 0
    assert {key: case.stored(f"shop/dev/{key}") for key in "abc"} == {**values, "b": None}
