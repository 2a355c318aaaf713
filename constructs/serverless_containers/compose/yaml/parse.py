"""YAML text to a tree with positions.

Works on the parser's events, not on PyYAML's own tree: that resolves types by YAML 1.1, keeps the
last of duplicate keys, and recurses as deep as the file says.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import yaml
from yaml.reader import ReaderError

from serverless_containers.compose import limits, rules
from serverless_containers.compose.quota import Quota, QuotaError
from serverless_containers.compose.yaml.nodes import MappingNode, Mark, Node, Scalar, Sequence
from serverless_containers.compose.yaml.overrides import Tagged, take_overrides
from serverless_containers.compose.yaml.scalars import TagError, resolve_plain, resolve_tagged
from serverless_containers.compose.yaml.weight import weigh
from serverless_containers.findings import Findings, KeyPath, Location, Rule

_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""The ends of a line as PyYAML counts lines."""
_OVERRIDES = frozenset({"!reset", "!override"})


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document.

    Attributes:
        root: Its mapping.
        overrides: The paths that ``!reset`` and ``!override`` clear in the files before it.
    """

    root: MappingNode
    overrides: tuple[KeyPath, ...] = ()


def parse(
    content: bytes, *, file: str, findings: Findings, quota: Quota
) -> tuple[Document, ...] | None:
    """Read the documents of a file.

    Args:
        content: The file's bytes.
        file: The file as the user would name it.
        findings: Where problems are reported.
        quota: What aliases and merges may still take.

    Returns:
        The documents; None when there was an error.
    """
    builder = _Builder(file, findings, quota)
    try:
        builder.build(_events(content))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file, 1, 1)
        problem = " ".join(str(part) for part in (error.context, error.problem) if part)
        fix = "correct the YAML"
        if _is_tab(content, at):
            problem = "a tab stands here, and YAML is indented with spaces"
            fix = "put spaces in its place"
        findings.report(rules.YAML_SYNTAX, at, (), problem, fix)
        return None
    except ReaderError as error:
        _report_no_text(error, content, file, findings)
        return None
    except _StopReading:
        return None
    return tuple(builder.documents) if builder.sound else None


def _is_tab(content: bytes, at: Location) -> bool:
    """Say whether a tab stands at a place of which the parser complains."""
    lines = _LINE_END.split(content.decode(_codec_of(content), "replace").removeprefix("\ufeff"))
    line = lines[at.line - 1] if at.line <= len(lines) else ""
    return line[at.column - 1 : at.column] == "\t"


def _codec_of(content: bytes) -> str:
    return "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"


def _report_no_text(error: ReaderError, content: bytes, file: str, findings: Findings) -> None:
    """Report a byte that is no text, or a character that YAML does not allow, at its place."""
    codec = _codec_of(content)
    # PyYAML counts bytes or characters, as it is installed with libyaml or without.
    if error.reason.endswith("are not allowed"):
        before = content.decode(codec, "replace").partition(chr(error.character))[0]
        problem = f"the character U+{error.character:04X} is not allowed in YAML"
        fix = "remove it, and save the file as UTF-8 text"
    else:
        start = _undecodable(content, codec)
        before = content[:start].decode(codec, "replace")
        problem = f"the byte 0x{content[start : start + 1].hex()} is not {codec.upper()} here"
        fix = "save the file as UTF-8 text"
    lines = re.split(r"\r\n|\r|\n", before.removeprefix("\ufeff"))
    at = Location(file, len(lines), len(lines[-1]) + 1)
    findings.report(rules.YAML_SYNTAX, at, (), problem, fix)


def _undecodable(content: bytes, codec: str) -> int:
    """Return the index of the first byte that is no text of a codec."""
    try:
        content.decode(codec)
    except UnicodeDecodeError as error:
        return error.start
    return len(content)


def _events(content: bytes) -> Iterator[Any]:
    # Without libyaml PyYAML is eight times slower, and as right.
    loader = getattr(yaml, "CLoader", yaml.Loader)
    return yaml.parse(content, Loader=loader)


_Report: TypeAlias = Callable[[Rule, Mark, str, str], None]

# No key of a file can be this: YAML allows no such character.
_MERGE = "\0<<"


class _Frame:
    """A collection that is being read."""

    __slots__ = ("anchor", "expanded", "mark", "tag")

    def __init__(self, mark: Mark, anchor: str | None, tag: str | None) -> None:
        self.mark = mark
        self.anchor = anchor
        self.tag = tag

    def add(self, node: Node) -> None:
        """Take the next key or value."""
        raise NotImplementedError

    def close(self) -> Node:
        """Give the finished node."""
        raise NotImplementedError


class _SequenceFrame(_Frame):
    """A list that is being read."""

    __slots__ = ("items",)

    def __init__(self, mark: Mark, anchor: str | None, tag: str | None) -> None:
        super().__init__(mark, anchor, tag)
        self.items: list[Node] = []

    def add(self, node: Node) -> None:
        """Take the next key or value."""
        self.items.append(node)

    def close(self) -> Node:
        """Give the finished node."""
        return Sequence(tuple(self.items), self.mark)


class _MappingFrame(_Frame):
    """A mapping that is being read."""

    __slots__ = ("entries", "is_merge", "key", "key_marks", "merged", "quota", "report", "waiting")

    def __init__(
        self, mark: Mark, anchor: str | None, tag: str | None, report: _Report, quota: Quota
    ) -> None:
        super().__init__(mark, anchor, tag)
        self.report = report
        self.quota = quota
        self.entries: dict[str, Node] = {}
        self.key_marks: dict[str, Mark] = {}
        self.key: str | None = None
        self.waiting = False
        self.is_merge = False
        self.merged: Node | None = None

    def add(self, node: Node) -> None:
        """Take the next key or value."""
        if not self.waiting:
            self.waiting = True
            self.key = self._key(node)
            return
        self.waiting = False
        if self.is_merge:
            self.is_merge = False
            self.merged = node
        elif self.key is not None:
            self.entries[self.key] = node

    def _key(self, node: Node) -> str | None:
        if isinstance(node, Tagged):
            # A tag means nothing before a key.
            node = node.node
        if type(node) is not Scalar or type(node.value) is not str:
            shown = node.text or "null" if type(node) is Scalar else "a list or mapping"
            self.report(
                rules.KEY_NOT_TEXT,
                node.mark,
                f"expected text as a key, got {shown}",
                f'write "{shown}"' if type(node) is Scalar else "",
            )
            return None
        key = node.value
        # A quoted "<<" is an ordinary key.
        if key == "<<" and not node.quoted:
            self.is_merge = True
            key = _MERGE
        if key in self.key_marks:
            first = self.key_marks[key]
            self.report(
                rules.DUPLICATE_KEY,
                node.mark,
                f"{node.text!r} stands here twice",
                f"remove it here or in line {first[1]}",
            )
            return None
        self.key_marks[key] = node.mark
        return key

    def close(self) -> Node:
        """Give the finished node.

        Raises:
            QuotaError: If `<<` copies too much.
        """
        if self.merged is not None:
            self._merge(self.merged)
        return MappingNode(self.entries, self.mark, self.key_marks)

    def _merge(self, merged: Node) -> None:
        self.key_marks.pop(_MERGE, None)
        for source in merged.items if type(merged) is Sequence else (merged,):
            target = source.node if isinstance(source, Tagged) else source
            if type(target) is not MappingNode:
                self.report(
                    rules.YAML_SYNTAX,
                    source.mark,
                    "expected a mapping to merge with <<",
                    "name an anchor of a mapping",
                )
                continue
            self.quota.take_values(len(target.entries) + 1)
            for key, value in target.entries.items():
                if key not in self.entries:
                    self.entries[key] = value
                    self.key_marks[key] = target.key_marks.get(key, target.mark)


class _StopReading(Exception):  # noqa: N818  # no error of the reader: it has been reported
    pass


class _Builder:
    """Makes the documents of one file."""

    def __init__(self, file: str, findings: Findings, quota: Quota) -> None:
        self.documents: list[Document] = []
        self.sound = True
        self._file = file
        self._findings = findings
        self._quota = quota
        self._anchors: dict[str, Node | None] = {}
        self._has_aliases = False
        self._has_overrides = False

    def report(self, rule: Rule, mark: Mark, message: str, fix: str) -> None:
        """Report a problem of this file."""
        self.sound = False
        self._findings.report(rule, Location(*mark), (), message, fix)

    def build(self, events: Iterator[Any]) -> None:
        """Read every document."""
        file = self._file
        stack: list[_Frame] = []
        root = _SequenceFrame((file, 1, 1), None, None)
        frame: _Frame = root
        for event in events:
            kind = type(event)
            start = event.start_mark
            mark = (file, start.line + 1, start.column + 1)
            if kind is yaml.ScalarEvent:
                frame.add(self._scalar(event, mark))
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                stack.append(frame)
                frame = self._open(event, mark, len(stack))
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                node = self._close(frame)
                frame = stack.pop()
                frame.add(node)
            elif kind is yaml.AliasEvent:
                frame.add(self._alias(event, mark))
            elif kind is yaml.DocumentEndEvent:
                self._document(root.items.pop())
                self._anchors = {}

    def _open(self, event: Any, mark: Mark, depth: int) -> _Frame:  # noqa: ANN401  # untyped library
        if depth > limits.DEEPEST_NESTING:
            self._too_deep(mark)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if type(event) is yaml.MappingStartEvent:
            return _MappingFrame(mark, event.anchor, event.tag, self.report, self._quota)
        return _SequenceFrame(mark, event.anchor, event.tag)

    def _close(self, frame: _Frame) -> Node:
        try:
            node = frame.close()
        except QuotaError as error:
            self._too_much(frame.mark, error)
        if frame.tag in _OVERRIDES:
            node = self._tagged(frame.tag, node)
        if frame.anchor is not None:
            self._anchors[frame.anchor] = node
        return node

    def _scalar(self, event: Any, mark: Mark) -> Node:  # noqa: ANN401  # untyped library
        text = event.value
        quoted = bool(event.style)
        tag = event.tag
        if tag is None:
            node: Node = Scalar(text if quoted else resolve_plain(text), mark, text, quoted)
        else:
            try:
                value = resolve_tagged(text, tag, quoted=quoted)
            except TagError as error:
                self.report(rules.YAML_SYNTAX, mark, str(error), "remove the tag")
                value = text
            node = Scalar(value, mark, text, quoted)
            if tag in _OVERRIDES:
                node = self._tagged(tag, node)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _tagged(self, tag: str, node: Node) -> Node:
        self._has_overrides = True
        # A guest in the tree, until take_overrides has taken it out again.
        return Tagged(tag, node)  # type: ignore[return-value]

    def _alias(self, event: Any, mark: Mark) -> Node:  # noqa: ANN401  # untyped library
        self._has_aliases = True
        name = event.anchor
        node = self._anchors.get(name)
        if node is None:
            known = name in self._anchors
            self.report(
                rules.YAML_SYNTAX,
                mark,
                f"the anchor {name!r} contains itself"
                if known
                else "no anchor of this name before",
                ""
                if known
                else "write & and the name at the value that is meant, or quote the text",
            )
            return Scalar(None, mark)
        return node

    def _document(self, root: Node) -> None:
        overrides: tuple[KeyPath, ...] = ()
        if self._has_aliases:
            self._weigh(root)
        if self._has_overrides:
            cleared, overrides = take_overrides(root)
            root = cleared if cleared is not None else Scalar(None, root.mark)
        if type(root) is not MappingNode:
            self.report(
                rules.EMPTY_FILE,
                root.mark,
                "expected a mapping at the top of the file",
                "start with `services:`",
            )
            return
        self.documents.append(Document(root, overrides))

    def _weigh(self, root: Node) -> None:
        size, depth = weigh(root)
        if depth > limits.DEEPEST_NESTING:
            self._too_deep(root.mark)
        try:
            self._quota.take_values(size)
        except QuotaError as error:
            self._too_much(root.mark, error)

    def _too_much(self, mark: Mark, error: QuotaError) -> NoReturn:
        self.report(rules.TOO_LARGE, mark, str(error), error.fix)
        raise _StopReading

    def _too_deep(self, mark: Mark) -> NoReturn:
        self.report(
            rules.TOO_LARGE,
            mark,
            f"nested more than {limits.DEEPEST_NESTING} levels deep",
            "flatten the file",
        )
        raise _StopReading
