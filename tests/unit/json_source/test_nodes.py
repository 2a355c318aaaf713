"""The reader of JSON agrees with Python's, and knows where everything is."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_containers.json_source import (
    JsonArray,
    JsonObject,
    kind_of,
    parse_json,
    parse_json_at,
)

GENERATED = settings(deadline=None, derandomize=True, database=None)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def check(node, text):
    """Each node's span holds its value."""
    value = json.loads(text[node.start : node.end])
    if isinstance(node, JsonObject):
        assert {member.name: True for member in node.members} == dict.fromkeys(value, True)
        for member in node.members:
            assert json.loads(text[member.start : member.end]) == member.name
            assert check(member.value, text) == value[member.name]
    elif isinstance(node, JsonArray):
        assert [check(item, text) for item in node.items] == value
    elif isinstance(value, str | bool) or value is None:
        assert node.value == value
    return value


@GENERATED
@given(
    value=VALUES, indent=st.sampled_from([None, 0, 2, "\t"]), before=st.sampled_from(["", " \r\n"])
)
def test_every_value_is_where_it_says(value, indent, before):
    text = before + json.dumps(value, indent=indent, ensure_ascii=indent == 2) + before
    assert check(parse_json(text), text) == value


@GENERATED
@given(text=st.text(alphabet='{}[]",:\\ \nu0a1-.eE+truefalsn', max_size=20))
def test_it_refuses_what_python_refuses(text):
    try:
        expected = json.loads(text)
    except json.JSONDecodeError:
        with pytest.raises(json.JSONDecodeError):
            parse_json(text)
    else:
        assert check(parse_json(text), text) == expected


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "Expecting value"),
        ('{"a": 1,\n}', 2, 1, "Expecting property name enclosed in double quotes"),
        ("{a: 1}", 1, 2, "Expecting property name enclosed in double quotes"),
        ('{"a" 1}', 1, 6, "Expecting ':' delimiter"),
        ('{"a": 1\n "b": 2}', 2, 2, "Expecting ',' delimiter"),
        ("[1 2]", 1, 4, "Expecting ',' delimiter"),
        ("[1,]", 1, 4, "Expecting value"),
        ("[NaN]", 1, 2, "Expecting value"),
        ("-Infinity", 1, 1, "Expecting value"),
        ("'a'", 1, 1, "Expecting value"),
        ("{}\nx", 2, 1, "Extra data"),
        ('"a', 1, 1, "Unterminated string starting at"),
        ("[" * 201 + "]" * 201, 1, 201, "Nested more than 200 levels deep"),
    ],
)
def test_where_it_is_no_json(text, line, column, message):
    with pytest.raises(json.JSONDecodeError) as raised:
        parse_json(text)
    error = raised.value
    assert (error.lineno, error.colno, error.msg) == (line, column, message)


def test_numbers_are_not_converted():
    assert kind_of(parse_json("1" * 5000)) == "a number"
    assert kind_of(parse_json("1e999")) == "a number"


def test_nesting_has_a_limit_that_is_reached():
    assert isinstance(parse_json("[" * 200 + "]" * 200), JsonArray)


def test_of_two_members_the_last_counts():
    root = parse_json('{"a": 1, "a": "b"}')
    assert root.get("a").value.value == "b"
    assert root.get("b") is None


def test_a_value_within_a_text():
    assert parse_json_at("x = {} // {", 4).end == 6


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{}", "an object"),
        ("[]", "a list"),
        ('""', "text"),
        ("1", "a number"),
        ("null", "null"),
        ("false", "a boolean"),
    ],
)
def test_kinds(text, kind):
    assert kind_of(parse_json(text)) == kind
