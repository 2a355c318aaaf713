"""The conditions of a statement."""

import re
from collections.abc import Iterator

from serverless_containers.compose.yaml.nodes import MappingNode, Node
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.plan.permissions import rules
from serverless_containers.plan.permissions.model import ConditionTest, Text
from serverless_containers.plan.permissions.values import read_values, shown
from serverless_containers.plan.permissions.variables import VariableExpander
from serverless_containers.plan.words import short
from serverless_containers.spelling import nearest

_EXAMPLE = '{"StringLike": {"s3:prefix": ["media/*"]}}'

# "IAM JSON policy elements: Condition operators", IAM User Guide.
_WITH_VARIABLES = (
    *(f"String{name}" for name in ("Equals", "NotEquals", "Like", "NotLike")),
    *(f"String{name}IgnoreCase" for name in ("Equals", "NotEquals")),
    *(f"Arn{name}" for name in ("Equals", "NotEquals", "Like", "NotLike")),
)
_COMPARISONS = (
    *("Equals", "NotEquals"),
    *("LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
)
_WITHOUT_VARIABLES = (
    *(f"{kind}{name}" for kind in ("Numeric", "Date") for name in _COMPARISONS),
    *("Bool", "BinaryEquals", "IpAddress", "NotIpAddress"),
)
_NAMES = (*_WITH_VARIABLES, *_WITHOUT_VARIABLES, "Null")
_SETS = ("ForAnyValue", "ForAllValues")
_IF_EXISTS = "IfExists"
_OPERATORS = {
    f"{prefix}{name}{suffix}": name
    for prefix in ("", *(f"{each}:" for each in _SETS))
    for name in _NAMES
    for suffix in (("",) if name == "Null" else ("", _IF_EXISTS))
}
"""The operators, each with its name alone."""

_KEY = re.compile(r"[\w./-]+:[\x20-\xff]+", re.ASCII)


class ConditionReader:
    """Reads conditions.

    Args:
        expander: Replaces the variables of values.
        findings: Where everything is reported that IAM would refuse.
    """

    def __init__(self, expander: VariableExpander, findings: Findings) -> None:
        self._expander = expander
        self._findings = findings

    def read(self, node: Node, path: KeyPath) -> tuple[ConditionTest, ...]:
        """Read a condition: operators, their keys, and the values of these.

        Args:
            node: The condition.
            path: Its path.
        """
        operators = self._object(node, path, "operators")
        if operators is None:
            return ()
        return tuple(
            test
            for operator, keys in operators.items()
            for test in self._tests(operator, operators.key_at(operator), keys, (*path, operator))
        )

    def _tests(
        self, operator: str, at: Location, node: Node, path: KeyPath
    ) -> Iterator[ConditionTest]:
        name = self._name(operator, at, path)
        keys = self._object(node, path, "keys")
        if keys is None:
            return
        for key, values in keys.items():
            place = (*path, key)
            self._check_key(key, keys.key_at(key), place)
            yield ConditionTest(
                operator=operator, key=key, values=tuple(self._values(name, values, place))
            )

    def _object(self, node: Node, path: KeyPath, what: str) -> MappingNode | None:
        if isinstance(node, MappingNode) and node.entries:
            return node
        got = "an empty one" if isinstance(node, MappingNode) else shown(node)
        self._report(
            node.at,
            path,
            f"expected an object of {what}, got {got}",
            f'write "Condition": {_EXAMPLE}',
        )
        return None

    def _name(self, operator: str, at: Location, path: KeyPath) -> str:
        """The name of an operator alone; the nearest one's if there is no such operator."""
        if operator in _OPERATORS:
            return _OPERATORS[operator]
        near = _nearest(operator)
        self._report(
            at,
            path,
            f"there is no operator {short(operator)!r}",
            f"did you mean {near!r}?" if near else f'write "Condition": {_EXAMPLE}',
        )
        return _OPERATORS[near] if near else ""

    def _check_key(self, key: str, at: Location, path: KeyPath) -> None:
        if "${" in key:
            self._findings.report(
                rules.POLICY_VARIABLE,
                at,
                path,
                "the key of a condition has no variables",
                "write what is meant, as in aws:ResourceTag/team",
            )
        elif not _KEY.fullmatch(key) or key.startswith("Fn::"):
            self._report(
                at,
                path,
                f"expected a key of the form service:name, got {short(key)!r}",
                "write aws: or the service before the name, as in aws:SourceIp",
            )

    def _values(self, name: str, node: Node, path: KeyPath) -> Iterator[Text]:
        for value, place in read_values(node, path, "value", self._findings, text_only=False):
            expanded = self._expander.expand(value, place)
            if expanded.uses_request and name and name not in _WITH_VARIABLES:
                self._findings.report(
                    rules.POLICY_VARIABLE,
                    value.at,
                    place,
                    f"IAM replaces no variables in values of {name}",
                    "use an operator of strings or ARNs, or write the value itself",
                )
            yield expanded.text

    def _report(self, at: Location, path: KeyPath, message: str, fix: str) -> None:
        self._findings.report(rules.POLICY_CONDITION, at, path, message, fix)


def _nearest(operator: str) -> str | None:
    """The operator that was meant. Its parts are compared one by one, as there are many."""
    before, colon, name = operator.rpartition(":")
    prefix = nearest(before, _SETS) if colon else None
    is_optional = name.casefold().endswith(_IF_EXISTS.casefold())
    near = nearest(name[: -len(_IF_EXISTS)] if is_optional else name, _NAMES)
    if near is None:
        return None
    suffix = _IF_EXISTS if is_optional and near != "Null" else ""
    return f"{prefix}:{near}{suffix}" if prefix else f"{near}{suffix}"
