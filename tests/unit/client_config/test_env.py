"""Variables: read alike by shells and dotenv files, and written into lines that are there."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_containers.client_config import ClientConfigError, format_of
from serverless_containers.client_config.env import merge_lines, quoted, to_lines
from serverless_containers.compose.variables.dotenv import read_dotenv

GENERATED = settings(deadline=None, derandomize=True, database=None)

URL = "https://abc123.execute-api.us-east-1.amazonaws.com"
VALUES = {"API_URL": "https://x/y?z=1", "API_NAME": "my api"}


def dotenv(text):
    """What Compose reads."""
    variables = {}
    read_dotenv(text.encode(), variables, lambda _name: None)
    return variables


def shell(text, name):
    """What a shell reads."""
    return subprocess.run(
        ["/bin/sh", "-c", f'{text}\nprintf %s "${name}"'],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_all_variables(client):
    made = client(
        {
            "AuthorizationType": "AMAZON_COGNITO_USER_POOLS",
            "UserPoolId": "eu-west-1_AbC",
            "UserPoolClientId": "4a1b",
            "IdentityPoolId": "us-west-2:0a-1f",
        }
    )
    lines = (
        "API_NAME=web\n"
        f"API_URL={URL}\n"
        "API_REGION=us-east-1\n"
        "API_AUTHORIZATION_TYPE=AMAZON_COGNITO_USER_POOLS\n"
        "USER_POOL_ID=eu-west-1_AbC\n"
        "USER_POOL_CLIENT_ID=4a1b\n"
        "IDENTITY_POOL_ID=us-west-2:0a-1f\n"
    )
    assert format_of("env").fresh(made, None) == lines
    prefixed = "".join(f"VITE_{line}" for line in lines.splitlines(keepends=True))
    assert format_of("env", prefix="VITE_").fresh(made, None) == prefixed


def test_an_open_api_has_no_pool(client):
    assert "POOL" not in format_of("env").fresh(client(), None)


PRINTABLE = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1).filter(
    lambda value: value.isprintable()
)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("web-1.2_x", "web-1.2_x"),
        (URL, URL),
        ("my api", "'my api'"),
        ("a#b", "'a#b'"),
        ('$HOME `x` "y"', "'$HOME `x` \"y\"'"),
        ("~/x", "'~/x'"),
        ("it's", '"it\'s"'),
        ("é", "'é'"),
    ],
)
def test_quotes_where_they_are_needed(value, written):
    assert quoted(value) == written
    assert dotenv(f"A={written}\n") == {"A": value}
    assert shell(f"A={written}", "A") == value


@pytest.mark.parametrize("value", ["a\\", "it's $1", "'\"", "it's `x`", "it's!"])
def test_what_has_no_common_form(value):
    with pytest.raises(ClientConfigError, match="no form that shells and dotenv files read alike"):
        quoted(value)


@GENERATED
@given(value=PRINTABLE)
def test_dotenv_reads_every_value_back(value):
    try:
        written = quoted(value)
    except ClientConfigError:
        return
    assert dotenv(f"A={written}\n") == {"A": value}
    assert merge_lines(f"A={written}", {"A": value}).changed == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "A=x\nB='y z'\n"),
        ("C=1\n", "C=1\nA=x\nB='y z'\n"),
        ("C=1", "C=1\nA=x\nB='y z'"),
        ("C=1\r\n", "C=1\r\nA=x\r\nB='y z'\r\n"),
        # values alone are replaced
        ("B=1\n# A=1\nA=2\nC=3\n", "B='y z'\n# A=1\nA=x\nC=3\n"),
        ("export A = old # why\n\n  B=old;C=1\n", "export A = x # why\n\n  B='y z'\n"),
        ("A=o \t\nB=o\t# w\n", "A=x \t\nB='y z'\t# w\n"),
        ("A=\nB= # none\n", "A=x\nB='y z' # none\n"),
        ('A=\'o\nB=1\'\nB="o\\"\nA=1" # w\n', "A=x\nB='y z' # w\n"),
        ("A='o'\"p\"q # w\nB=`o`\n", "A=x # w\nB='y z'\n"),
        ("A='open\nB=\"\n", "A=x\nB='y z'\n"),
        ("A=1\nA=2\nB=\n", "A=x\nA=x\nB='y z'\n"),
        ("A=o\r\nB=o\r\n", "A=x\r\nB='y z'\r\n"),
        # quotes that need not be there may be
        ("A='x'\nB=\"y z\"\n", "A='x'\nB=\"y z\"\n"),
        ("A=\"x\"y\nB='y z'", "A=x\nB='y z'"),
        # other names, and what is no assignment
        ("MY_A=1\nA_=1\nA.b=1\nA: 1\nB\n", "MY_A=1\nA_=1\nA.b=1\nA: 1\nB\nA=x\nB='y z'\n"),
        ("C='\nA=1\n'\nD=A=1\n", "C='\nA=1\n'\nD=A=1\nA=x\nB='y z'\n"),
    ],
)
def test_what_becomes_of_lines(before, after):
    values = {"A": "x", "B": "y z"}
    assert merge_lines(before, values).text == after
    again = merge_lines(after, values)
    assert (again.text, again.added, again.changed) == (after, (), ())


@pytest.mark.parametrize(
    ("written", "value"), [('"$HOME"', "$HOME"), ('"`x`"', "`x`"), ("$HOME", "$HOME")]
)
def test_what_a_shell_would_expand_is_not_the_value(written, value):
    assert merge_lines(f"A={written}\n", {"A": value}).text == f"A='{value}'\n"


def test_what_was_done_is_told():
    merged = merge_lines("API_URL=1\nAPI_URL=2\n", VALUES)
    assert (merged.added, merged.changed) == (("API_NAME",), ("API_URL",))


NAMES = st.sampled_from(["API_URL", "API_NAME", "OTHER", "X"])
LINES = st.one_of(
    st.builds(
        "{}={}".format, NAMES, st.sampled_from(["1", "", "'a b'", '"a\nb"', "x y # z", "'#'"])
    ),
    st.builds("export {}={}".format, NAMES, st.sampled_from(["1", "'2'"])),
    st.sampled_from(["", "# API_URL=1", "  "]),
)


@GENERATED
@given(lines=st.lists(LINES, max_size=8), end=st.sampled_from(["", "\n"]))
def test_nothing_else_is_lost_and_twice_changes_nothing(lines, end):
    text = "\n".join(lines) + end
    merged = merge_lines(text, VALUES).text
    assert dotenv(merged) == {**dotenv(text), **VALUES}
    assert merge_lines(merged, VALUES).text == merged
    # and the other lines are there as they were, in their order
    at = 0
    for line in lines:
        if not line.removeprefix("export ").startswith(("API_URL=", "API_NAME=")):
            at = merged.index(line, at) + len(line)


def test_a_new_file_reads_back():
    assert dotenv(to_lines(VALUES)) == VALUES
