"""Lists and mappings while they are read."""

from collections.abc import Callable

from serverless_containers.compose import rules
from serverless_containers.compose.nodes import MappingNode, Mark, Node, Scalar, Sequence
from serverless_containers.compose.overrides import Tagged
from serverless_containers.compose.quota import Quota
from serverless_containers.findings import Rule

# No key of a file can be this: YAML allows no such character.
_MERGE = "\0<<"


class Frame:
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


class SequenceFrame(Frame):
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


class MappingFrame(Frame):
    """A mapping that is being read."""

    __slots__ = ("entries", "is_merge", "key", "key_marks", "merged", "quota", "report", "waiting")

    def __init__(
        self, mark: Mark, anchor: str | None, tag: str | None, report: "Report", quota: Quota
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


Report = Callable[[Rule, Mark, str, str], None]
