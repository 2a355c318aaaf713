"""Bytes of a Compose file that are no text, and characters that YAML does not allow there."""

import pytest
import yaml

from serverless_containers.compose.quota import Quota
from serverless_containers.compose.yaml.parse import parse
from serverless_containers.findings import Findings


@pytest.mark.parametrize("loader", ["libyaml", "python"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: b\nc: caf\xe9\n", "2:7: the byte 0xe9 is not UTF-8 here"),
        ("é: ü\r\nß: é".encode() + b"x\xc3", "2:6: the byte 0xc3 is not UTF-8 here"),
        (b"\xef\xbb\xbfa\xff: b\n", "1:2: the byte 0xff is not UTF-8 here"),
        (b"a: b\nc: d\0e\n", "2:5: the character U+0000 is not allowed in YAML"),
        ("é: é\n# é\rc: é\x01\n".encode(), "3:5: the character U+0001 is not allowed in YAML"),
        (b"\xff\xfea\0:\0 \0\n\0 \0\0\xd8x\0", "2:2: the byte 0x00 is not UTF-16 here"),
        ("é: é\n\nc: é\x01\n".encode("utf-16"), "3:5: the character U+0001 is not allowed in YAML"),
    ],
)
def test_they_are_reported_where_they_stand(monkeypatch, loader, content, message):
    # GIVEN PyYAML as it is installed with libyaml, or without
    if loader == "python":
        monkeypatch.delattr(yaml, "CLoader")
    findings = Findings()

    # WHEN a file is parsed
    parsed = parse(content, file="compose.yaml", findings=findings, quota=Quota())

    # THEN the finding has the line and the column of an editor
    assert parsed is None
    (found,) = findings
    text, _, fix = str(found).partition("; ")
    assert text == f"compose.yaml:{message}"
    assert fix.endswith("save the file as UTF-8 text")


@pytest.mark.parametrize("loader", ["libyaml", "python"])
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a:\n\tb: 1\n", "2:1"),
        ("a:\n  b: 1\n  \tc: 2\n", "3:3"),
        ("a:\r\n\r\n  - é\r\n\t- y\r\n", "4:1"),
        ("\ta: 1\n", "1:1"),
        ("a: |\n  x\n\ty\n", "3:1"),
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_tab_that_indents_is_called_a_tab(monkeypatch, loader, text, place, codec):
    if loader == "python":
        monkeypatch.delattr(yaml, "CLoader")
    findings = Findings()
    assert parse(text.encode(codec), file="c.yaml", findings=findings, quota=Quota()) is None
    assert [str(each) for each in findings] == [
        f"c.yaml:{place}: a tab stands here, and YAML is indented with spaces; put spaces in its "
        "place"
    ]


def test_a_character_that_is_no_tab_is_told_as_the_parser_tells_it():
    findings = Findings()
    parse(b"a:\tb\nc: @d\n", file="c.yaml", findings=findings, quota=Quota())
    (found,) = findings
    assert str(found).startswith("c.yaml:2:4: ")
    assert "cannot start any token" in str(found)
