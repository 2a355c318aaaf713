"""The statements, one after the other."""

import re
from collections.abc import Iterator

from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar
from serverless_containers.findings import Findings, KeyPath, Location, Rule
from serverless_containers.plan.permissions import rules
from serverless_containers.plan.permissions.actions import doubt
from serverless_containers.plan.permissions.conditions import ConditionReader
from serverless_containers.plan.permissions.model import Effect, Statement, Text
from serverless_containers.plan.permissions.resources import read_resource
from serverless_containers.plan.permissions.size import LARGEST_POLICY
from serverless_containers.plan.permissions.values import read_values, shown
from serverless_containers.plan.permissions.variables import VariableExpander
from serverless_containers.plan.words import short
from serverless_containers.spelling import nearest

_KEYS = ("Sid", "Effect", "Action", "Resource", "Condition")
_NEEDED = {"Action": "NotAction", "Resource": "NotResource"}
_EVERYTHING_BUT = "it stands for everything that is not listed, also for what AWS will add"
_TASK_ROLE = "the statements are the task role's, which is their principal"
_REFUSED = {
    "NotAction": (_EVERYTHING_BUT, "list the actions under Action"),
    "NotResource": (_EVERYTHING_BUT, "list the resources under Resource"),
    "Principal": (_TASK_ROLE, "remove it"),
    "NotPrincipal": (_TASK_ROLE, "remove it"),
}
EXAMPLE = '{"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::media/*"]}'

_SID = re.compile(r"[A-Za-z0-9]+")
_ACTION = re.compile(r"([A-Za-z0-9-]+):([A-Za-z0-9_*?-]+)")


