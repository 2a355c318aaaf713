"""``include``: whole projects whose services and resources become part of this one."""

import posixpath
from dataclasses import dataclass

from serverless_containers.compose import paths, rules
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    Sequence,
    replaced,
    same,
)
from serverless_containers.findings import Findings, KeyPath

_SECTIONS = ("services", "volumes", "networks", "secrets", "configs", "models", "jobs")


@dataclass(frozen=True, slots=True)
class Inclusion:
    """One entry of ``include``, with absolute paths.

    Attributes:
        files: The files, the later merged onto the earlier.
        directory: The folder that their paths are relative to.
        env_files: The files of variables; None for `.env` of that folder, if it is there.
        node: Where the entry stands.
        path: The keys that lead there.
    """

    files: tuple[str, ...]
    directory: str
    env_files: tuple[str, ...] | None
    node: Node
    path: KeyPath


def inclusions(root: MappingNode, directory: str, findings: Findings) -> list[Inclusion]:
    """Return the inclusions of a file.

    Args:
        root: The file's tree.
        directory: The folder that its paths are relative to.
        findings: Where files that are not on this machine are reported.
    """
    node = root.get("include")
    found = []
    for index, item in enumerate(node if isinstance(node, Sequence) else ()):
        path: KeyPath = ("include", index)
        entry = item if isinstance(item, MappingNode) else MappingNode({"path": item}, item.mark)
        files = _texts(entry.get("path"))
        if not files:
            # The schema says what is wrong with it, or there is nothing to include.
            continue
        if remote := [file for file in files if paths.is_remote_file(file)]:
            findings.report(
                rules.REMOTE_RESOURCE,
                item.at,
                path,
                f"{remote[0]!r} is not on this machine",
                "copy the file beside this one",
            )
            continue
        absolute = tuple(paths.absolute(file, directory) for file in files)
        folder = _texts(entry.get("project_directory"))
        env_files = _texts(entry.get("env_file"))
        found.append(
            Inclusion(
                absolute,
                paths.absolute(folder[0], directory)
                if folder and folder[0]
                else posixpath.dirname(absolute[0]),
                tuple(
                    paths.join(directory, file) if not file.startswith("/") else file
                    for file in env_files
                )
                if env_files
                else None,
                item,
                path,
            )
        )
    return found


def add_resources(root: MappingNode, imported: MappingNode, findings: Findings) -> MappingNode:
    """Take what an included project defines into a file.

    Args:
        root: The file's tree.
        imported: The included project's.
        findings: Where names that both define are reported.
    """
    changes: dict[str, Node] = {}
    for section in _SECTIONS:
        source = imported.get(section)
        if not isinstance(source, MappingNode):
            continue
        own = root.get(section)
        target = own if isinstance(own, MappingNode) else MappingNode({}, source.mark)
        added: dict[str, Node] = {}
        for name, value in source.items():
            known = target.get(name)
            if known is None:
                added[name] = value
            elif not same(known, value):
                findings.report(
                    rules.INCLUDE_INVALID,
                    target.key_at(name),
                    (section, name),
                    f"{name!r} is defined by {source.key_at(name)} too, which is included",
                    "rename one of them",
                )
        changes[section] = MappingNode(
            {**target.entries, **added}, target.mark, {**source.key_marks, **target.key_marks}
        )
    return replaced(root, changes)


def _texts(node: Node | None) -> tuple[str, ...]:
    nodes = node.items if isinstance(node, Sequence) else () if node is None else (node,)
    return tuple(
        item.value for item in nodes if isinstance(item, Scalar) and isinstance(item.value, str)
    )
