"""Values that stand alone or in an array: actions, resources, what a condition compares with."""

import re
from collections.abc import Iterator

from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, Sequence
from serverless_containers.findings import Findings, KeyPath
from serverless_containers.plan.permissions import rules
from serverless_containers.plan.words import short

# "IAM and AWS STS quotas", IAM User Guide.
_FOREIGN = re.compile(r"[^\t\n\r\u0020-\u00ff]")


def read_values(
    node: Node, path: KeyPath, what: str, findings: Findings, *, text_only: bool = True
) -> Iterator[tuple[Scalar, KeyPath]]:
    """Give the values of an array, or the one that stands alone, each with its path.

    Args:
        node: The array or the value.
        path: Its path.
        what: The kind of the values, in the singular: ``action``.
        findings: Where values are reported that are of another type, or hold characters that no
            policy may have. They are left out.
        text_only: Whether numbers and booleans are of another type.
    """
    expected = "text" if text_only else "text, a number or a boolean"
    if isinstance(node, Sequence):
        if not node.items:
            findings.report(
                rules.POLICY_FORM,
                node.at,
                path,
                f"expected at least one {what}, got an empty array",
                "add one",
            )
        places = [(item, (*path, index)) for index, item in enumerate(node)]
    else:
        places = [(node, path)]
        expected += ", or an array of it" if text_only else ", or an array of them"
    for item, place in places:
        if not isinstance(item, Scalar) or not _is_type(item, text_only=text_only):
            is_value = isinstance(item, Scalar) and item.value is not None
            findings.report(
                rules.POLICY_FORM,
                item.at,
                place,
                f"expected {expected}, got {shown(item)}",
                f'write "{shown(item)}"' if is_value else "",
            )
        elif _has_allowed_characters(item, place, findings):
            yield item, place


def _is_type(value: Scalar, *, text_only: bool) -> bool:
    return isinstance(value.value, str) or (not text_only and value.value is not None)


def _has_allowed_characters(value: Scalar, path: KeyPath, findings: Findings) -> bool:
    """Return whether a policy may have the characters of a text; report those it may not."""
    foreign = _FOREIGN.search(value.text)
    if foreign is None:
        return True
    findings.report(
        rules.POLICY_CHARACTER,
        value.at,
        path,
        f"expected characters from U+0020 to U+00FF, got U+{ord(foreign[0]):04X}",
        "leave it out; where wildcards are allowed, ? stands for it",
    )
    return False


def shown(node: Node) -> str:
    """A value as JSON calls it, cut short."""
    if isinstance(node, Sequence):
        return "an array"
    if isinstance(node, MappingNode):
        return "an object"
    return repr(short(node.text)) if isinstance(node.value, str) else short(node.text)