class StatementReader:
    """Reads the statements of one file.

    Args:
        environment: The environment's name. None where there is no environment.
        findings: Where everything is reported that IAM would refuse, and what it would take and
            nobody should grant.
        argument: The argument of the caller's that names an environment.
    """

    def __init__(self, environment: str | None, findings: Findings, argument: str) -> None:
        self._findings = findings
        self._expander = VariableExpander(environment, findings, argument)
        self._conditions = ConditionReader(self._expander, findings)
        self._sids: dict[str, Location] = {}
        self._characters = 0

    def read(self, node: Node, index: int) -> Statement | None:
        """Read a statement; None if it is none."""
        path: KeyPath = (index,)
        if not isinstance(node, MappingNode):
            self._report(
                rules.POLICY_FORM,
                node.at,
                path,
                f"expected a statement, got {shown(node)}",
                f"write {EXAMPLE}",
            )
            return None
        self._check_keys(node, path)
        effect = self._effect(node.get("Effect"), (*path, "Effect"))
        condition = node.get("Condition")
        return Statement(
            sid=self._sid(node.get("Sid"), (*path, "Sid")),
            effect=effect,
            actions=tuple(self._actions(node.get("Action"), (*path, "Action"), effect)),
            resources=tuple(self._resources(node.get("Resource"), (*path, "Resource"), effect)),
            condition=self._conditions.read(condition, (*path, "Condition"))
            if condition is not None
            else (),
            at=node.at,
            path=path,
        )

    def _check_keys(self, node: MappingNode, path: KeyPath) -> None:
        meant = set(node)
        for key in node:
            place = (node.key_at(key), (*path, key))
            if key in _REFUSED:
                why, fix = _REFUSED[key]
                self._report(rules.POLICY_KEY, *place, f"{key} is not read: {why}", fix)
            elif key not in _KEYS:
                near = nearest(key, _KEYS)
                meant.add(near or key)
                self._report(
                    rules.POLICY_KEY,
                    *place,
                    f"there is no key {short(key)!r} here; the keys are {', '.join(_KEYS)}",
                    f"did you mean {near!r}?" if near else "remove it",
                )
        for key, other in _NEEDED.items():
            if meant.isdisjoint((key, other)):
                self._report(
                    rules.POLICY_KEY,
                    node.at,
                    path,
                    f"the statement has no {key}",
                    f"write {EXAMPLE}",
                )

    def _sid(self, node: Node | None, path: KeyPath) -> str | None:
        if node is None:
            return None
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self._report(rules.POLICY_SID, node.at, path, f"expected text, got {shown(node)}")
            return None
        if not _SID.fullmatch(node.value):
            self._report(
                rules.POLICY_SID,
                node.at,
                path,
                f"expected letters and digits, got {shown(node)}",
                "write the words without what is between them, as in ReadMedia",
            )
        elif node.value in self._sids:
            self._report(
                rules.POLICY_SID,
                node.at,
                path,
                f"{shown(node)} is the name of the statement in line {self._sids[node.value].line}",
                "give each statement a name of its own, or none",
            )
        else:
            self._sids[node.value] = node.at
        return node.value

    def _effect(self, node: Node | None, path: KeyPath) -> Effect:
        if node is None:
            return Effect.ALLOW
        given = node.value if isinstance(node, Scalar) else None
        if given in tuple(Effect):
            return Effect(str(given))
        near = nearest(given, Effect) if isinstance(given, str) else None
        self._report(
            rules.POLICY_EFFECT,
            node.at,
            path,
            f"expected 'Allow' or 'Deny', got {shown(node)}",
            f"did you mean '{near}'?" if near else "write one of them, or remove the key to allow",
        )
        return Effect(near or Effect.ALLOW)

    def _actions(self, node: Node | None, path: KeyPath, effect: Effect) -> Iterator[str]:
        if node is None:
            return
        for value, place in read_values(node, path, "action", self._findings):
            self._check_action(value, place, effect)
            yield value.text

    def _check_action(self, value: Scalar, path: KeyPath, effect: Effect) -> None:
        action = value.text
        is_denied = effect is Effect.DENY
        if is_denied and action == "*":
            return
        if action in {"*", "*:*"}:
            message = f"{action!r} is every action of every service"
            fix = 'write "*"' if is_denied else 'name the actions, as in "s3:GetObject"'
        elif "${" in action:
            self._report(
                rules.POLICY_VARIABLE,
                value.at,
                path,
                "actions have no variables",
                "write the action itself",
            )
            return
        elif match := _ACTION.fullmatch(action):
            if not is_denied and set(match[2]) <= {"*", "?"} and "*" in match[2]:
                self._report(
                    rules.POLICY_WILDCARD,
                    value.at,
                    path,
                    f"{action!r} allows every action of {match[1]}, also those that AWS will add",
                    "name the actions that the application calls",
                )
            self._check_known(value, match[1], match[2], path)
            return
        else:
            message = f"expected service:Name, got {shown(value)}"
            service = action.partition(":")[0]
            compact = "".join(action.split())
            if "*" in service or "?" in service:
                fix = "write the service without wildcards"
            elif _ACTION.fullmatch(compact):
                fix = f'write "{compact}"'
            else:
                fix = 'write a service and its action, as in "s3:GetObject"'
        self._report(rules.POLICY_ACTION, value.at, path, message, fix)

    def _check_known(self, value: Scalar, service: str, name: str, path: KeyPath) -> None:
        # Of more characters than a policy may have, its size is reported, and nothing else looked
        # up: each action that is not known is compared with all of its service.
        self._characters += len(value.text)
        if self._characters > LARGEST_POLICY:
            return
        found = doubt(service, name)
        if found is not None:
            self._report(rules.POLICY_ACTION_UNKNOWN, value.at, path, *found)

    def _resources(self, node: Node | None, path: KeyPath, effect: Effect) -> Iterator[Text]:
        if node is None:
            return
        for value, place in read_values(node, path, "resource", self._findings):
            yield read_resource(value, place, effect, self._expander, self._findings)

    def _report(self, rule: Rule, at: Location, path: KeyPath, message: str, fix: str = "") -> None:
        self._findings.report(rule, at, path, message, fix)
