"""Text as numbers and booleans, where a key wants one.

What a variable yields is text, as is what was quoted.
"""

from collections.abc import Callable
from typing import TypeAlias

from serverless_containers.compose import rules
from serverless_containers.compose.notation.go import to_boolean, to_integer
from serverless_containers.compose.yaml.nodes import Node, Plain, Scalar
from serverless_containers.findings import Findings, KeyPath

Cast: TypeAlias = Callable[[str], Plain]
"""Reads a number or a boolean. A ValueError says what was expected instead."""


def to_target(text: str) -> int:
    """Read the port of a container, which every port has: any stands in for one that is none."""
    return to_integer(text)


def casting(cast: Cast) -> Callable[[Node, KeyPath, Findings], Node | None]:
    """Return a function that casts text; it leaves out what cannot be, and reports it."""

    def apply(node: Node, path: KeyPath, findings: Findings) -> Node | None:
        if not isinstance(node, Scalar) or type(node.value) is not str:
            return node
        try:
            value = cast(node.value)
        except ValueError as error:
            findings.report(
                rules.INVALID_VALUE,
                node.at,
                path,
                f"expected {error}, got {node.value!r}",
                "correct the value, or its variable",
            )
            return Scalar(1, node.mark, node.text) if cast is to_target else None
        if cast is to_boolean and node.value.lower() not in {"true", "false"}:
            shown = "true" if value else "false"
            findings.report(
                rules.OLD_BOOLEAN,
                node.at,
                path,
                f"expected true or false, got {node.value!r}",
                f"write {shown}",
            )
        return Scalar(value, node.mark, node.text, node.quoted)

    return apply
