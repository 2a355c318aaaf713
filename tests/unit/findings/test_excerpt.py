"""The line that is shown with a finding, and those that never are."""

import pytest

from serverless_containers.findings import Finding, Location, Rule, Severity
from serverless_containers.findings.excerpt import Excerpt, SourceText

RULE = Rule(code="some-rule", severity=Severity.ERROR, summary="")


def excerpt(text, line, column=1, *, path=(), file="compose.yaml", rule=RULE):
    finding = Finding(rule=rule, at=Location(file, line, column), path=path, message="no")
    content = text if isinstance(text, bytes) else text.encode()
    return SourceText(content).excerpt(finding)


def test_a_line_and_where_the_finding_starts():
    assert excerpt("a:\n  b: c\n", 2, 6) == Excerpt(2, "  b: c", 5)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_lines_end_as_in_yaml(end):
    assert excerpt(f"a: 1{end}b: 2{end}c: 3", 3) == Excerpt(3, "c: 3", 0)


def test_tabs_are_expanded():
    assert excerpt("a:\tb:\tc", 1, 7) == Excerpt(1, "a:  b:  c", 8)


def test_what_a_terminal_would_obey_is_replaced():
    assert excerpt('a: "\x1b[31m"', 1, 4) == Excerpt(1, 'a: "\N{REPLACEMENT CHARACTER}[31m"', 3)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_line(encoding):
    assert excerpt("ä: 1".encode(encoding), 1) == Excerpt(1, "ä: 1", 0)


def test_bytes_that_are_no_text():
    assert excerpt(b"a: \xff b", 1, 6) == Excerpt(1, "a: \N{REPLACEMENT CHARACTER} b", 5)


@pytest.mark.parametrize(("line", "column"), [(3, 1), (2, 1)])
def test_no_line_is_no_excerpt(line, column):
    assert excerpt("a: 1\n", line, column) is None


def test_a_column_beyond_the_end():
    assert excerpt("abc", 1, 9) == Excerpt(1, "abc", 3)


@pytest.mark.parametrize("key", ["environment", "env_file", "secrets", "args"])
def test_a_value_that_may_be_secret_is_not_shown(key):
    text = f"services:\n  web:\n    {key}:\n      A: hunter2\n    image: x\n"
    # by its path
    assert excerpt("A: hunter2", 1, 1, path=("services", "web", key, "A")) is None
    # and by its place, where a broken file has no paths
    assert excerpt(text, 3) is None
    assert excerpt(text, 4) is None
    assert excerpt(text, 5) == Excerpt(5, "    image: x", 0)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a: {environment: {A: hunter2}, b: 1}\nc: 1", [False, True]),
        ("environment:\n- A=hunter2\n- B=hunter2\nc: 1", [False, False, False, True]),
        ("environment: {A: 1,\nB: hunter2,\nC: {}}\nc: 1", [False, False, False, True]),
        ("- environment:\n    A: hunter2\n\n    # hunter2\n  c: 1", [False] * 4 + [True]),
        ('"environment": {\n  "A": "}",\n  "B": "hunter2"\n},\nc: 1', [False] * 4 + [True]),
        ('environment:\n  A: "{"\nc: 1', [False, False, True]),
        ("my-environment: 1\nenvironments: 1", [True, True]),
        ("x: &env\n  DB_PASSWORD: hunter2\n  API_KEY: hunter2\n  a: 1", [True, False, False, True]),
        ("image: https://me:hunter2@host/x\nurl: http://host:80/", [False, True]),
        ("# the token is hunter2\na: 1", [False, True]),
        ("FROM x\nENV A hunter2\narg B=hunter2\nRUN y", [True, False, False, True]),
    ],
)
def test_lines_of_secrets_are_told_by_the_text_alone(text, shown):
    lines = range(1, text.count("\n") + 2)
    given = [line for line in lines if text.split("\n")[line - 1].strip()]
    expected = [shown[line - 1] for line in given]
    excerpts = [excerpt(text, line) for line in given]
    assert [each is not None for each in excerpts] == expected
    assert not any("hunter2" in each.text for each in excerpts if each)


@pytest.mark.parametrize("file", [".env", "config/.env.dev", "dev.env"])
def test_files_of_variables_are_not_shown(file):
    assert excerpt("A hunter2", 1, file=file) is None


def test_nor_those_of_any_name():
    rule = Rule(code="invalid-env-file", severity=Severity.ERROR, summary="")
    assert excerpt("A hunter2", 1, file="variables", rule=rule) is None
