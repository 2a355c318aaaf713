"""Print what CHANGELOG.md says of a release, and refuse a tag that is none.

python tools/release_notes.py v0.2.0
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def notes(tag: str, changelog: str, version: str) -> str:
    """Return the section of a release.

    Args:
        tag: The tag, such as ``v0.2.0``.
        changelog: The text of CHANGELOG.md.
        version: The version of pyproject.toml.

    Raises:
        ValueError: If the tag is not that of the version, or its section is missing, empty or
            without a date.
    """
    if tag != f"v{version}":
        raise ValueError(f"the tag {tag} is not that of pyproject.toml, which has {version}")
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    for section in sections:
        heading, _, text = section.partition("\n")
        if heading.split(" ")[0] != version:
            continue
        if not re.fullmatch(r"\S+ - \d{4}-\d{2}-\d{2}", heading):
            raise ValueError(
                f"CHANGELOG.md: give the section a date: ## {version} - YEAR-MONTH-DAY"
            )
        if not text.strip():
            raise ValueError(f"CHANGELOG.md: the section {version} is empty")
        return text.strip() + "\n"
    raise ValueError(f"CHANGELOG.md has no section {version}")


def main() -> None:
    """Print the notes of the tag that is the only argument."""
    _, tag = sys.argv
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    try:
        sys.stdout.write(
            notes(tag, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), project["version"])
        )
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
