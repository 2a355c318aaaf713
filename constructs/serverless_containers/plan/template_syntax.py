"""Syntax of CloudFormation and the CDK, where a user's files mean plain text.

CloudFormation resolves a dynamic reference wherever one stands in a template, with the rights of
whoever deploys: a line in a Compose file would read any secret of the account. The CDK takes some
texts and numbers for tokens, and fails at those that it never made. Neither can be escaped. Callers
of the constructs may give both: their values are not looked at here.

Sources: "Get values stored in other services using dynamic references" and "Intrinsic function
reference", AWS CloudFormation User Guide; ``core/lib/private/encoding.js`` of aws-cdk-lib 2.275.
"""

import re
import struct
from collections.abc import Mapping

from serverless_containers.compose.yaml.nodes import Node, Scalar, Sequence
from serverless_containers.findings import Findings, KeyPath, Location, Rule
from serverless_containers.plan import rules
from serverless_containers.plan.settings import EXTENSION

# More than CloudFormation is known to accept. At the end of a text the colon may still come: texts
# are put together on their way into a template.
_DYNAMIC_REFERENCE = re.compile(r"\{\{\s*resolve\s*(?::|\Z)", re.IGNORECASE)
# A number's token may also have become text.
_BYTES = re.compile("[\ud800-\udfff]")
"""Characters that stand for bytes that are no text, as those of a file of variables may be."""
_TOKEN = re.compile(r"[$#]\{Token\[|-1\.\d{10,16}e\+289")
_TOKEN_NUMBER = b"\xfb\xff"
"""The first two bytes of a double that encodes a token."""
_JSII = "$jsii."
"""The start of keys that the CDK's Python binding reads as its own."""
_INTRINSIC = re.compile(r"Ref|Fn::\S+")
_IN_MAPPINGS = ("labels", "options")
"""The keys whose mappings are mappings in the template, too: the others become lists."""

_FIXES: Mapping[Rule, str] = {
    rules.DYNAMIC_REFERENCE: "to give a container a secret that exists, define it under the "
    "top-level secrets with `external: true`, and list it under the service's secrets",
    rules.CDK_TOKEN: "write it in another way",
    rules.INTRINSIC_FUNCTION: "give the key another name",
    rules.NOT_UTF_8: "save the file that the value comes from as UTF-8, or put what is no "
    "text into the image",
}
_MESSAGES: Mapping[Rule, str] = {
    rules.DYNAMIC_REFERENCE: "holds a dynamic reference ({{resolve:…}}), which CloudFormation "
    "would resolve with the rights of whoever deploys",
    rules.CDK_TOKEN: "holds what the CDK takes for a token of its own, such as ${Token[…]}",
    rules.NOT_UTF_8: "holds bytes that are no text in UTF-8",
    rules.INTRINSIC_FUNCTION: "is the name of a function of CloudFormation, which would be called",
}


def rule_against(value: object) -> Rule | None:
    """Return the rule that a text or a number breaks by itself, None if it breaks none."""
    if isinstance(value, str):
        if "{{" in value and _DYNAMIC_REFERENCE.search(value):
            return rules.DYNAMIC_REFERENCE
        if _TOKEN.search(value):
            return rules.CDK_TOKEN
        return None if value.isascii() or not _BYTES.search(value) else rules.NOT_UTF_8
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        encoded = struct.pack(">d", float(value))
    except OverflowError:
        return None
    return rules.CDK_TOKEN if encoded.startswith(_TOKEN_NUMBER) else None


def check_tree(
    root: Node, path: KeyPath, findings: Findings, *, skip: frozenset[Rule] = frozenset()
) -> None:
    """Report every key and value of a tree that CloudFormation or the CDK would take for theirs.

    Args:
        root: The tree, its variables replaced.
        path: The keys that lead to it from the top.
        findings: Takes an error for each. No value is repeated in one.
        skip: Rules that whoever reads the tree holds by itself.
    """
    # What YAML's aliases share is looked at once: it would be reported at the same place.
    seen: set[int] = set()
    waiting: list[tuple[Node, KeyPath]] = [(root, path)]
    while waiting:
        node, keys = waiting.pop()
        if isinstance(node, Scalar):
            rule = rule_against(node.value)
            report(None if rule in skip else rule, "the value", node.at, keys, findings)
            continue
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Sequence):
            waiting += [(item, (*keys, index)) for index, item in enumerate(node)]
            continue
        for key, item in node.items():
            if _is_nobodys(key, keys):
                continue
            report(rule_against_key(key, keys), "the key", node.key_at(key), keys, findings)
            waiting.append((item, (*keys, key)))


def check_content(
    content: bytes, name: str, at: Location, path: KeyPath, findings: Findings
) -> bool:
    """Report the content of a file that goes into a template.

    Args:
        content: The file's bytes.
        name: The file as the user would name it.
        at: Where it is named.
        path: The keys that lead there.
        findings: Takes an error with the number of the line, and nothing of what is in it.

    Returns:
        Whether it may.
    """
    sound = True
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        rule = rule_against(line)
        report(rule, f"line {number} of {name}", at, path, findings)
        sound = sound and rule is None
    return sound


def _is_nobodys(key: str, above: KeyPath) -> bool:
    """Return whether a key is somebody else's extension, of the project or of a service."""
    depth = len(above)
    return (
        key.startswith("x-")
        and key != EXTENSION
        and (depth == 0 or (depth == 2 and above[0] == "services"))
    )


def rule_against_key(key: str, above: KeyPath) -> Rule | None:
    """Return the rule that a key breaks in the mapping below the keys `above`, None if none."""
    if key.startswith(_JSII):
        return rules.CDK_TOKEN
    if above and above[-1] in _IN_MAPPINGS and _INTRINSIC.fullmatch(key):
        return rules.INTRINSIC_FUNCTION
    return rule_against(key)


def report(
    rule: Rule | None, what: str, at: Location | None, path: KeyPath, findings: Findings
) -> None:
    """Report what breaks a rule, if there is one."""
    if rule is not None:
        findings.report(rule, at, path, f"{what} {_MESSAGES[rule]}", _FIXES[rule])
