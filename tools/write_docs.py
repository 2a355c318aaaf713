"""Writes what is generated of docs/: ``make docs``."""

from collections.abc import Callable, Mapping
from pathlib import Path

from serverless_containers.diagnosis.reference import render_troubleshooting
from serverless_containers.findings.reference import render_reference
from serverless_containers.plan.catalogue import CATALOGUE
from serverless_containers.plan.support.reference import render_matrix
from tools import architecture
from tools.rule_examples import with_examples

DOCS = Path(__file__).parent.parent / "docs"


def _architecture() -> str:
    return architecture.with_rooms((DOCS / "architecture.md").read_text(encoding="utf-8"))


PAGES: Mapping[str, Callable[[], str]] = {
    "rules.md": lambda: with_examples(render_reference(CATALOGUE)),
    "compose.md": render_matrix,
    "architecture.md": _architecture,
    "guides/troubleshooting.md": render_troubleshooting,
}
"""Writers of the pages, by their names in docs/."""


if __name__ == "__main__":
    for name, write in PAGES.items():
        (DOCS / name).write_text(write(), encoding="utf-8")
