"""Findings under ``strict``."""

from serverless_containers.findings import (
    Finding,
    Findings,
    Location,
    Rule,
    Severity,
    Suppression,
    apply_suppressions,
)

GUESS = Rule.warning("some-guess", "Something is chosen.", guess=True)
DIFFERENCE = Rule.warning("some-difference", "Something differs.")
NOTE = Rule.note("some-note", "Something is worth knowing.")
AT = Location("compose.yaml", 3, 5)


def _found(*rules, fix="say which"):
    return Findings(
        Finding(rule=rule, at=AT, path=("services", "web"), message=f"{rule.code} here", fix=fix)
        for rule in rules
    )


def test_a_guess_is_an_error_that_says_why():
    (strict,) = _found(GUESS).made_strict()
    assert strict.rule.severity is Severity.ERROR
    assert strict.rule.code == "some-guess"
    assert (
        str(strict) == "compose.yaml:3:5: services.web: some-guess here; say which; nothing is "
        "guessed under strict"
    )


def test_a_guess_without_a_way_out():
    (strict,) = _found(GUESS, fix="").made_strict()
    assert strict.fix == "nothing is guessed under strict"


def test_nothing_else_changes():
    found = _found(DIFFERENCE, NOTE)
    assert list(found.made_strict()) == list(found)
    assert not found.made_strict().errors


def test_the_original_is_left_alone():
    found = _found(GUESS)
    found.made_strict()
    assert not found.errors


def test_a_suppressed_guess_is_an_error_too_and_no_other_finding_comes_back():
    found = apply_suppressions(
        _found(GUESS, DIFFERENCE),
        [Suppression(rule=each.code, reason="it is meant") for each in (GUESS, DIFFERENCE)],
        {each.code: each for each in (GUESS, DIFFERENCE)},
    )
    assert not list(found)
    strict = found.made_strict()
    assert [each.rule.code for each in strict.errors] == ["some-guess"]
    assert [each.rule.code for each in strict.suppressed] == ["some-difference"]
