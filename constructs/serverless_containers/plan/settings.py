"""Settings in a Compose file for this library, under ``x-serverless-containers``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from serverless_containers.compose.model import Part, Project
from serverless_containers.compose.notation.ports import HIGHEST_PORT
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, Sequence
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.plan import rules
from serverless_containers.spelling import nearest

EXTENSION = "x-serverless-containers"
SUPPRESS = "suppress"
"""The setting that ``read_suppressions`` reads."""
PACK = "pack"
"""The setting that ``read_pack_setting`` reads."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One value, and where it stands."""

    value: str | int
    at: Location | None
    path: KeyPath


Settings = Mapping[str, Setting]
"""Settings by name."""

Known: TypeAlias = Mapping[str, type[str] | type[int] | type[bool] | range | tuple[str, ...]]
"""The settings of a place by name: each of a type, a whole number of a range, or one of
several words."""

OF_A_PROJECT: Known = {
    "entrypoint": str,
    "port": range(1, HIGHEST_PORT + 1),
    "cpu": int,
    "memory": int,
    "secrets": ("variables", "files"),
    "names": ("hosts", "none"),
    "strict": bool,
}
_TYPE_NAMES: Mapping[type, str] = {
    str: "a string",
    int: "a whole number",
    bool: "true or false",
}


def read_settings(project: Project, findings: Findings) -> Settings:
    """Read the settings of a file, reporting those that are unknown or of the wrong type."""
    return read_extension(project, OF_A_PROJECT, findings, elsewhere=(SUPPRESS, PACK))


def read_extension(
    part: Part, known: Known, findings: Findings, *, elsewhere: tuple[str, ...] = ()
) -> Settings:
    """Read the settings of one part of a file: of a service, a volume, a secret, or of it all.

    Args:
        part: The part.
        known: The settings that it may have; none of them is needed.
        findings: Takes those that are unknown or of the wrong type.
        elsewhere: Settings that something else reads.
    """
    node = part.node.get(EXTENSION) if isinstance(part.node, MappingNode) else None
    if node is None:
        return {}
    path = (*part.path, EXTENSION)
    names = (*known, *elsewhere)
    if not isinstance(node, MappingNode):
        findings.report(
            rules.SETTING_INVALID,
            node.at,
            path,
            f"expected a mapping of {', '.join(names)}" if names else "there are no settings here",
            "" if names else "remove it",
        )
        return {}
    settings: dict[str, Setting] = {}
    for name, value in node.items():
        if name in elsewhere:
            continue
        if name not in known:
            _report_unknown(name, names, node.key_at(name), (*path, name), findings)
            continue
        problem = _problem(value, known[name])
        if problem:
            findings.report(rules.SETTING_INVALID, value.at, (*path, name), problem)
        elif isinstance(value, Scalar) and isinstance(value.value, (str, int)):
            settings[name] = Setting(value.value, value.at, (*path, name))
    return settings


def _report_unknown(
    name: str, names: tuple[str, ...], at: Location, path: KeyPath, findings: Findings
) -> None:
    near = nearest(name, names)
    findings.report(
        rules.SETTING_INVALID,
        at,
        path,
        f"there is no setting of this name; the settings are {', '.join(names)}"
        if names
        else "there are no settings here",
        f"did you mean {near!r}?" if near else "",
    )


def _problem(value: Node, expected: type | range | tuple[str, ...]) -> str | None:
    """The problem of a value; None if there is none."""
    given = quoted(value)
    if isinstance(expected, tuple):
        if isinstance(value, Scalar) and value.value in expected:
            return None
        return f"expected {' or '.join(expected)}, got {given}"
    # True and False are numbers to Python.
    if isinstance(expected, range):
        if isinstance(value, Scalar) and type(value.value) is int and value.value in expected:
            return None
        return f"expected a whole number from {expected[0]} to {expected[-1]}, got {given}"
    if isinstance(value, Scalar) and type(value.value) is expected:
        return None
    return f"expected {_TYPE_NAMES[expected]}, got {given}"


def quoted(node: Node) -> str:
    """Return a value as a finding quotes it."""
    if isinstance(node, Scalar):
        return "nothing" if node.value is None else repr(node.value)
    return "a list" if isinstance(node, Sequence) else "a mapping"
