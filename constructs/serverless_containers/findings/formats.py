"""Findings as JSON, as SARIF, and as lines of text."""

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias
from urllib.parse import quote

from serverless_containers.findings.finding import Finding, Findings, Rule, Severity
from serverless_containers.findings.location import dotted
from serverless_containers.findings.pages import page_of

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_SARIF_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def to_json(findings: Iterable[Finding]) -> str:
    """Findings as JSON.

    ``file``, ``line`` and ``column`` are null where there is no place, ``path`` and ``fix`` are
    empty where there is none.
    """
    entries: list[Json] = [
        {
            "rule": finding.rule.code,
            "severity": finding.rule.severity.value,
            "file": finding.at.file if finding.at else None,
            "line": finding.at.line if finding.at else None,
            "column": finding.at.column if finding.at else None,
            "path": dotted(finding.path),
            "message": finding.message,
            "fix": finding.fix,
        }
        for finding in findings
    ]
    return _printed({"findings": entries})


def to_sarif(findings: Iterable[Finding], known: Mapping[str, Rule], *, version: str) -> str:
    """Findings in the Static Analysis Results Interchange Format, version 2.1.0.

    Args:
        findings: Findings, their files relative to the root of the sources.
        known: Every rule by its code.
        version: The version of this library.
    """
    order = {code: index for index, code in enumerate(known)}
    return _printed(
        {
            "$schema": _SARIF_SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "serverless-containers",
                            "version": version,
                            "rules": [_sarif_rule(rule) for rule in known.values()],
                        }
                    },
                    "columnKind": "unicodeCodePoints",
                    "results": [_sarif_result(finding, order) for finding in findings],
                }
            ],
        }
    )


def _sarif_rule(rule: Rule) -> dict[str, Json]:
    described: dict[str, Json] = {
        "id": rule.code,
        "shortDescription": {"text": rule.summary},
        "defaultConfiguration": {"level": rule.severity.value},
    }
    if page := page_of(rule):
        described["helpUri"] = page
    return described


def _sarif_result(finding: Finding, order: Mapping[str, int]) -> dict[str, Json]:
    message = f"{finding.message}; {finding.fix}" if finding.fix else finding.message
    result: dict[str, Json] = {
        "ruleId": finding.rule.code,
        "ruleIndex": order[finding.rule.code],
        "level": finding.rule.severity.value,
        "message": {"text": message},
    }
    location: dict[str, Json] = {}
    if finding.at:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": quote(finding.at.file, errors="surrogateescape")},
            "region": {"startLine": finding.at.line, "startColumn": finding.at.column},
        }
    if finding.path:
        location["logicalLocations"] = [{"fullyQualifiedName": dotted(finding.path)}]
    result["locations"] = [location] if location else []
    return result


def _printed(document: Json) -> str:
    return escaped(json.dumps(document, indent=2, ensure_ascii=False))


def escaped(document: str) -> str:
    """JSON with escapes for characters that a terminal would take for commands.

    Lone surrogates, which no JSON in UTF-8 has, stay for whoever writes it.
    """
    return "".join(
        character
        if character.isprintable() or character == "\n" or "\ud800" <= character <= "\udfff"
        else json.dumps(character)[1:-1]
        for character in document
    )


def printable(text: str) -> str:
    """Text in one line, without characters that a terminal would take for commands."""
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def to_line(finding: Finding) -> str:
    """A finding as ``file:line:column: path: message; fix``."""
    return printable(str(finding))


def summarise(findings: Findings) -> str:
    """Return the number of findings of each severity: ``1 error, 2 warnings``."""
    amounts = [
        (severity, sum(1 for finding in findings if finding.rule.severity is severity))
        for severity in Severity
    ]
    parts = [
        f"{amount} {severity}{'' if amount == 1 else 's'}" for severity, amount in amounts if amount
    ]
    if findings.suppressed:
        parts.append(f"{len(findings.suppressed)} suppressed")
    return ", ".join(parts) or "no findings"
