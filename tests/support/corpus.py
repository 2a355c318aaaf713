"""The Compose files of the project's own corpus."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from serverless_containers.compose import Project, load_project
from serverless_containers.findings import Findings
from tests.support.oracle import Verdict, ask

ROOT = Path(__file__).parent.parent / "corpus"
FINDINGS = ROOT / "findings.txt"


@dataclass(frozen=True)
class Case:
    """One project of the corpus: a file, or a folder with a `case.json`."""

    path: Path
    arguments: dict[str, Any] = field(default_factory=dict)
    rejected: bool = False

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).with_suffix("").as_posix()

    def ask(self) -> Verdict:
        """What Docker Compose makes of it."""
        if self.path.is_file():
            return ask(self.path.parent, files=[self.path.name])
        return ask(self.path, **self.arguments)

    def load(self) -> tuple[Project | None, Findings]:
        """What the reader makes of it."""
        given = dict(self.arguments)
        findings = Findings()
        project = load_project(
            self.path,
            files=[Path(file) for file in given.get("files", ())],
            env_files=[Path(file) for file in given.get("env_files", ())],
            profiles=given.get("profiles", ()),
            variables=given.get("variables"),
            findings=findings,
        )
        return project, findings


def cases() -> Iterator[Case]:
    """Every case, in the order of their names."""
    for kind in ("accepted", "rejected"):
        for file in sorted((ROOT / kind).rglob("*.yaml")):
            yield Case(file, rejected=kind == "rejected")
    for folder in sorted((ROOT / "projects").iterdir()):
        file = folder / "case.json"
        arguments = json.loads(file.read_text()) if file.exists() else {}
        yield Case(folder, arguments, arguments.pop("rejected", False))


def application_cases() -> Iterator[Case]:
    """The projects as people have them, in the order of their names."""
    for folder in sorted((ROOT / "applications").iterdir()):
        if folder.is_dir():
            yield Case(folder)


def listed_findings() -> str:
    """Every finding of every case that has any, as `findings.txt` holds them."""
    lines = []
    for case in (*cases(), *application_cases()):
        _, findings = case.load()
        if len(findings):
            lines.append(case.name)
            # What has no place in a file names the folder, which is another on each machine.
            shown = (str(found).replace(f"{ROOT}/", "") for found in findings)
            lines.extend(
                f"  {found.rule.severity} {found.rule.code}: {text}"
                for found, text in zip(findings, shown, strict=True)
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FINDINGS.write_text(listed_findings(), encoding="utf-8")
