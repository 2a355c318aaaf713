"""Findings that say one thing several times, folded into one each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from serverless_containers.compose.messages import COPY_TEMPLATE, name_not_set
from serverless_containers.compose.rules import VARIABLE_NOT_SET
from serverless_containers.findings import Finding, Findings, KeyPath, Severity
from serverless_containers.findings.listing import listed

_OF_FILES = ("environment", "env_file")
"""The keys of a service that one file of variables has findings at, in each service alike."""


def fold(findings: Findings) -> Findings:
    """Return findings in which each thing is said once; suppressed ones stay as they are.

    - An error about a value that lacks a variable says so, and the warning about the variable goes.
    - Variables that one template of a missing ``.env`` names are one warning.
    - Equal findings about the variables of several services are one that lists the services.

    Args:
        findings: The findings, in which suppressions have been applied.
    """
    told = _with_services(_with_variables(_with_causes(list(findings))))
    folded = Findings(told)
    for each in findings.suppressed:
        folded.suppress(each)
    return folded


def _with_causes(findings: list[Finding]) -> list[Finding]:
    """Put the variables that have no value into the errors that come of it."""
    unset = [each for each in findings if each.rule == VARIABLE_NOT_SET]
    if not unset:
        return findings
    causes: dict[object, list[Finding]] = {}
    for each in unset:
        for key in {(each.at, each.path), _mount_of(each.path)}:
            causes.setdefault(key, []).append(each)
    told: list[Finding] = []
    explained: dict[Finding, None] = {}
    for each in findings:
        found: list[Finding] = []
        if each.rule.severity is Severity.ERROR:
            # About the value that lacks a variable, or about the mount that has it.
            found = causes.get((each.at, each.path)) or _causes_below(each, causes)
        explained.update(dict.fromkeys(found))
        told.append(_with_cause(each, found) if found else each)
    return [each for each in told if each not in explained]


def _causes_below(error: Finding, causes: Mapping[object, list[Finding]]) -> list[Finding]:
    """The warnings about variables in the mount that an error is about."""
    mount = _mount_of(error.path) if len(error.path) == 4 else None
    # Where a mount could not be read, those after it have other numbers in errors.
    return [
        each
        for each in causes.get(mount, [])
        if mount is not None
        and error.at is not None
        and each.at is not None
        and each.at.file == error.at.file
        and each.at >= error.at
    ]


def _mount_of(path: KeyPath) -> KeyPath | None:
    """The path of the mount that a path is in; None if it is in none."""
    return path[:4] if len(path) >= 4 and path[2] == "volumes" else None


def _with_cause(error: Finding, causes: list[Finding]) -> Finding:
    names = list(dict.fromkeys(name_not_set(each.message) for each in causes))
    copies = [each.fix for each in causes if _is_of_template(each)]
    fix = copies[0] if copies else f"give {listed(names)} a value in .env"
    # The variable need not be the cause, unless the advice is about it already.
    if error.fix and (copies or ".env" not in error.fix):
        fix = f"{error.fix}; and {fix}"
    verb = "are" if len(names) > 1 else "is"
    return replace(error, message=f"{error.message} ({listed(names)} {verb} not set)", fix=fix)


def _with_variables(findings: list[Finding]) -> Iterator[Finding]:
    """Make one warning of those about variables of one template."""
    of_template: dict[str, list[Finding]] = {}
    for each in findings:
        if _is_of_template(each):
            of_template.setdefault(each.fix, []).append(each)
        else:
            yield each
    for fix, alike in of_template.items():
        names = list(dict.fromkeys(name_not_set(each.message) for each in alike))
        message = (
            f"the variables {listed(names)} are not set, and empty strings are put in their "
            "places: there is no .env"
        )
        yield alike[0] if len(names) == 1 else replace(alike[0], message=message, fix=fix)


def _is_of_template(finding: Finding) -> bool:
    is_about_variable = finding.rule.code == VARIABLE_NOT_SET.code
    return is_about_variable and finding.fix.startswith(f"{COPY_TEMPLATE} ")


def _with_services(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Make one finding of equal ones about the variables of several services."""
    alike: dict[object, list[Finding]] = {}
    for each in findings:
        alike.setdefault(_said_by(each), []).append(each)
    for same in alike.values():
        first, *others = same
        services = list(dict.fromkeys(str(each.path[1]) for each in others))
        if others and first.path[1] not in services:
            message = f"{first.message} (and so in {listed(services)})"
            yield replace(first, message=message)
        else:
            yield from same


def _said_by(finding: Finding) -> object:
    """A key that equal findings about the variables of services have in common."""
    path: KeyPath = finding.path
    if len(path) < 4 or path[0] != "services" or path[2] not in _OF_FILES:
        return finding
    below = path[3] if path[2] == "environment" else None
    return finding.rule, finding.message, finding.fix, path[2], below
