"""The reader of ``custom-policies.json``."""

import codecs
from pathlib import Path

from serverless_containers.compose.files import NotRegularError, TooLargeError, read_regular
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Sequence
from serverless_containers.findings import LINE_BREAK, Findings, Lines
from serverless_containers.plan.permissions import rules
from serverless_containers.plan.permissions.json_tree import read_json
from serverless_containers.plan.permissions.model import Statement
from serverless_containers.plan.permissions.size import LARGEST_POLICY, policy_size
from serverless_containers.plan.permissions.statements import EXAMPLE, StatementReader
from serverless_containers.plan.permissions.values import shown as shown_value
from serverless_containers.plan.rules import NOT_UTF_8
from serverless_containers.plan.template_syntax import check_tree

_LARGEST_FILE = 256 * 1024
"""Bytes. No policy of this many characters, however indented, is within IAM's quota."""


def read_policies(
    file: Path,
    findings: Findings,
    *,
    environment: str | None,
    shown: str | None = None,
    argument: str = "--environment",
) -> tuple[Statement, ...]:
    """Read the permissions of the application, ``custom-policies.json``.

    Args:
        file: The file. That it does not exist is an error: of a file that nobody named, ask first.
            Whatever it holds, what makes no sense is a finding, never an exception.
        findings: Where everything is reported that IAM would refuse, and, as warnings, what allows
            all actions of a service or all resources.
        environment: The value of ``${env}``. None or an empty name makes its use an error.
        shown: The file as the user would name it. Default: its name.
        argument: The argument that names an environment, for the advice where there is none.
            Default: that of the commands.

    Returns:
        The statements in the order of the file. None where there was an error, and none for the
        file that holds nothing but ``[{"Action": [], "Resource": []}]``, or ``[]``.
    """
    found = Findings()
    name = shown or file.name
    statements = _read(file, name, environment, found, argument)
    findings.extend(found)
    return () if found.errors else statements


def _read(
    file: Path, name: str, environment: str | None, findings: Findings, argument: str
) -> tuple[Statement, ...]:
    content = _content(file, name, findings)
    text = None if content is None else _decoded(content, name, findings)
    root = None if text is None else read_json(text, file=name, findings=findings)
    if root is None or _is_untouched(root):
        return ()
    check_tree(root, (), findings, skip=frozenset({NOT_UTF_8}))
    if not isinstance(root, Sequence):
        _report_no_array(root, findings)
        return ()
    reader = StatementReader(environment, findings, argument)
    read = (reader.read(node, index) for index, node in enumerate(root))
    statements = tuple(statement for statement in read if statement)
    if (size := policy_size(statements)) > LARGEST_POLICY:
        findings.report(
            rules.POLICY_SIZE,
            root.at,
            (),
            f"the policy has {size} characters without white space; at most {LARGEST_POLICY} fit",
            "join statements, or write wildcards in the names of actions and resources",
        )
    return statements


def _content(file: Path, name: str, findings: Findings) -> bytes | None:
    fix = "name a file that exists"
    try:
        return read_regular(file, most=_LARGEST_FILE)
    except FileNotFoundError:
        reason = "does not exist"
    except TooLargeError as error:
        reason = str(error.strerror)
        fix = f"a policy of at most {LARGEST_POLICY} characters needs no more"
    except NotRegularError as error:
        reason = str(error.strerror)
    except (OSError, ValueError) as error:
        reason = f"cannot be read ({getattr(error, 'strerror', None) or error})"
    findings.report(rules.POLICY_FILE, None, (), f"{name} {reason}", fix)
    return None


def _decoded(content: bytes, name: str, findings: Findings) -> str | None:
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        findings.report(
            rules.POLICY_FILE,
            Lines(name, before, LINE_BREAK).at(len(before)),
            (),
            f"the byte 0x{content[error.start]:02x} is not UTF-8 here",
            "save the file as UTF-8 text",
        )
        return None


def _is_untouched(root: Node) -> bool:
    """Return whether a file is the default one, which grants nothing."""
    if not isinstance(root, Sequence) or len(root) != 1:
        return False
    only = root.items[0]
    return (
        isinstance(only, MappingNode)
        and only.entries.keys() == {"Action", "Resource"}
        and all(isinstance(each, Sequence) and not each.items for each in only.entries.values())
    )


def _report_no_array(root: Node, findings: Findings) -> None:
    got, fix = shown_value(root), f"write [{EXAMPLE}]"
    if isinstance(root, MappingNode):
        if "Statement" in root or "Version" in root:
            got, fix = "a whole policy document", "keep the array of its Statement only"
        elif "Action" in root or "Resource" in root:
            got, fix = "a single statement", "put [ and ] around it"
    findings.report(
        rules.POLICY_FORM, root.at, (), f"expected an array of statements, got {got}", fix
    )
