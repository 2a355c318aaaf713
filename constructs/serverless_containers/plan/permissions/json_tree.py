"""JSON text to a tree with positions, of the nodes that Compose files are made of.

No YAML reader could do it: YAML knows no surrogate pairs and no keys of more than 1,024 characters
or with their colon in the next line, all of which are JSON.
"""

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field

from serverless_containers.compose.yaml.nodes import MappingNode, Mark, Node, Scalar, Sequence
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.plan.permissions import rules
from serverless_containers.plan.permissions.json_syntax import explain

# The same as of the excerpts that are shown with findings.
_LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^ \t\n\r"\[\]{}:,]+')
_BRACE = "{"
_CONSTANTS = {"true": True, "false": False, "null": None}
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
    places = Places(file, text)
    try:
        # Numbers stay text: there is no bound to how long they are.
        json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        position, message, fix = explain(text, error)
        at = Location(*places.mark(position))
        findings.report(rules.POLICY_SYNTAX, at, (), message, fix)
        return None
    except RecursionError:
        findings.report(
            rules.POLICY_FORM,
            Location(file, 1, 1),
            (),
            "the file is nested more deeply than any policy",
            "write an array of statements",
        )
        return None
    return _Builder(places, findings).build(text)


class Places:
    """Where the characters of a text stand."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._starts = [0, *(match.end() for match in _LINE_BREAK.finditer(text))]

    def mark(self, position: int) -> Mark:
        """The line and column of a character."""
        line = bisect_right(self._starts, position)
        return (self._file, line, position - self._starts[line - 1] + 1)


@dataclass(slots=True)
class _Open:
    """An array or an object that is being read."""

    mark: Mark
    is_object: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    key_marks: dict[str, Mark] = field(default_factory=dict)
    key: str | None = None

    @property
    def next(self) -> str | int:
        """The key or the index of the value that comes next."""
        return len(self.items) if self.key is None else self.key

    def add(self, node: Node) -> None:
        if self.key is None:
            self.items.append(node)
        else:
            self.entries.setdefault(self.key, node)
            self.key = None

    def close(self) -> Node:
        if self.is_object:
            return MappingNode(self.entries, self.mark, self.key_marks)
        return Sequence(tuple(self.items), self.mark)


class _Builder:
    """Makes the tree of a text that is known to be JSON, but for numbers that are none."""

    def __init__(self, places: Places, findings: Findings) -> None:
        self._places = places
        self._findings = findings
        self._stack: list[_Open] = []
        self._is_json = True

    def build(self, text: str) -> Node | None:
        root: Node | None = None
        for match in _TOKEN.finditer(text):
            token = match[0]
            if token in {",", ":"}:
                continue
            mark = self._places.mark(match.start())
            if token in {"[", "{"}:
                self._stack.append(_Open(mark, token == _BRACE))
                continue
            if token in {"]", "}"}:
                node = self._stack.pop().close()
            elif self._stack and self._stack[-1].is_object and self._stack[-1].key is None:
                self._take_key(token, mark)
                continue
            else:
                node = self._scalar(token, mark)
            if self._stack:
                self._stack[-1].add(node)
            else:
                root = node
        return root if self._is_json else None

    def _path(self) -> KeyPath:
        return tuple(each.next for each in self._stack)

    def _take_key(self, token: str, mark: Mark) -> None:
        parent = self._stack[-1]
        # Half a surrogate pair could not be printed. No key that is known holds one.
        key = json.loads(token).encode("utf-8", "backslashreplace").decode("utf-8")
        parent.key = key
        if key in parent.key_marks:
            self._findings.report(
                rules.POLICY_SYNTAX,
                Location(*mark),
                self._path(),
                "the key stands here twice",
                f"remove it here or in line {parent.key_marks[key][1]}",
            )
        else:
            parent.key_marks[key] = mark

    def _scalar(self, token: str, mark: Mark) -> Scalar:
        if token.startswith('"'):
            text = json.loads(token)
            return Scalar(text, mark, text, quoted=True)
        if token in _CONSTANTS:
            return Scalar(_CONSTANTS[token], mark, token)
        if token in _NOT_NUMBERS:
            self._is_json = False
            self._findings.report(
                rules.POLICY_SYNTAX,
                Location(*mark),
                self._path(),
                f"JSON has no {token}",
                "write a number, or text in double quotes",
            )
        return Scalar(float(token), mark, token)
