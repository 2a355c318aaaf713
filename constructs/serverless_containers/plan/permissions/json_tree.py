"""JSON text to a tree with positions, of the nodes that Compose files are made of.

No YAML reader could do it: YAML knows no surrogate pairs and no keys of more than 1,024 characters
or with their colon in the next line, all of which are JSON.
"""

import json
import re
from bisect import bisect_right

from serverless_containers.compose.yaml.nodes import MappingNode, Mark, Node, Scalar, Sequence
from serverless_containers.findings import Findings, KeyPath, Location
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

# The same as of the excerpts that are shown with findings.
_LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
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
    marks = Marks(file, text)
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
        findings.report(rules.POLICY_SYNTAX, Location(*marks.of(position)), (), message, fix)
        return None
    return _Converter(text, marks, findings).convert(root)


class Marks:
    """Lines and columns of the characters of a text."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._starts = [0, *(match.end() for match in _LINE_BREAK.finditer(text))]

    def of(self, position: int) -> Mark:
        """Return the line and the column of a character."""
        line = bisect_right(self._starts, position)
        return (self._file, line, position - self._starts[line - 1] + 1)


class _Converter:
    """Makes nodes of JSON's values, and reports keys that stand twice and numbers that are none."""

    def __init__(self, text: str, marks: Marks, findings: Findings) -> None:
        self._text = text
        self._marks = marks
        self._findings = findings
        self._is_json = True

    def convert(self, root: JsonNode) -> Node | None:
        node = self._node(root, ())
        return node if self._is_json else None

    def _node(self, node: JsonNode, path: KeyPath) -> Node:
        mark = self._marks.of(node.start)
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
            at = self._marks.of(member.start)
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
