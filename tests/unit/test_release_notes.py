"""A release is a tag that pyproject.toml and CHANGELOG.md agree with."""

import pytest

from tools.release_notes import notes

CHANGELOG = """# Changelog

## Unreleased

## 0.3.0 - 2026-12-24

### Added

- A thing.

## 0.2.0 - 2026-11-29

Old.
"""


def test_the_section_of_the_version():
    assert notes("v0.3.0", CHANGELOG, "0.3.0") == "### Added\n\n- A thing.\n"
    assert notes("v0.2.0", CHANGELOG, "0.2.0") == "Old.\n"


@pytest.mark.parametrize(
    ("tag", "changelog", "said"),
    [
        ("v0.4.0", CHANGELOG, "is not that of pyproject.toml, which has 0.3.0"),
        ("0.3.0", CHANGELOG, "is not that of pyproject.toml"),
        ("v0.3.0", "# Changelog\n\n## 0.3.0\n\n- A thing.\n", "give the section a date"),
        ("v0.3.0", "# Changelog\n\n## 0.3.0 - 2026-12-24\n\n## 0.2.0\n", "is empty"),
        ("v0.3.0", "# Changelog\n\n## Unreleased\n\n- A thing.\n", "has no section 0.3.0"),
    ],
)
def test_what_is_no_release(tag, changelog, said):
    with pytest.raises(ValueError, match=said):
        notes(tag, changelog, "0.3.0")
