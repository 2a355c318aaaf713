"""Advice about production and sizes, which is said of nearly every short file."""

from serverless_containers.plan import planner


def leave_out_advice(monkeypatch):
    """Plan without it; `tests/unit/plan/test_production.py` has it."""
    for name in ("warn_of_production", "note_assumed_size"):
        monkeypatch.setattr(planner, name, lambda *_arguments, **_keywords: None)
