"""A few of the inputs that `python -m tests.fuzz` makes: each has a plan, or an error in words."""

import pytest

from tests.fuzz.trial import run


def failures(tmp_path, **options):
    came = run(workers=1, kept=tmp_path, **options)
    told = [each.read_text() for each in sorted(tmp_path.glob("*/TRACEBACK"))]
    assert sum(came.values()) == options["count"]
    return told


def test_some_mutated_inputs_have_an_answer(tmp_path):
    assert failures(tmp_path, count=400, seed=1) == []


@pytest.mark.thorough
def test_many_mutated_inputs_have_an_answer(tmp_path):
    assert failures(tmp_path, count=10_000, seed=2) == []
