"""JSON text to a tree with positions, of the nodes that Compose files are made of.

No YAML reader could do it: YAML knows no surrogate pairs and no keys of more than 1,024 characters
or with their colon in the next line, all of which are JSON.
"""

import json

from serverless_containers.compose.yaml.nodes import MappingNode, Mark, Node, Scalar, Sequence
from serverless_containers.findings import LINE_BREAK, Findings, KeyPath, Lines, Location
from serverless_containers.json_source import (
    JsonArray,
    JsonNode,
    JsonObject,
    JsonScalar,
    NestedTooDeeplyError,
    parse_json,
)
from serverless_containers.plan.permissions import rules
from serverless_containers.plan.permissions.json_syntax import explain

_NOT_NUMBERS = frozenset({"NaN", "Infinity", "-Infinity"})


def read_json(text: str, *, file: str, findings: Findings) -> Node | None:
    """Read a JSON text.

    Args:
        text: Any text.
        file: The file as the user would name it.
        findings: Where problems are reported.

    Returns:
        Its value; None where it is no JSON. The text of a number is as it was written. Of keys that
        stand twice the first counts.
    """
    lines = Lines(file, text, LINE_BREAK)
    try:
        root = parse_json(text, constants=True)
    except NestedTooDeeplyError:
        findings.report(
            rules.POLICY_FORM,
            Location(file, 1, 1),
            (),
            "the file is nested more deeply than any policy",
            "write an array of statements",
        )
        return None
    except json.JSONDecodeError as error:
        position, message, fix = explain(text, error)
        findings.report(rules.POLICY_SYNTAX, lines.at(position), (), message, fix)
        return None
    return _Converter(text, lines, findings).convert(root)


class _Converter:
    """Makes nodes of JSON's values, and reports keys that stand twice and numbers that are none."""

    def __init__(self, text: str, lines: Lines, findings: Findings) -> None:
        self._text = text
        self._lines = lines
        self._findings = findings
        self._is_json = True

    def convert(self, root: JsonNode) -> Node | None:
        node = self._node(root, ())
        return node if self._is_json else None

    def _node(self, node: JsonNode, path: KeyPath) -> Node:
        mark = self._lines.mark(node.start)
        if isinstance(node, JsonScalar):
            return self._scalar(node, mark, path)
        if isinstance(node, JsonArray):
            items = (self._node(item, (*path, index)) for index, item in enumerate(node.items))
            return Sequence(tuple(items), mark)
        return self._mapping(node, mark, path)

    def _mapping(self, node: JsonObject, mark: Mark, path: KeyPath) -> MappingNode:
        entries: dict[str, Node] = {}
        key_marks: dict[str, Mark] = {}
        for member in node.members:
            # Half a surrogate pair could not be printed. No key that is known holds one.
            key = member.name.encode("utf-8", "backslashreplace").decode("utf-8")
            place = (*path, key)
            at = self._lines.mark(member.start)
            if key in key_marks:
                self._findings.report(
                    rules.POLICY_SYNTAX,
                    Location(*at),
                    place,
                    "the key stands here twice",
                    f"remove it here or in line {key_marks[key][1]}",
                )
            key_marks.setdefault(key, at)
            entries.setdefault(key, self._node(member.value, place))
        return MappingNode(entries, mark, key_marks)

    def _scalar(self, node: JsonScalar, mark: Mark, path: KeyPath) -> Scalar:
        if isinstance(node.value, str):
            return Scalar(node.value, mark, node.value, quoted=True)
        written = self._text[node.start : node.end]
        if isinstance(node.value, bool) or node.value is None:
            return Scalar(node.value, mark, written)
        if written in _NOT_NUMBERS:
            self._is_json = False
            self._findings.report(
                rules.POLICY_SYNTAX,
                Location(*mark),
                path,
                f"JSON has no {written}",
                "write a number, or text in double quotes",
            )
        return Scalar(float(written), mark, written)
