"""Places of offsets into a text."""

import pytest

from serverless_containers.findings import Lines, Location


@pytest.mark.parametrize("text", ["", "\n", "a", "a\nbc\n", "\n\nx", "ä\r\nb"])
def test_lines_are_those_of_a_location(text):
    lines = Lines("a.json", text)
    for offset in range(len(text) + 1):
        assert lines.at(offset) == Location.at_offset("a.json", text, offset)
