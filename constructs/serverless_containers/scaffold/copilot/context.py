"""Paths and variables of a workspace's manifests, and their environments."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from serverless_containers.compose.files import is_file
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, replaced
from serverless_containers.findings import KeyPath
from serverless_containers.scaffold.report import Report
from serverless_containers.scaffold.sections import Section

_VARIABLE = re.compile(r"(\\?)\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$")

_HOST = re.compile(
    r"(?:(?<=//)|(?<=@))[a-z0-9][a-z0-9.-]*(?![\w.-])"
    r"|(?<![^,;=])[a-z0-9][a-z0-9.-]*(?=:[\d$]|[,;]|$)"
)
"""A host: in a URL, before a port, or alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A workspace, seen from one of its environments.

    Attributes:
        root: The workspace's root, absolute: that of all paths in manifests.
        application: The application's name.
        environment: The environment's name.
        others: The names of the other workloads.
        report: Takes what became of the keys.
    """

    root: Path
    application: str
    environment: str
    others: frozenset[str]
    report: Report

    def section(self, node: MappingNode) -> Section:
        """Return a manifest as a section, with its variables replaced as Copilot does."""
        return Section(node, (), self.report, self._text)

    def _text(self, scalar: Scalar, path: KeyPath) -> str:
        """Return a text for a Compose file: each dollar sign that means itself is doubled."""
        if isinstance(scalar.value, bool):
            return "true" if scalar.value else "false"
        written = scalar.value if isinstance(scalar.value, str) else scalar.text
        known = {
            "COPILOT_APPLICATION_NAME": self.application,
            "COPILOT_ENVIRONMENT_NAME": self.environment,
        }

        def value_of(match: "re.Match[str]") -> str:
            escape, name = match[1], match[2]
            if name is None:
                return "$$"
            if escape:
                return f"$${{{name}}}"
            if name in known:
                return known[name].replace("$", "$$")
            self.report.changed(
                scalar.at,
                path,
                f"${{{name}}} is taken from .env beside the Compose file, and not from the shell",
            )
            return f"${{{name}}}"

        return _VARIABLE.sub(value_of, written)

    def called(self, text: str) -> str | None:
        """Return the address of a service of the application that a text names, if it names one.

        A service has its own name, and one in the environment's namespace ("Service-to-Service
        Communication" in Copilot's documentation).

        Args:
            text: The value of a variable.
        """
        namespace = f".{self.environment}.{self.application}.local"
        hosts = (match[0] for match in _HOST.finditer(plain(text)))
        return next((host for host in hosts if host in self.others or namespace in host), None)

    def path(self, section: Section, key: str, text: str) -> Path | None:
        """Return a path of a manifest, if it stays in the workspace.

        Args:
            section: The mapping that names it.
            key: Its key.
            text: The path, from the workspace's root.
        """
        path = Path(os.path.normpath(self.root / plain(text)))
        try:
            real = Path(os.path.realpath(path))
        except (OSError, ValueError):
            section.error(key, f"{text!r} is no path")
            return None
        if not path.is_relative_to(self.root):
            section.error(key, f"{text} is outside the workspace; move it in, or copy it there")
            return None
        if not real.is_relative_to(os.path.realpath(self.root)):
            section.error(
                key,
                f"{text} is a symbolic link, or behind one, that leads out of the workspace; copy "
                "what it leads to",
            )
            return None
        return path

    def file(self, section: Section, key: str, text: str) -> Path | None:
        """Return the path of a file that is there; see `path`."""
        path = self.path(section, key, text)
        if path is not None and not is_file(path):
            section.error(key, f"{text} is no file")
            return None
        return path

    def relative(self, path: Path) -> str:
        """Return a path as a Compose file at the workspace's root names it."""
        name = path.relative_to(self.root).as_posix().replace("$", "$$")
        return "." if name == "." else f"./{name}"


def plain(text: str) -> str:
    """Return a text as it is outside of a Compose file."""
    return text.replace("$$", "$")


def merged(base: Node, over: Node) -> Node:
    """Return a manifest with what an environment says in its place, as Copilot merges them.

    Mappings are merged; anything else takes the place of what was there.
    """
    if not isinstance(base, MappingNode) or not isinstance(over, MappingNode):
        return over
    entries = dict(base.entries)
    marks = {**base.key_marks, **over.key_marks}
    for key, value in over.items():
        entries[key] = merged(entries[key], value) if key in entries else value
    return MappingNode(entries, over.mark, marks)


_ALTERNATIVES = {
    "image": {"build": "location", "location": "build"},
    "count": {"range": "spot", "spot": "range"},
}
"""Keys that exclude each other, by the mapping that they are in."""


def without_alternatives(node: MappingNode, over: MappingNode) -> MappingNode:
    """Return a manifest without what excludes a key that an environment gives."""
    changes: dict[str, Node] = {}
    for name, excluded in _ALTERNATIVES.items():
        mapping, given = node.get(name), over.get(name)
        if isinstance(mapping, MappingNode) and isinstance(given, MappingNode):
            dropped = {excluded[key] for key in given if key in excluded} - set(given)
            entries = {key: value for key, value in mapping.items() if key not in dropped}
            changes[name] = MappingNode(entries, mapping.mark, mapping.key_marks)
    return replaced(node, changes)
