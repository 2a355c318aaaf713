"""Rules, and findings where a user's files do not meet them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from serverless_containers.findings.location import KeyPath, Location, dotted


class Severity(StrEnum):
    """The weight of a finding. The order is from the heaviest to the lightest."""

    ERROR = "error"
    """Nothing can be deployed before it is mended."""
    WARNING = "warning"
    """It deploys, and means something else than it does under Docker Compose."""
    NOTE = "note"
    """Worth knowing; nothing needs to change."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition that a user's files must meet.

    Attributes:
        code: Its stable name, in words joined by hyphens. Suppressions and reports refer to it.
        severity: How much each of its findings weighs.
        summary: One sentence for the rule reference: what must hold.
        source: The page that the rule rests on, if it rests on one.
        excerpt: Whether the line of a finding may be shown. Where it may hold a credential, not.
        is_guess: Whether its findings are guesses: something was chosen, changed or left out that
            the files do not say. They are errors under ``strict``.
    """

    code: str
    severity: Severity
    summary: str
    source: str = ""
    excerpt: bool = True
    is_guess: bool = False

    @classmethod
    def error(cls, code: str, summary: str, source: str = "", *, excerpt: bool = True) -> Self:
        """Declare a rule whose findings stop a deployment."""
        return cls(code, Severity.ERROR, summary, source, excerpt)

    @classmethod
    def warning(
        cls,
        code: str,
        summary: str,
        source: str = "",
        *,
        excerpt: bool = True,
        guess: bool = False,
    ) -> Self:
        """Declare a rule whose findings deploy, with another meaning than under Docker Compose."""
        return cls(code, Severity.WARNING, summary, source, excerpt, guess)

    @classmethod
    def note(cls, code: str, summary: str, source: str = "", *, excerpt: bool = True) -> Self:
        """Declare a rule whose findings are worth knowing."""
        return cls(code, Severity.NOTE, summary, source, excerpt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One place where a rule does not hold.

    Attributes:
        rule: The rule.
        at: Where, or None where no file can be named (a missing folder, an argument).
        path: The keys that lead there, empty where there are none.
        message: What is wrong, with the value given and the values allowed.
        fix: What to do about it.
    """

    rule: Rule
    at: Location | None
    path: KeyPath = ()
    message: str
    fix: str = ""

    def __str__(self) -> str:
        parts = [str(self.at)] if self.at else []
        if self.path:
            parts.append(dotted(self.path))
        parts.append(f"{self.message}; {self.fix}" if self.fix else self.message)
        return ": ".join(parts)


class Findings:
    """A collection of findings, so that a user hears of all of them at once.

    A finding that is reported twice, from two phases that met the same value, is kept once.
    """

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._findings: dict[Finding, None] = dict.fromkeys(findings)
        self._suppressed: dict[Finding, None] = {}

    def report(
        self,
        rule: Rule,
        at: Location | None,
        path: KeyPath,
        message: str,
        fix: str = "",
    ) -> None:
        """Keep one more finding."""
        finding = Finding(rule=rule, at=at, path=path, message=message, fix=fix)
        self._findings.setdefault(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Keep findings that were collected elsewhere."""
        for finding in findings:
            self._findings.setdefault(finding)
        if isinstance(findings, Findings):
            self._suppressed.update(dict.fromkeys(findings.suppressed))

    def suppress(self, finding: Finding) -> None:
        """Keep a finding as one that is not to be shown."""
        self._suppressed.setdefault(finding)

    def __iter__(self) -> Iterator[Finding]:
        """In the order of the files: errors, warnings and notes mixed, as a reader meets them."""
        return iter(sorted(self._findings, key=_reading_order))

    def __len__(self) -> int:
        return len(self._findings)

    @property
    def suppressed(self) -> tuple[Finding, ...]:
        """The findings that are left out because a suppression says so, in the same order."""
        return tuple(sorted(self._suppressed, key=_reading_order))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop a deployment."""
        return tuple(found for found in self if found.rule.severity is Severity.ERROR)

    def made_strict(self) -> "Findings":
        """Return the findings with guesses as errors, those that are suppressed included."""
        strict = Findings(map(_made_strict, self))
        for finding in self._suppressed:
            if finding.rule.is_guess:
                strict.extend([_made_strict(finding)])
            else:
                strict.suppress(finding)
        return strict

    def raise_errors(self) -> None:
        """Raise every error at once.

        Raises:
            InvalidSourceError: If there is at least one.
        """
        if errors := self.errors:
            raise InvalidSourceError(errors)


def _made_strict(finding: Finding) -> Finding:
    if not finding.rule.is_guess or finding.rule.severity is Severity.ERROR:
        return finding
    rule = replace(finding.rule, severity=Severity.ERROR)
    said = "nothing is guessed under strict"
    return replace(finding, rule=rule, fix=f"{finding.fix}; {said}" if finding.fix else said)


def _reading_order(finding: Finding) -> tuple[bool, Location, str]:
    return (finding.at is not None, finding.at or Location("", 0, 0), finding.message)


class InvalidSourceError(Exception):
    """A user's files, or what was asked of them, cannot be deployed.

    Attributes:
        findings: Every error, in reading order.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))
