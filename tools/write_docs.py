"""Writes the pages of docs/ that are generated: ``make docs``."""

from pathlib import Path

from serverless_containers.findings.reference import render_reference
from serverless_containers.plan.catalogue import CATALOGUE
from serverless_containers.plan.support.reference import render_matrix

DOCS = Path(__file__).parent.parent / "docs"
PAGES = {"rules.md": render_reference(CATALOGUE), "compose.md": render_matrix()}

if __name__ == "__main__":
    DOCS.mkdir(exist_ok=True)
    for name, text in PAGES.items():
        (DOCS / name).write_text(text, encoding="utf-8")
