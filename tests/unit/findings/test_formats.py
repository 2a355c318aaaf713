"""Findings as JSON, as SARIF, as text."""

import json
from dataclasses import replace

import pytest

from serverless_containers.findings import Finding, Findings, Location, Rule, Severity
from serverless_containers.findings.formats import (
    printable,
    summarise,
    to_json,
    to_line,
    to_sarif,
)
from serverless_containers.plan.catalogue import RULES
from tests.support.sarif import validate_sarif

ERROR = Rule(
    code="an-error", severity=Severity.ERROR, summary="It is so.", source="https://example.com/a#b"
)
NOTE = Rule(code="a-note", severity=Severity.NOTE, summary="It may be so.", source="A book")
KNOWN = {"a-note": NOTE, "an-error": ERROR}

PLACED = Finding(
    rule=ERROR,
    at=Location("my app/compose.yaml", 12, 9),
    path=("services", "web", "ports", 0),
    message="expected a port, got 'ä'",
    fix='write "80"',
)
PLACELESS = Finding(rule=NOTE, at=None, message="nothing is there")


def test_json_has_exactly_these_keys():
    assert json.loads(to_json([PLACELESS, PLACED])) == {
        "findings": [
            {
                "rule": "a-note",
                "severity": "note",
                "file": None,
                "line": None,
                "column": None,
                "path": "",
                "message": "nothing is there",
                "fix": "",
            },
            {
                "rule": "an-error",
                "severity": "error",
                "file": "my app/compose.yaml",
                "line": 12,
                "column": 9,
                "path": "services.web.ports[0]",
                "message": "expected a port, got 'ä'",
                "fix": 'write "80"',
            },
        ]
    }


def test_json_without_findings():
    assert json.loads(to_json([])) == {"findings": []}


def test_sarif_of_a_finding():
    run = validate_sarif(json.loads(to_sarif([PLACELESS, PLACED], KNOWN, version="1.2.3")))
    assert run["tool"]["driver"] == {
        "name": "serverless-containers",
        "version": "1.2.3",
        "rules": [
            {
                "id": "a-note",
                "shortDescription": {"text": "It may be so."},
                "defaultConfiguration": {"level": "note"},
            },
            {
                "id": "an-error",
                "shortDescription": {"text": "It is so."},
                "defaultConfiguration": {"level": "error"},
                "helpUri": "https://example.com/a#b",
            },
        ],
    }
    assert run["results"] == [
        {
            "ruleId": "a-note",
            "ruleIndex": 0,
            "level": "note",
            "message": {"text": "nothing is there"},
            "locations": [],
        },
        {
            "ruleId": "an-error",
            "ruleIndex": 1,
            "level": "error",
            "message": {"text": "expected a port, got 'ä'; write \"80\""},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "my%20app/compose.yaml"},
                        "region": {"startLine": 12, "startColumn": 9},
                    },
                    "logicalLocations": [{"fullyQualifiedName": "services.web.ports[0]"}],
                }
            ],
        },
    ]


def test_sarif_of_a_file_whose_name_is_no_text():
    finding = replace(PLACED, at=Location("caf\udcff/compose.yaml", 1, 1))
    run = validate_sarif(json.loads(to_sarif([finding], KNOWN, version="1")))
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "caf%FF/compose.yaml"


def test_sarif_of_every_rule():
    findings = [Finding(rule=rule, at=Location("a", 1, 1), message="no") for rule in RULES.values()]
    run = validate_sarif(json.loads(to_sarif(findings, RULES, version="1")))
    assert len(run["results"]) == len(RULES)


def test_a_line_of_text():
    assert to_line(PLACED) == (
        "my app/compose.yaml:12:9: services.web.ports[0]: expected a port, got 'ä'; write \"80\""
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\nb\tc", r"a\nb\tc"),
        ("a\u202eb", r"a\u202eb"),
        ("a\udc80b", r"a\udc80b"),
        ("ä 日本 …", "ä 日本 …"),
    ],
)
def test_a_line_is_one_line_and_commands_nothing(text, shown):
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("findings", "suppressed", "summary"),
    [
        ([], [], "no findings"),
        ([PLACED], [], "1 error"),
        ([PLACELESS, PLACED], [], "1 error, 1 note"),
        ([PLACED, Finding(rule=ERROR, at=None, message="b")], [], "2 errors"),
        ([], [PLACELESS], "1 suppressed"),
    ],
)
def test_the_summary_counts(findings, suppressed, summary):
    collected = Findings(findings)
    for each in suppressed:
        collected.suppress(each)
    assert summarise(collected) == summary
