"""Writes what is generated of docs/, and the JSON schema of the settings: ``make docs``."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from serverless_containers.diagnosis.reference import render_troubleshooting
from serverless_containers.findings.reference import render_reference
from serverless_containers.plan import settings_schema
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


def schema_text() -> str:
    """Return the JSON schema of the settings as its file has it."""
    return json.dumps(settings_schema.settings_schema(), indent=2) + "\n"


SCHEMA = Path(settings_schema.__file__).with_name(settings_schema.FILE)


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    for name, write in PAGES.items():
        (DOCS / name).write_text(write(), encoding="utf-8")
