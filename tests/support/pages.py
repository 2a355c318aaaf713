"""The pages of the documentation, and the blocks of code in them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
GENERATED = {"docs/rules.md", "docs/compose.md", "docs/guides/troubleshooting.md"}
"""Pages that are written from data which has tests of its own."""
PAGES = sorted(
    str(file.relative_to(ROOT))
    for file in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
)
_FENCE = re.compile(r"```(?P<language>\w*)(?: title=\"(?P<title>[^\"]+)\")?")


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    language: str
    title: str | None
    text: str

    def __str__(self):
        return f"{self.page}:{self.line}"


def blocks(*languages):
    """The blocks of all pages that are written by hand, of some languages or of all."""
    found = [block for page in PAGES if page not in GENERATED for block in blocks_of(page)]
    return [block for block in found if not languages or block.language in languages]


def blocks_of(page):
    lines = iter(enumerate((ROOT / page).read_text(encoding="utf-8").splitlines(), start=1))
    for number, line in lines:
        if line.startswith("```"):
            opened = _FENCE.fullmatch(line)
            assert opened, f"{page}:{number}: {line}"
            text = []
            for _, inner in lines:
                if inner == "```":
                    break
                text.append(f"{inner}\n")
            yield Block(page, number, opened["language"], opened["title"], "".join(text))


def outside_of_blocks(page):
    """The lines of a page that are in no block."""
    inside = False
    for line in (ROOT / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            inside = not inside
        elif not inside:
            yield line
