"""Advice about production, which is said of nearly every short file."""

from serverless_containers.plan import planner


def leave_out_advice(monkeypatch):
    """Plan without it; `tests/unit/plan/test_production.py` has it."""
    monkeypatch.setattr(planner, "warn_of_production", lambda *_arguments, **_keywords: None)
