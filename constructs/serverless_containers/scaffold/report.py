"""A report of what was carried over from another tool's files, what was not, and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from serverless_containers.findings import Findings, KeyPath, Location, dotted


class Outcome(StrEnum):
    """Outcome of a key, in the order of weight."""

    ERROR = "error"
    """It is wrong in its own tool's terms, or cannot be read: nothing is made."""
    LEFT = "not carried over"
    CHANGED = "changed"
    CARRIED = "carried over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One key, or one file, and what became of it.

    Attributes:
        outcome: What became of it.
        at: Where it stands; None for what has no place in a file.
        path: The keys that lead there.
        message: What it is now, or why it is nothing, and what to do.
    """

    outcome: Outcome
    at: Location | None
    path: KeyPath = ()
    message: str

    def __str__(self) -> str:
        parts = [str(self.at)] if self.at else []
        if self.path:
            parts.append(dotted(self.path))
        return ": ".join([*parts, f"{self.outcome}: {self.message}"])


@dataclass(slots=True)
class Report:
    """Entries, in the order of the files."""

    _entries: dict[Entry, None] = field(default_factory=dict)

    def add(self, outcome: Outcome, at: Location | None, path: KeyPath, message: str) -> None:
        """Keep one more entry; the same one twice is kept once."""
        self._entries.setdefault(Entry(outcome=outcome, at=at, path=path, message=message))

    def error(self, at: Location | None, path: KeyPath, message: str) -> None:
        """Keep an error: nothing will be made."""
        self.add(Outcome.ERROR, at, path, message)

    def left(self, at: Location | None, path: KeyPath, message: str) -> None:
        """Keep what was not carried over, and why."""
        self.add(Outcome.LEFT, at, path, message)

    def changed(self, at: Location | None, path: KeyPath, message: str) -> None:
        """Keep what was carried over, and means something else now."""
        self.add(Outcome.CHANGED, at, path, message)

    def carried(self, at: Location | None, path: KeyPath, message: str) -> None:
        """Keep what was carried over."""
        self.add(Outcome.CARRIED, at, path, message)

    def take(self, findings: Findings) -> None:
        """Keep the errors among findings of reading a file."""
        for finding in findings.errors:
            # What to start with is Compose's.
            fix = "" if finding.rule.code == "empty-file" else finding.fix
            message = f"{finding.message}; {fix}" if fix else finding.message
            self.error(finding.at, finding.path, message)

    def __iter__(self) -> Iterator[Entry]:
        """In the order of the files; what has no place comes first."""
        return iter(sorted(self._entries, key=_reading_order))

    @property
    def has_errors(self) -> bool:
        """Whether there is an error."""
        return any(entry.outcome is Outcome.ERROR for entry in self._entries)

    def summary(self) -> str:
        """Return the number of entries of each outcome: ``12 carried over, 3 changed``."""
        counts = [
            (outcome, sum(1 for entry in self._entries if entry.outcome is outcome))
            for outcome in reversed(Outcome)
        ]
        return ", ".join(
            f"{count} {outcome}{'s' if outcome is Outcome.ERROR and count > 1 else ''}"
            for outcome, count in counts
            if count
        )


def _reading_order(entry: Entry) -> tuple[bool, Location]:
    return (entry.at is not None, entry.at or Location("", 0, 0))
