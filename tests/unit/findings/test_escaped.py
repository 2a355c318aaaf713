"""JSON on a terminal, which takes some characters for commands."""

import json

import pytest

from serverless_containers.findings.formats import escaped


@pytest.mark.parametrize(
    "text", ["\x1b[31m", "\x7f", "\x9b31m", "\u202eoverride", "\u2066\u2069", "\U000e0001"]
)
def test_what_is_not_printable_is_escaped_and_read_the_same(text):
    document = escaped(json.dumps({"message": text}, ensure_ascii=False))

    assert document.isprintable()
    assert json.loads(document) == {"message": text}


def test_text_and_indentation_stay():
    document = json.dumps({"message": "Grüße, 世界 🎉"}, indent=2, ensure_ascii=False)

    assert escaped(document) == document
