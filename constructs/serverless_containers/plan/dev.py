"""The process that stands for a service where no container runs: ``dev`` of its settings."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from serverless_containers.compose.model import Project, Service
from serverless_containers.compose.notation.ports import HIGHEST_PORT
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, Sequence
from serverless_containers.findings import Findings, KeyPath
from serverless_containers.plan import rules
from serverless_containers.plan.model import DevPlan
from serverless_containers.plan.settings import EXTENSION, quoted
from serverless_containers.spelling import nearest

DEV: Final = "dev"
"""The setting of a service that ``plan_dev`` reads."""
_KEYS: Final = ("command", "directory", "ready", "ports")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HERE: Final = ("localhost", "127.0.0.1")


def plan_dev(service: Service, project: Project, findings: Findings) -> DevPlan | None:
    """Read the process that stands for a service on a developer's machine. It is never deployed.

    Args:
        service: The service.
        project: The project, whose folder a relative path starts from.
        findings: Takes settings that are unknown or of the wrong type.

    Returns:
        The process; None if the service names none.
    """
    settings = service.node.get(EXTENSION) if isinstance(service.node, MappingNode) else None
    node = settings.get(DEV) if isinstance(settings, MappingNode) else None
    if node is None:
        return None
    reader = _Reader((*service.path, EXTENSION, DEV), findings)
    if not isinstance(node, MappingNode):
        reader.report(node, (), f"expected a mapping of {', '.join(_KEYS)}, got {quoted(node)}")
        return None
    reader.check_keys(node)
    command = reader.command(node)
    build = service.build
    start = Path(build.context) if build and build.is_local else project.directory
    return DevPlan(
        command=command,
        directory=str(reader.directory(node.get("directory"), project.directory, start)),
        ready=reader.ready(node.get("ready")),
        ports=reader.ports(node.get("ports")),
    )


class _Reader:
    """Reads the keys of one process."""

    def __init__(self, path: KeyPath, findings: Findings) -> None:
        self._path = path
        self._findings = findings

    def report(self, node: Node, path: KeyPath, problem: str, way_out: str = "") -> None:
        """Report a value."""
        self._findings.report(
            rules.SETTING_INVALID, node.at, (*self._path, *path), problem, way_out
        )

    def check_keys(self, node: MappingNode) -> None:
        """Report keys that nobody knows."""
        for name in node:
            if name not in _KEYS:
                near = nearest(name, _KEYS)
                self._findings.report(
                    rules.SETTING_INVALID,
                    node.key_at(name),
                    (*self._path, name),
                    f"there is no setting of this name; the settings are {', '.join(_KEYS)}",
                    f"did you mean {near!r}?" if near else "",
                )

    def command(self, node: MappingNode) -> tuple[str, ...]:
        """Read the command: a line for a shell, or a program and its arguments."""
        value = node.get("command")
        if value is None:
            self.report(node, (), "a process has a command", 'add one: command: "npm run dev"')
        elif isinstance(value, Scalar) and isinstance(value.value, str) and value.value.strip():
            return ("/bin/sh", "-c", value.value)
        elif isinstance(value, Sequence) and (words := _texts(value)):
            return words
        else:
            self.report(
                value,
                ("command",),
                "expected a line for a shell, or a list of a program and its arguments, got "
                f"{quoted(value)}",
            )
        return ()

    def directory(self, node: Node | None, folder: Path, default: Path) -> Path:
        """Read the folder in which it starts."""
        if node is None:
            return default
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.value:
            self.report(node, ("directory",), f"expected a folder, got {quoted(node)}")
            return default
        found = folder / node.value
        if not found.is_dir():
            self.report(
                node,
                ("directory",),
                f"there is no folder {node.value!r}",
                f"a relative path starts at {folder}",
            )
        return found

    def ready(self, node: Node | None) -> str:
        """Read what is asked whether it is ready."""
        if node is None:
            return ""
        if isinstance(node, Scalar) and _is_port(node.value):
            return str(node.value)
        if isinstance(node, Scalar) and isinstance(node.value, str) and _is_local_url(node.value):
            return node.value
        self.report(
            node,
            ("ready",),
            "expected the URL of an answer, like http://localhost:8080/health, or a port, "
            f"got {quoted(node)}",
        )
        return ""

    def ports(self, node: Node | None) -> Mapping[str, int]:
        """Read the variables that say where ports are."""
        if node is None:
            return {}
        if not isinstance(node, MappingNode):
            self.report(
                node,
                ("ports",),
                "expected a mapping of variables to ports of the container, like {PORT: 8080}, "
                f"got {quoted(node)}",
            )
            return {}
        found: dict[str, int] = {}
        for name, value in node.items():
            if not _VARIABLE.fullmatch(name):
                self._findings.report(
                    rules.SETTING_INVALID,
                    node.key_at(name),
                    (*self._path, "ports", name),
                    f"expected the name of a variable, got {name!r}",
                    "the variable comes first: {PORT: 8080}",
                )
            elif isinstance(value, Scalar) and _is_port(value.value):
                found[name] = int(str(value.value))
            else:
                self.report(
                    value,
                    ("ports", name),
                    f"expected a port from 1 to {HIGHEST_PORT}, got {quoted(value)}",
                )
        return found


def _texts(node: Sequence) -> tuple[str, ...]:
    """The texts of a list; none if it holds anything else."""
    values = [each.value if isinstance(each, Scalar) else None for each in node.items]
    texts = tuple(str(each) for each in values if isinstance(each, (str, int, float)))
    return texts if len(texts) == len(values) and texts and texts[0] else ()


def _is_port(value: object) -> bool:
    # True is a number to Python.
    return type(value) is int and 1 <= value <= HIGHEST_PORT


def _is_local_url(text: str) -> bool:
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return False
    return url.scheme == "http" and url.hostname in _HERE and port != 0 and url.username is None
