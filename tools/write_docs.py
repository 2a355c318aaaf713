"""Writes what is generated of docs/: ``make docs``."""

from collections.abc import Mapping
from pathlib import Path

from serverless_containers.findings.reference import render_reference
from serverless_containers.plan.catalogue import CATALOGUE
from serverless_containers.plan.support.reference import render_matrix
from tools import architecture
from tools.rule_examples import with_examples

DOCS = Path(__file__).parent.parent / "docs"


def pages() -> Mapping[str, str]:
    """Write the pages, by their names in docs/."""
    drawn = (DOCS / "architecture.md").read_text(encoding="utf-8")
    return {
        "rules.md": with_examples(render_reference(CATALOGUE)),
        "compose.md": render_matrix(),
        "architecture.md": architecture.with_rooms(drawn),
    }


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
