"""The share of real projects that are accepted, and the rules that refuse the others.

    python -m tools.survey_projects [FOLDER] [--per-folder] [--list] [--json FILE]

Every folder below FOLDER that holds a Compose file is one project, as ``serverless-containers
check`` reads it; a lone Dockerfile is none. Nothing is run and nothing is written below FOLDER.
"""

import argparse
import json
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from serverless_containers.findings import Finding, Findings, Severity
from serverless_containers.plan import ContainerPlan, PlanOptions, TaskPlan
from serverless_containers.plan.source import plan_source

CORPUS = Path(__file__).parent.parent / "tests" / "corpus" / "applications"
COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""The names that Docker Compose looks for, in its order."""
SKIPPED = frozenset({".git", "node_modules", "vendor", ".venv"})
"""Folders of things that others wrote."""

PORTS_WITHOUT_HTTP = {
    21: "FTP",
    22: "SSH",
    25: "SMTP",
    1025: "SMTP",
    1433: "SQL Server",
    1521: "Oracle",
    1883: "MQTT",
    2181: "ZooKeeper",
    3306: "MySQL",
    4222: "NATS",
    5432: "PostgreSQL",
    5672: "AMQP",
    6379: "Redis",
    9042: "Cassandra",
    9092: "Kafka",
    11211: "memcached",
    27017: "MongoDB",
}
"""Ports of well-known protocols that no HTTP client speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one project.

    Attributes:
        project: Its folder, below the one that is surveyed.
        file: The name of its Compose file.
        errors: The rules that refuse it, each with its first finding.
        warnings: The rules that warn of it.
        broken: The reasons that it would not work although it passes.
        crash: The last line of a traceback, if reading it ended in one.
        seconds: The time that it took.
    """

    project: str
    file: str
    errors: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    crash: str | None = None
    seconds: float = 0.0

    @property
    def passes(self) -> bool:
        """Whether `check` finds no error."""
        return not self.errors and self.crash is None

    @property
    def works(self) -> bool:
        """Whether it passes, and nothing speaks against its working."""
        return self.passes and not self.broken


def find_projects(root: Path) -> Iterator[Path]:
    """Yield the Compose file of every project below a folder."""
    file = next((root / name for name in COMPOSE_NAMES if (root / name).is_file()), None)
    if file is not None:
        yield file
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and not folder.is_symlink() and folder.name not in SKIPPED:
            yield from find_projects(folder)


def survey(file: Path, root: Path) -> Outcome:
    """Return what is made of one project.

    Args:
        file: Its Compose file.
        root: The folder that is surveyed.
    """
    findings = Findings()
    start = time.monotonic()
    plan, crash = None, None
    try:
        plan = plan_source(file.parent, PlanOptions(ingress=None, may_delay_stop=True), findings)
    except Exception:  # a crash is a result here, beside the others
        crash = traceback.format_exc().strip().rpartition("\n")[2]
    errors: dict[str, str] = {}
    for found in findings.errors:
        errors.setdefault(found.rule.code, _shown(found, root))
    return Outcome(
        project=file.parent.relative_to(root).as_posix(),
        file=file.name,
        errors=errors,
        warnings=tuple(
            sorted({each.rule.code for each in findings if each.rule.severity is Severity.WARNING})
        ),
        broken=() if plan is None else tuple(_broken(plan)),
        crash=crash,
        seconds=round(time.monotonic() - start, 2),
    )


def _shown(found: Finding, root: Path) -> str:
    return str(found).replace(f"{root}/", "")


def _broken(plan: TaskPlan) -> Iterator[str]:
    unresolved = _named_siblings(plan) - {host.name for host in plan.hosts}
    yield from (f"name the sibling {name}" for name in sorted(unresolved))
    if plan.entrypoint and plan.port in PORTS_WITHOUT_HTTP:
        yield f"have {PORTS_WITHOUT_HTTP[plan.port]} behind an HTTP ingress"


def _named_siblings(plan: TaskPlan) -> set[str]:
    """Return the services that a value of another one names where a host may stand."""
    named = set()
    for container in plan.services:
        others = [re.escape(each.name) for each in plan.services if each.name != container.name]
        if others:
            host = re.compile(rf"(?:^|[\s/@=,;\"'])({'|'.join(others)})(?=$|[\s:/,;\"'])")
            named |= {name for value in _values(plan, container) for name in host.findall(value)}
    return named


def _values(plan: TaskPlan, container: ContainerPlan) -> Iterator[str]:
    yield from container.environment.values()
    yield from container.command or ()
    yield from container.entrypoint or ()
    volumes = {mount.volume for mount in container.mounts}
    for file in plan.files:
        if file.volume in volumes and file.content is not None:
            yield file.content.decode("utf-8", "replace")


def report(outcomes: Iterable[Outcome], *, listing: bool) -> Iterator[str]:
    """Yield the lines of the figures."""
    all_of = list(outcomes)
    total = len(all_of)
    passing = [each for each in all_of if each.passes]
    yield f"{total} projects"
    if not total:
        return
    for word, chosen in (
        ("pass check", passing),
        ("work", [each for each in all_of if each.works]),
        ("crash", [each for each in all_of if each.crash]),
    ):
        yield f"{_share(len(chosen), total)} {word}"
    broken = Counter(reason for each in all_of for reason in each.broken)
    yield from (f"  {count:4} pass, and {reason}" for reason, count in broken.most_common())
    warned = Counter(code for each in passing for code in each.warnings)
    yield from (f"  {count:4} pass, and are warned of {code}" for code, count in warned.items())
    yield ""
    yield "refused by rule (projects; of which it is the only rule)"
    rules = Counter(code for each in all_of for code in each.errors)
    alone = Counter(next(iter(each.errors)) for each in all_of if len(each.errors) == 1)
    for code, count in rules.most_common():
        yield f"{_share(count, total)} {alone[code]:4}  {code}"
        example = next(each for each in all_of if code in each.errors)
        yield f"{'':18}{example.errors[code][:240]}"
    if listing:
        yield ""
        for each in all_of:
            verdict = "works" if each.works else "passes" if each.passes else "refused"
            reasons = [*each.errors, *each.broken, *([each.crash] if each.crash else [])]
            yield f"{verdict:8} {each.project}: {', '.join(reasons)}".rstrip(": ")


def _share(count: int, total: int) -> str:
    return f"{count:4} {count / total:6.1%}"


def main() -> None:
    """Print the figures of a folder of projects."""
    parser = argparse.ArgumentParser(prog="tools.survey_projects", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=CORPUS)
    parser.add_argument(
        "--per-folder", action="store_true", help="only the first project of each folder in FOLDER"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write each project's outcome")
    parser.add_argument("--list", action="store_true", help="print each project's outcome")
    given = parser.parse_args()
    root = given.folder.resolve()
    files = list(find_projects(root))
    if given.per_folder:
        grouped = groupby(files, lambda file: file.relative_to(root).parts[0])
        files = [min(each, key=lambda file: len(file.parts)) for _, each in grouped]
    outcomes = [survey(file, root) for file in files]
    if given.json:
        given.json.write_text(json.dumps([asdict(each) for each in outcomes], indent=1))
    for line in report(outcomes, listing=given.list):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
