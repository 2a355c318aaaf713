"""Validation of a tree against the schema. What does not fit is reported and left out.

What is left is well-formed: no later phase looks for anything but the types of the schema.
"""

from dataclasses import dataclass, field

from serverless_containers.compose import rules
from serverless_containers.compose.keys.schema import PROJECT, SERVICE
from serverless_containers.compose.keys.shapes import TEXT, Shape
from serverless_containers.compose.messages import (
    did_you_mean,
    either,
    expected,
    identity,
    shown,
    type_fix,
)
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    Sequence,
)
from serverless_containers.findings import Findings, KeyPath

_MOST_SEARCHED = 50
_LONGEST_SEARCHED = 50
"""Keys of a file, and characters of one, of which a typing error is searched: each search takes
milliseconds."""
_ELSEWHERE = {
    "limits": "write it under deploy.resources, or say cpus and mem_limit",
    "placement": "write it under deploy",
    "replicas": "write it under deploy, or say scale",
    "resources": "write it under deploy, or say cpus and mem_limit",
    "restart_policy": "write it under deploy, or say restart",
    "update_config": "write it under deploy",
}
"""Keys that are written at a service and belong elsewhere."""


def validate(root: MappingNode, findings: Findings, broken: set[str]) -> MappingNode:
    """Check a file.

    Args:
        root: Its tree, merged onto the files before it.
        findings: Where problems are reported.
        broken: Gets the names of the services of which something is left out.

    Returns:
        The tree without what does not fit.
    """
    if _is_first_format(root):
        findings.report(
            rules.COMPOSE_V1,
            root.key_at(next(iter(root))),
            (next(iter(root)),),
            "this is the first file format, in which services stand at the top",
            "indent the services and put them under `services:`",
        )
        return MappingNode({}, root.mark)
    checked = _Validation(findings, broken).node(root, PROJECT, ())
    return checked if isinstance(checked, MappingNode) else MappingNode({}, root.mark)


def _is_first_format(root: MappingNode) -> bool:
    return (
        len(root) > 0
        and "services" not in root
        and not any(key in PROJECT.keys for key in root)  # type: ignore[operator]
        and any(
            isinstance(value, MappingNode) and ("image" in value or "build" in value)
            for key, value in root.items()
            if not key.startswith("x-")
        )
    )


