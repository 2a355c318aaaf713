"""How a mapping, a list and their variants are printed."""

from collections.abc import Mapping
from typing import TypeAlias

from serverless_containers.compose.fields import OMIT, Convert, Json, Work
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Sequence
from serverless_containers.findings import KeyPath

Fields: TypeAlias = Mapping[str, Convert]


def struct(
    fields: Fields, *, always: Mapping[str, Json] | None = None, keeps_null: bool = False
) -> Convert:
    """A mapping with known keys, in the order of the table; ``always`` are printed when missing."""
    missing = always or {}

    def convert(node: Node, path: KeyPath, work: Work) -> Json:
        if not isinstance(node, MappingNode):
            if not keeps_null:
                return OMIT
            return None
        entries = node.entries
        result: dict[str, Json] = {}
        for key, field in fields.items():
            if key in entries:
                value = field(entries[key], (*path, key), work)
                if value is not OMIT:
                    result[key] = value
                elif key in missing:
                    result[key] = missing[key]
            elif key in missing:
                result[key] = missing[key]
        return result

    return convert


def renamed(fields: Fields, names: Mapping[str, str]) -> Convert:
    """A mapping whose keys are printed under other names, all of them."""
    convert = struct(fields, always={"path": "", "weight": 0, "rate": "0"})

    def rename(node: Node, path: KeyPath, work: Work) -> Json:
        value = convert(node, path, work)
        return {names[key]: item for key, item in value.items()} if type(value) is dict else value

    return rename


def list_of(field: Convert) -> Convert:
    """A list, which is not printed when it is empty."""

    def convert(node: Node, path: KeyPath, work: Work) -> Json:
        if not isinstance(node, Sequence):
            return OMIT
        return [field(item, (*path, at), work) for at, item in enumerate(node.items)] or OMIT

    return convert


def map_of(field: Convert) -> Convert:
    """A mapping with names of the user, sorted, which is not printed when it is empty."""

    def convert(node: Node, path: KeyPath, work: Work) -> Json:
        if not isinstance(node, MappingNode) or not node.entries:
            return OMIT
        return {key: field(node.entries[key], (*path, key), work) for key in sorted(node.entries)}

    return convert
