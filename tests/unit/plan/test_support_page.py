"""docs/compose.md is written from the tables."""

from pathlib import Path

from serverless_containers.plan.support.reference import render_matrix

PAGE = Path(__file__).parent.parent.parent.parent / "docs" / "compose.md"


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == render_matrix(), "make docs writes it"
