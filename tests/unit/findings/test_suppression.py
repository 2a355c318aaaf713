"""Which findings a suppression leaves out, and what is said of the suppression itself."""

import pytest

from serverless_containers.findings import (
    Finding,
    Location,
    Rule,
    Severity,
    Suppression,
    apply_suppressions,
)
from serverless_containers.findings.rules import SUPPRESSION_UNUSED

ERROR = Rule(code="some-error", severity=Severity.ERROR, summary="")
WARNING = Rule(code="some-warning", severity=Severity.WARNING, summary="")
NOTE = Rule(code="some-note", severity=Severity.NOTE, summary="")
KNOWN = {rule.code: rule for rule in (ERROR, WARNING, NOTE, SUPPRESSION_UNUSED)}


def found(rule, *path, line=1):
    return Finding(rule=rule, at=Location("compose.yaml", line, 1), path=path, message="no")


def suppress(rule, path="", reason="it is meant", **place):
    return Suppression(rule=rule, path=path, reason=reason, **place)


def messages(findings):
    return [f"{finding.rule.code}: {finding}" for finding in findings]


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("", []),
        ("services.web.ports[0]", ["services.web", "services.web.ports[1]", "services.web2"]),
        ("services.web.ports", [..., "services.web.ports[0]"]),
        ("services.web.*", ["services.web2"]),
        ("services.web.ports.*", ["services.web", "services.web2"]),
    ],
)
def test_the_path_says_which_findings_of_a_rule_are_left_out(path, left):
    # GIVEN findings of one rule at several places
    findings = [
        found(WARNING, "services", "web"),
        found(WARNING, "services", "web", "ports", 0),
        found(WARNING, "services", "web", "ports", 1),
        found(WARNING, "services", "web2"),
    ]
    # WHEN they are suppressed at one
    result = apply_suppressions(findings, [suppress("some-warning", path)], KNOWN)
    # THEN those at others are left, and all of them where the path is none of theirs
    shown = [str(each) for each in result if each.rule is WARNING]
    if left and left[0] is ...:
        assert len(shown) == 4
    else:
        assert shown == [f"compose.yaml:1:1: {each}: no" for each in left]
    assert len(shown) + len(result.suppressed) == 4


def test_an_error_is_never_covered():
    assert not suppress("some-error").covers(found(ERROR, "a"))
    assert suppress("some-note").covers(found(NOTE, "a"))


def test_other_rules_are_left():
    findings = [found(WARNING, "a"), found(NOTE, "a")]
    result = apply_suppressions(findings, [suppress("some-note", "a")], KNOWN)
    assert list(result) == [findings[0]]
    assert result.suppressed == (findings[1],)


def test_a_rule_of_errors_cannot_be_suppressed():
    place = {"at": Location("compose.yaml", 3, 7), "keys": ("x", "suppress", 0)}
    findings = [found(ERROR, "a", line=9)]
    result = apply_suppressions(findings, [suppress("some-error", **place)], KNOWN)
    assert messages(result) == [
        "suppression-of-error: compose.yaml:3:7: x.suppress[0]: the findings of some-error are "
        "errors, which cannot be suppressed; mend what it reports, and remove the suppression",
        "some-error: compose.yaml:9:1: a: no",
    ]
    assert result.suppressed == ()


@pytest.mark.parametrize(
    ("suppression", "message"),
    [
        (
            suppress("some-warnin"),
            "suppression-unknown-rule: suppress: there is no rule 'some-warnin'; did you mean "
            "'some-warning'?",
        ),
        (
            suppress("quite different"),
            "suppression-unknown-rule: suppress: there is no rule 'quite different'; name the rule "
            "of a finding",
        ),
        (
            suppress("some-warning", reason=" "),
            "suppression-invalid: suppress: the suppression of some-warning has no reason; say why "
            "its findings need no attention",
        ),
        (
            suppress("some-warning", "b"),
            "suppression-unused: suppress: no finding of some-warning at b is suppressed; remove "
            "it, or name a place where there is one: a",
        ),
        (
            suppress("some-note"),
            "suppression-unused: suppress: no finding of some-note is suppressed; remove it",
        ),
    ],
)
def test_what_is_wrong_with_a_suppression_is_a_finding(suppression, message):
    finding = found(WARNING, "a")
    result = apply_suppressions([finding], [suppression], KNOWN)
    assert messages(result) == [message, "some-warning: compose.yaml:1:1: a: no"]
    assert result.suppressed == ()


def test_while_there_are_errors_nothing_is_called_unused():
    # An error may have kept the finding from being made.
    result = apply_suppressions([found(ERROR, "a")], [suppress("some-note")], KNOWN)
    assert messages(result) == ["some-error: compose.yaml:1:1: a: no"]


def test_two_suppressions_of_one_finding_are_both_used():
    both = [suppress("some-note"), suppress("some-note", "a")]
    assert list(apply_suppressions([found(NOTE, "a")], both, KNOWN)) == []


def test_an_unused_suppression_can_be_suppressed():
    unused = suppress("some-note", keys=("suppress", 0))
    meant = suppress("suppression-unused", "suppress[0]", keys=("suppress", 1))
    result = apply_suppressions([], [unused, meant], KNOWN)
    assert list(result) == []
    assert len(result.suppressed) == 1
    # and the one that does so can be unused itself
    result = apply_suppressions([], [meant], KNOWN)
    assert messages(result) == [
        "suppression-unused: suppress[1]: no finding of suppression-unused at suppress[0] is "
        "suppressed; remove it"
    ]


def test_nothing_that_is_given_is_changed():
    findings, suppressions = (found(NOTE, "a"),), (suppress("some-note"),)
    apply_suppressions(findings, suppressions, KNOWN)
    assert findings == (found(NOTE, "a"),)
