"""Findings: what is wrong in a user's files, where, and what to do about it."""

from serverless_containers.findings.finding import (
    Finding,
    Findings,
    InvalidSourceError,
    Rule,
    Severity,
)
from serverless_containers.findings.location import LINE_BREAK, KeyPath, Lines, Location, dotted
from serverless_containers.findings.suppression import Suppression, apply_suppressions

__all__ = [
    "LINE_BREAK",
    "Finding",
    "Findings",
    "InvalidSourceError",
    "KeyPath",
    "Lines",
    "Location",
    "Rule",
    "Severity",
    "Suppression",
    "apply_suppressions",
    "dotted",
]
