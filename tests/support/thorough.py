"""Cases that are left to `make test-all`, beside one of their kind that every run has."""

import pytest


def thoroughly(*values, ids=None):
    """Parameters that only `make test-all` tries; ``ids`` names them, else pytest does."""
    names = ids or [None] * len(values)
    return [
        pytest.param(value, id=name, marks=pytest.mark.thorough)
        for value, name in zip(values, names, strict=True)
    ]