@dataclass(frozen=True, slots=True)
class _Validation:
    findings: Findings
    broken: set[str]
    searched: list[str] = field(default_factory=list)
    """The unknown keys for which a known one that is close was searched."""

    def node(self, node: Node, shape: Shape, path: KeyPath) -> Node | None:
        """The value as far as it fits; None when it does not."""
        kind = type(node)
        if kind is Scalar:
            return self._scalar(node, shape, path)  # type: ignore[arg-type]
        if kind is Sequence:
            if shape.items is None:
                self._wrong_type(node, shape, path)
                return None
            return self._sequence(node, shape, shape.items, path)  # type: ignore[arg-type]
        if shape.keys is None:
            self._wrong_type(node, shape, path)
            return None
        return self._mapping(node, shape, path)  # type: ignore[arg-type]

    def _scalar(self, node: Scalar, shape: Shape, path: KeyPath) -> Node | None:
        value = node.value
        kind = type(value)
        if kind not in shape.takes:
            # 2.0 is a whole number.
            if kind is not float or int not in shape.takes or value != value // 1:  # type: ignore[operator]
                self._wrong_type(node, shape, path)
                return None
        elif kind is str:
            if shape.allowed and value not in shape.allowed:
                self.findings.report(
                    rules.INVALID_VALUE,
                    node.at,
                    path,
                    f"expected {either(shape.allowed)}, got {value!r}",
                    did_you_mean(value, shape.allowed),  # type: ignore[arg-type]
                )
                return None
            if shape.pattern is not None and not shape.pattern.search(value):  # type: ignore[arg-type]
                self.findings.report(
                    rules.INVALID_VALUE,
                    node.at,
                    path,
                    f"expected text of the form {shape.pattern.pattern}, got {value!r}",
                )
                return None
            return node
        if (shape.lowest is not None or shape.highest is not None) and not self._within(
            node, shape, path
        ):
            return None
        return node

    def _within(self, node: Scalar, shape: Shape, path: KeyPath) -> bool:
        value = node.value
        if isinstance(value, str) or value is None:
            return True
        lowest, highest = shape.lowest, shape.highest
        if (lowest is None or value >= lowest) and (highest is None or value <= highest):
            return True
        expected = f"of at least {lowest}" if highest is None else f"from {lowest} to {highest}"
        self.findings.report(
            rules.INVALID_VALUE, node.at, path, f"expected a number {expected}, got {value}"
        )
        return False

    def _sequence(self, node: Sequence, shape: Shape, inner: Shape, path: KeyPath) -> Node:
        items: list[Node | None] = []
        changed = False
        for index, item in enumerate(node.items):
            if type(item) is Scalar and type(item.value) is str and inner is TEXT:
                items.append(item)
                continue
            checked = self.node(item, inner, (*path, node.number(index)))
            changed = changed or checked is not item
            items.append(checked)
        if shape.is_set and len(items) > 1:
            self._report_twins(node, path)
        return node.without_none(items) if changed else node

    def _report_twins(self, node: Sequence, path: KeyPath) -> None:
        seen: dict[object, int] = {}
        for index, item in enumerate(node.items):
            first = seen.setdefault(identity(item), index)
            if first != index:
                self.findings.report(
                    rules.DUPLICATE_ITEM,
                    item.at,
                    (*path, index),
                    f"{shown(item)} stands here twice",
                    f"remove it here or in line {node.items[first].mark[1]}",
                )

    def _mapping(self, node: MappingNode, shape: Shape, path: KeyPath) -> MappingNode:
        keys = shape.keys or {}
        entries: dict[str, Node] = {}
        changed = False
        for key, value in node.entries.items():
            inner = keys.get(key)
            if inner is None:
                if shape.has_extensions and key.startswith("x-"):
                    entries[key] = value
                    continue
                inner = self._other(node, key, shape, path)
                if inner is None:
                    if shape.is_open:
                        entries[key] = value
                    else:
                        changed = True
                    continue
            checked = self.node(value, inner, (*path, key))
            if checked is not value:
                changed = True
                if path == ("services",):
                    self.broken.add(key)
                if checked is None:
                    checked = _stand_in(value, inner, path)
            if checked is not None:
                entries[key] = checked
        for key in shape.required:
            if key not in node.entries:
                self.findings.report(
                    rules.MISSING_KEY,
                    node.at,
                    path,
                    f"the key {key!r} is missing",
                    f"write `{key}:`",
                )
        return MappingNode(entries, node.mark, node.key_marks) if changed else node

    def _other(self, node: MappingNode, key: str, shape: Shape, path: KeyPath) -> Shape | None:
        """The shape under a key that is not known by name; None when there is none."""
        if shape.names is not None and shape.names.search(key):
            return shape.others
        if shape.is_open:
            return None
        at = node.key_at(key)
        if shape.names is not None:
            self.findings.report(
                rules.INVALID_NAME,
                at,
                (*path, key),
                f"expected a name of letters, digits, '.', '-' and '_', got {key!r}",
            )
            return None
        known = tuple(shape.keys or ())
        hint = _ELSEWHERE.get(key, "") if _is_service(path) else ""
        if not hint and len(self.searched) < _MOST_SEARCHED and len(key) <= _LONGEST_SEARCHED:
            self.searched.append(key)
            hint = did_you_mean(key, known)
        if not hint and path == () and key in (SERVICE.keys or ()):
            hint = "it belongs to a service"
        self.findings.report(
            rules.UNKNOWN_KEY,
            at,
            (*path, key),
            f"there is no key {key!r} here",
            hint or "remove it, or start its name with x-",
        )
        return None

    def _wrong_type(self, node: Node, shape: Shape, path: KeyPath) -> None:
        self.findings.report(
            rules.WRONG_TYPE,
            node.at,
            path,
            f"expected {expected(shape)}, got {shown(node, path)}",
            type_fix(node, shape, path),
        )


def _is_service(path: KeyPath) -> bool:
    return len(path) == 2 and path[0] == "services"


def _stand_in(value: Node, shape: Shape, path: KeyPath) -> Node | None:
    """Return what takes the place of a faulty service or resource: its name stays known."""
    if len(path) != 1 or shape.keys is None:
        return None
    # An external secret or config needs nothing else: what is missing is not reported twice.
    is_file = path[0] in {"secrets", "configs"}
    external: dict[str, Node] = {"external": Scalar(value=True, mark=value.mark)} if is_file else {}
    return MappingNode(external, value.mark)
