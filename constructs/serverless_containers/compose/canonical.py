"""Short syntaxes to long ones, by tables of keys.

Gives every other phase one form to look at. A value that is of no form that Compose knows is left
as it is: the schema reports it.
"""

from collections.abc import Callable, Mapping

from serverless_containers.compose.files import Reader
from serverless_containers.compose.forms import (
    Form,
    Work,
    contexts,
    depends_on,
    dns,
    env_file,
    gpus,
    maybe_external,
    names_to_mapping,
    shown,
    ssh,
    text_to,
    text_to_list,
    ulimit,
)
from serverless_containers.compose.forms_short import device, mount, ports
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Node,
    Sequence,
    replaced,
)
from serverless_containers.findings import KeyPath


def canonical(root: MappingNode, reader: Reader) -> MappingNode:
    """Expand every short syntax of a file.

    Args:
        root: Its tree.
        reader: Holds the findings, and what ranges may still take. A value with a problem is left
            out.

    Raises:
        StoppedError: If ranges come to too many ports; it has been reported.
    """
    return _apply(root, _PROJECT, (), Work(reader))


def _apply(node: MappingNode, table: Mapping[str, Form], path: KeyPath, work: Work) -> MappingNode:
    changes: dict[str, Node] = {}
    entries = node.entries
    for key in entries.keys() & table.keys():
        value = entries[key]
        new = table[key](value, (*path, key), work)
        if new is not value:
            changes[key] = new
    return replaced(node, changes)


def _within(table: Mapping[str, Form]) -> Form:
    def form(node: Node, path: KeyPath, work: Work) -> Node:
        return _apply(node, table, path, work) if isinstance(node, MappingNode) else node

    return form


def _each(form: Form) -> Form:
    """A form for each value of a mapping."""

    def every(node: Node, path: KeyPath, work: Work) -> Node:
        if not isinstance(node, MappingNode):
            return node
        changes = {}
        for key, value in node.entries.items():
            new = form(value, (*path, key), work)
            if new is not value:
                changes[key] = new
        return replaced(node, changes)

    return every


def _items(form: Callable[[Node, KeyPath, Work], Node | None]) -> Form:
    """A form for each item of a list. An item that has none is left out."""

    def every(node: Node, path: KeyPath, work: Work) -> Node:
        if not isinstance(node, Sequence):
            return node
        made = (form(item, (*path, index), work) for index, item in enumerate(node.items))
        return Sequence(tuple(item for item in made if item is not None), node.mark)

    return every


_FILE_USE = text_to("source")


_BUILD: dict[str, Form] = {
    "secrets": _items(_FILE_USE),
    "provenance": shown,
    "sbom": shown,
    "additional_contexts": contexts,
    "ssh": ssh,
    "ulimits": _each(ulimit),
}


def _build(node: Node, path: KeyPath, work: Work) -> Node:
    if isinstance(node, MappingNode):
        return _apply(node, _BUILD, path, work)
    return text_to("context")(node, path, work)


_WATCH: dict[str, Form] = {"ignore": text_to_list, "include": text_to_list}


_SERVICE: dict[str, Form] = {
    "build": _build,
    "depends_on": depends_on,
    "env_file": env_file,
    "label_file": text_to_list,
    "extends": text_to("service"),
    "gpus": gpus,
    "networks": names_to_mapping,
    "models": names_to_mapping,
    "volumes": _items(mount),
    "dns": dns,
    "devices": _items(device),
    "secrets": _items(_FILE_USE),
    "configs": _items(_FILE_USE),
    "ports": ports,
    "ulimits": _each(ulimit),
    "develop": _within({"watch": _items(_within(_WATCH))}),
}


_PROJECT: dict[str, Form] = {
    "services": _each(_within(_SERVICE)),
    **dict.fromkeys(("volumes", "networks", "secrets", "configs"), _each(maybe_external)),
}
