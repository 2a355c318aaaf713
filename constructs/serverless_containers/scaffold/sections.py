"""Mappings of another tool's YAML, key by key, so that none is passed over in silence."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from serverless_containers.compose.files import NotRegularError, TooLargeError, read_regular
from serverless_containers.compose.quota import Quota
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, Sequence
from serverless_containers.compose.yaml.parse import parse
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.scaffold.compose_text import Placed, Value
from serverless_containers.scaffold.report import Report
from serverless_containers.spelling import nearest

LARGEST = 1024 * 1024
"""Bytes of a file of another tool's: CloudFormation's templates have at most as many ("AWS
CloudFormation quotas")."""


def read_text(path: Path, shown: str, report: Report) -> bytes | None:
    """Read a file, and report where it cannot be read.

    Args:
        path: The file.
        shown: Its name in the report.
        report: Takes the error.
    """
    try:
        content = read_regular(path, most=LARGEST)
        content.decode("utf-8-sig")
    except FileNotFoundError:
        report.error(None, (), f"{shown} does not exist")
    except (TooLargeError, NotRegularError) as error:
        report.error(None, (), f"{shown} {error.strerror}")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        at = Location.at_offset(shown, before, len(before))
        report.error(at, (), "the file is not UTF-8 here; save it as UTF-8 text")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        report.error(None, (), f"{shown} cannot be read ({reason})")
    else:
        return content
    return None


def read_mapping(path: Path, shown: str, report: Report) -> MappingNode | None:
    """Read a YAML file that holds one mapping, and report where it does not.

    Args:
        path: The file.
        shown: Its name in the report.
        report: Takes what is wrong.
    """
    content = read_text(path, shown, report)
    if content is None:
        return None
    findings, quota = Findings(), Quota()
    quota.grant(len(content))
    documents = parse(content, file=shown, findings=findings, quota=quota)
    report.take(findings)
    if documents is None or findings.errors:
        return None
    if len(documents) != 1 or not documents[0].root.entries:
        said = "is empty" if not documents else "holds no mapping, or more than one document"
        report.error(Location(shown, 1, 1), (), f"the file {said}")
        return None
    return documents[0].root


def kind_of(node: Node) -> str:
    """Return the kind of a value, in words."""
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if node.value is None:
        return "nothing"
    return repr(node.text or node.value)


class Section:
    """A mapping whose keys are taken one by one.

    Args:
        node: The mapping.
        path: The keys that lead to it.
        report: Takes values of a wrong type, and keys that nobody takes.
        text: Changes each text that is taken, as the tool itself would.
    """

    def __init__(
        self,
        node: MappingNode,
        path: KeyPath,
        report: Report,
        text: Callable[[Scalar, KeyPath], str] | None = None,
    ) -> None:
        self.node = node
        self.path = path
        self.report = report
        self._text = text or (lambda scalar, _path: _written(scalar))
        self._taken: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return self.take(key) is not None

    def at(self, key: str) -> Location:
        """Return the place of a key."""
        return self.node.key_at(key)

    def take(self, key: str) -> Node | None:
        """Return the value of a key; None where it is missing, or nothing."""
        self._taken.add(key)
        node = self.node.get(key)
        return None if isinstance(node, Scalar) and node.value is None else node

    def error(self, key: str, message: str) -> None:
        """Report what is wrong with a key."""
        self.report.error(self.at(key), (*self.path, key), message)

    def wrong(self, key: str, node: Node, expected: str) -> None:
        """Report a value of a wrong type."""
        self.report.error(node.at, (*self.path, key), f"expected {expected}, got {kind_of(node)}")

    def text(self, key: str) -> str | None:
        """Return a text, or a number or boolean as it is written."""
        node = self.take(key)
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self.wrong(key, node, "text")
            return None
        return self._text(node, (*self.path, key))

    def number(self, key: str) -> int | None:
        """Return a whole number that is not negative."""
        node = self.take(key)
        if node is None:
            return None
        if isinstance(node, Scalar):
            written = self._text(node, (*self.path, key))
            if re.fullmatch(r"[0-9]{1,9}", written):
                return int(written)
        self.wrong(key, node, "a whole number")
        return None

    def boolean(self, key: str) -> bool | None:
        """Return true or false."""
        node = self.take(key)
        if node is None:
            return None
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        self.wrong(key, node, "true or false")
        return None

    def section(self, key: str) -> "Section | None":
        """Return the mapping of a key."""
        node = self.take(key)
        if node is None:
            return None
        if not isinstance(node, MappingNode):
            self.wrong(key, node, "a mapping")
            return None
        return self.of(node, key)

    def of(self, node: MappingNode, *keys: str | int) -> "Section":
        """Return a section of a mapping below this one."""
        return Section(node, (*self.path, *keys), self.report, self._text)

    def texts(self, key: str) -> list[str] | None:
        """Return a list of texts."""
        node = self.take(key)
        if node is None:
            return None
        if not isinstance(node, Sequence):
            self.wrong(key, node, "a list")
            return None
        found = []
        for index, item in enumerate(node):
            if isinstance(item, Scalar) and item.value is not None:
                found.append(self._text(item, (*self.path, key, index)))
            else:
                self.report.error(
                    item.at, (*self.path, key, index), f"expected text, got {kind_of(item)}"
                )
        return found

    def text_or_texts(self, key: str) -> str | list[str] | None:
        """Return a text, or a list of them."""
        return self.texts(key) if isinstance(self.take(key), Sequence) else self.text(key)

    def sections(self, key: str) -> Iterator[tuple[str, "Section"]]:
        """Give the mappings below a mapping by their keys."""
        below = self.section(key)
        for name in below.node if below else ():
            assert below is not None  # noqa: S101  # of an empty tuple there is no name
            if (section := below.section(name)) is not None:
                yield name, section

    def pairs(self, key: str) -> Iterator[tuple[str, "Section"]]:
        """Give the keys of a mapping, each with the mapping itself."""
        below = self.section(key)
        if below is not None:
            for name in below.node:
                yield name, below

    def left(self, key: str, why: str) -> bool:
        """Report a key as not carried over, if it is there; return whether it is."""
        if key not in self.node:
            return False
        self._taken.add(key)
        self.report.left(self.at(key), (*self.path, key), why)
        return True

    def placed(self, key: str, value: Value) -> Placed:
        """Return what a key becomes in a Compose file, with the key's place."""
        return Placed(value, self.at(key), (*self.path, key))

    def carried(self, key: str, becomes: str) -> None:
        """Report a key as carried over."""
        self.report.carried(self.at(key), (*self.path, key), becomes)

    def changed(self, key: str, becomes: str) -> None:
        """Report a key as carried over with another meaning."""
        self.report.changed(self.at(key), (*self.path, key), becomes)

    def rest(self) -> None:
        """Report the keys that nobody has taken."""
        for key in self.node:
            if key not in self._taken:
                near = nearest(key, tuple(self._taken))
                hint = f"; did you mean {near!r}?" if near else ""
                self.report.left(
                    self.at(key), (*self.path, key), f"no key of this name is known here{hint}"
                )


def _written(scalar: Scalar) -> str:
    if isinstance(scalar.value, bool):
        return "true" if scalar.value else "false"
    return str(scalar.value) if isinstance(scalar.value, str) else scalar.text
