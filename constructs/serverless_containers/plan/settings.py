"""What a Compose file says to this library itself, under ``x-serverless-containers``."""

from collections.abc import Mapping
from dataclasses import dataclass

from serverless_containers.compose.model import Project
from serverless_containers.compose.nodes import MappingNode, Scalar
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.plan import rules

EXTENSION = "x-serverless-containers"
SUPPRESS = "suppress"
"""The one setting that is read elsewhere: by ``read_suppressions``."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One value, and where it stands."""

    value: str | int
    at: Location | None
    path: KeyPath


Settings = Mapping[str, Setting]

_TYPES: dict[str, type[str] | type[int]] = {
    "entrypoint": str,
    "port": int,
    "cpu": int,
    "memory": int,
    "secrets": str,
}
_CHOICES = {"secrets": ("variables", "files")}
_NAMES = ", ".join((*_TYPES, SUPPRESS))
_TYPE_NAMES = {str: "a string", int: "a whole number"}


def read_settings(project: Project, findings: Findings) -> Settings:
    """Read the settings of a file, reporting those that are unknown or of the wrong type."""
    if not isinstance(project.node, MappingNode):
        return {}
    node = project.node.get(EXTENSION)
    if node is None:
        return {}
    if not isinstance(node, MappingNode):
        findings.report(
            rules.SETTING_INVALID,
            node.at,
            (EXTENSION,),
            f"expected a mapping of {_NAMES}",
        )
        return {}
    settings: dict[str, Setting] = {}
    for name, value in node.items():
        if name == SUPPRESS:
            continue
        path = (EXTENSION, name)
        expected = _TYPES.get(name)
        if expected is None:
            findings.report(
                rules.SETTING_INVALID,
                node.key_at(name),
                path,
                f"there is no setting of this name; the settings are {_NAMES}",
            )
        elif isinstance(value, Scalar) and value.value not in _CHOICES.get(name, (value.value,)):
            findings.report(
                rules.SETTING_INVALID,
                value.at,
                path,
                f"expected {' or '.join(_CHOICES[name])}, got {value.value!r}",
            )
        elif (
            isinstance(value, Scalar)
            and isinstance(value.value, expected)
            and not isinstance(value.value, bool)
        ):
            settings[name] = Setting(value.value, value.at, path)
        else:
            given = repr(value.value) if isinstance(value, Scalar) else "a list or a mapping"
            findings.report(
                rules.SETTING_INVALID,
                value.at,
                path,
                f"expected {_TYPE_NAMES[expected]}, got {given}",
            )
    return settings
