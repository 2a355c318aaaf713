"""Bytes in `.env` that are no text: no template could hold them."""

import pytest

from tests.support.work import plan

COMPOSE = """services:
  web:
    image: a
    ports: ["80"]
    configs: [{source: settings, target: /etc/app/settings}]
configs: {settings: {content: "a: $A"}}
"""


@pytest.mark.parametrize("value", [b"x\xff", b"'x\xff'", b'"\xff"'])
def test_a_value_that_is_no_text_is_an_error_at_its_line(project, value):
    project.write("compose.yaml", COMPOSE)
    (project.path / ".env").write_bytes(b"# first\nA=" + value + b"\nB=1\n")
    [found] = plan(project.path).errors
    assert str(found) == (".env:2:1: expected UTF-8 text as the value of A; save the file as UTF-8")


def test_a_comment_may_hold_any_byte(project):
    project.write("compose.yaml", COMPOSE)
    (project.path / ".env").write_bytes(b"# \xff\nA=1 # \xff\n")
    assert plan(project.path).errors == ()
