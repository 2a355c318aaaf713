"""Findings that were looked at, and found to be meant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType

from serverless_containers.findings import rules
from serverless_containers.findings.finding import Finding, Findings, Rule, Severity
from serverless_containers.findings.listing import listed
from serverless_containers.findings.location import KeyPath, Location, dotted
from serverless_containers.spelling import nearest

_EVERYTHING_BELOW = ".*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Leaves out the findings of a rule.

    Attributes:
        rule: The rule's code, of a warning or a note.
        reason: Why the findings need no attention. It must not be empty.
        path: The key path of the findings, as they show it: ``services.web.ports[0]``. One that
            ends in ``.*`` stands for that path and everything below it: ``services.web.*``.
            Default: every finding of the rule.
        at: Where the suppression stands in a file. Default: in code.
        keys: The keys that lead there.

    Raises:
        TypeError: If a value is of another type.
    """

    rule: str
    reason: str
    path: str = ""
    at: Location | None = None
    keys: KeyPath = ("suppress",)

    def __post_init__(self) -> None:
        # In the words of arguments/, which is above this room.
        given: tuple[tuple[str, object, type | UnionType, str], ...] = (
            ("rule", self.rule, str, "a string"),
            ("reason", self.reason, str, "a string"),
            ("path", self.path, str, "a string"),
            ("at", self.at, Location | NoneType, "a Location, or leave it out"),
            ("keys", self.keys, tuple, "a tuple of strings and whole numbers"),
        )
        wrong = [
            f"{name}: got {value!r} ({type(value).__name__}); give {allowed}"
            for name, value, kind, allowed in given
            if not isinstance(value, kind)
        ]
        if wrong:
            raise TypeError("\n".join(wrong))

    def covers(self, finding: Finding) -> bool:
        """Return whether it leaves a finding out."""
        if finding.rule.code != self.rule or finding.rule.severity is Severity.ERROR:
            return False
        if not self.path:
            return True
        path = dotted(finding.path)
        if not self.path.endswith(_EVERYTHING_BELOW):
            return path == self.path
        above = self.path.removesuffix(_EVERYTHING_BELOW)
        return path == above or path.startswith((f"{above}.", f"{above}["))


def apply_suppressions(
    findings: Iterable[Finding],
    suppressions: Sequence[Suppression],
    known: Mapping[str, Rule],
) -> Findings:
    """Leave out what is suppressed, and report what is wrong with the suppressions themselves.

    Args:
        findings: What was found.
        suppressions: What to leave out of it.
        known: Every rule by its code.

    Returns:
        The findings that are left, with those about the suppressions. ``suppressed`` holds those
        that were left out.
    """
    result = Findings()
    sound = [each for each in suppressions if _is_sound(each, known, result)]
    # Of the suppressions of unused suppressions it is known last whether they are used.
    last = [each for each in sound if each.rule == rules.SUPPRESSION_UNUSED.code]
    first = [each for each in sound if each not in last]
    found = [*findings, *result]
    result = Findings()
    _sift(found, first, result)
    if not result.errors:
        _sift(_unused(first, found), last, result)
        result.extend(_unused(last, [*result, *result.suppressed]))
    return result


class _Covering:
    """An index that finds the suppressions of a finding without asking each of them."""

    def __init__(self, suppressions: Iterable[Suppression]) -> None:
        self._exact: dict[tuple[str, str], list[Suppression]] = {}
        self._below: dict[tuple[str, str], list[Suppression]] = {}
        for each in suppressions:
            is_below = each.path.endswith(_EVERYTHING_BELOW)
            path = each.path.removesuffix(_EVERYTHING_BELOW)
            known = self._below if is_below else self._exact
            known.setdefault((each.rule, path), []).append(each)
        self._lengths = sorted({len(path) for _, path in self._below})

    def find(self, finding: Finding) -> list[Suppression]:
        """The suppressions that cover a finding."""
        code, path = finding.rule.code, dotted(finding.path)
        places = dict.fromkeys(("", path))
        found = [each for place in places for each in self._exact.get((code, place), ())]
        for length in self._lengths:
            if length > len(path):
                break
            if length == len(path) or path[length] in ".[":
                found += self._below.get((code, path[:length]), ())
        return [each for each in found if each.covers(finding)]


def _sift(found: Iterable[Finding], suppressions: Sequence[Suppression], result: Findings) -> None:
    covering = _Covering(suppressions)
    for finding in found:
        if covering.find(finding):
            result.suppress(finding)
        else:
            result.extend([finding])


def _is_sound(suppression: Suppression, known: Mapping[str, Rule], findings: Findings) -> bool:
    rule = known.get(suppression.rule)
    where = (suppression.at, suppression.keys)
    if rule is None:
        near = nearest(suppression.rule, known)
        findings.report(
            rules.SUPPRESSION_UNKNOWN_RULE,
            *where,
            f"there is no rule {suppression.rule!r}",
            f"did you mean {near!r}?" if near else "name the rule of a finding",
        )
    elif rule.severity is Severity.ERROR:
        findings.report(
            rules.SUPPRESSION_OF_ERROR,
            *where,
            f"the findings of {rule.code} are errors, which cannot be suppressed",
            "mend what it reports, and remove the suppression",
        )
    elif not suppression.reason.strip():
        findings.report(
            rules.SUPPRESSION_INVALID,
            *where,
            f"the suppression of {rule.code} has no reason",
            "say why its findings need no attention",
        )
    else:
        return True
    return False


def _unused(suppressions: Iterable[Suppression], found: Sequence[Finding]) -> Findings:
    findings = Findings()
    given = list(suppressions)
    covering = _Covering(given)
    used: set[int] = set()
    found_at: dict[str, dict[str, None]] = {}
    for finding in found:
        used.update(map(id, covering.find(finding)))
        if finding.path:
            found_at.setdefault(finding.rule.code, {})[dotted(finding.path)] = None
    for each in given:
        if id(each) in used:
            continue
        places = found_at.get(each.rule, {})
        findings.report(
            rules.SUPPRESSION_UNUSED,
            each.at,
            each.keys,
            f"no finding of {each.rule}{f' at {each.path}' if each.path else ''} is suppressed",
            f"remove it, or name a place where there is one: {listed(places)}"
            if places
            else "remove it",
        )
    return findings
