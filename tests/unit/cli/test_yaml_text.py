"""The YAML that is written means the same to every reader."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_containers.cli.yaml_text import to_yaml
from serverless_containers.scaffold.compose_text import compose_text

_TRICKY = st.sampled_from(
    [
        *("yes", "No", "ON", "y", "null", "~", "", "1:30", "0x1f", "1e3", "1_000", ".5", ".inf"),
        *(
            "2024-01-01",
            "=",
            "<<",
            "- a",
            "a: b",
            "a:",
            "a #b",
            "? a",
            "&a",
            "*a",
            "!a",
            "%a",
            "@a",
        ),
        *("a\n \n", " a\nb", "a\n\n", "a\nb", "\n", "a\n\tb", "a\r\nb", "---", "...", "a\n---\nb"),
        *("\ufeff", "\x85", "\u2028", "\x00", "\x7f", "\U0001f600", "x" * 2000, "é" * 1500),
    ]
)
_TEXT = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    | st.text("ab \n:#-'\"|>?&*!%@`{}[],\t.019e+_~<=yNo/\\$", max_size=10)
    | _TRICKY
)
_LEAF = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT
)
_TREE = st.recursive(
    _LEAF,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(_TEXT, below, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, derandomize=True, database=None)
@given(st.dictionaries(_TEXT, _TREE, max_size=4))
def test_what_is_written_is_read_again(tree):
    text = to_yaml(tree) + "\n"
    assert yaml.load(text, Loader=yaml.CSafeLoader) == tree
    assert yaml.safe_load(text) == tree


_PLAIN_TREE = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(_TEXT, below, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, derandomize=True, database=None)
@given(st.dictionaries(_TEXT, _PLAIN_TREE, min_size=1, max_size=4))
def test_what_init_writes_is_read_again(tree):
    text = compose_text(tree, "Made.")
    assert yaml.load(text, Loader=yaml.CSafeLoader) == tree
    assert yaml.safe_load(text) == tree


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("nginx:1.29", "nginx:1.29"),
        ("/var/lib/data", "/var/lib/data"),
        ("two words", "two words"),
        ("80", '"80"'),
        ("yes", '"yes"'),
        ("1.5", '"1.5"'),
        ('say "x"', '"say \\"x\\""'),
        ("a\nb\n", "|\n  a\n  b"),
        (None, "null"),
        (True, "true"),
        (1e-07, "1.0e-07"),
        ([], "[]"),
        ({}, "{}"),
        ([[1, 2]], "\n  - - 1\n    - 2"),
        ([{"a": 1, "b": 2}], "\n  - a: 1\n    b: 2"),
    ],
)
def test_the_form_is_the_plainest(value, written):
    separator = "" if written.startswith("\n") else " "
    assert to_yaml({"k": value}) == f"k:{separator}{written}"
