"""The variables in a statement: the environment, CloudFormation's and IAM's."""

import re
from dataclasses import dataclass

from serverless_containers.compose.yaml.nodes import Scalar
from serverless_containers.findings import Findings, KeyPath
from serverless_containers.plan.permissions import rules
from serverless_containers.plan.permissions.model import PseudoParameter, Text
from serverless_containers.plan.words import short
from serverless_containers.spelling import nearest

_ENVIRONMENT = "env"
DEPLOYED = "\0"
"""The character in an outline for something that is known when it is deployed."""
REQUESTED = "\1"
"""The character in an outline for something that is known at each request."""

# A default value of IAM's stands in single quotes, and may hold a brace.
_VARIABLE = re.compile(r"\$\{((?:[^{}']|'[^']*')*)\}")
# "Variables and tags", IAM User Guide: a condition key, and perhaps a default value.
_OF_IAM = re.compile(r"[\w./-]+:[^:,'\s][^,']*(?:,\s*'[^']*'\s*)?", re.ASCII)
_SPECIAL = frozenset("*?$")
_PSEUDO = {each.value: each for each in PseudoParameter}
_NAMES = (_ENVIRONMENT, *_PSEUDO)
_SHOWN = ", ".join(f"${{{name}}}" for name in _NAMES)


@dataclass(frozen=True, slots=True)
class Expanded:
    """A value with its variables replaced.

    Attributes:
        text: The text with its variables replaced.
        outline: The same in one string, `DEPLOYED` or `REQUESTED` in the place of each variable
            that is still unknown. Neither character is allowed in a policy.
    """

    text: Text
    outline: str

    @property
    def uses_request(self) -> bool:
        """Whether there is a variable of IAM."""
        return REQUESTED in self.outline


class VariableExpander:
    """Replaces the variables of values.

    Args:
        environment: The environment's name. None where there is no environment.
        findings: Where variables that do not exist are reported.
        argument: The argument of the caller's that names an environment.
    """

    def __init__(self, environment: str | None, findings: Findings, argument: str) -> None:
        self._environment = environment
        self._argument = argument
        self._findings = findings

    def expand(self, value: Scalar, path: KeyPath) -> Expanded:
        """Replace the variables of a value. What is wrong with it is reported."""
        parts: list[str | PseudoParameter] = []
        literal = outline = ""
        position = 0
        while (start := value.text.find("${", position)) >= 0:
            match = _VARIABLE.match(value.text, start)
            if match is None:
                self._report(value, path, "a variable has no closing brace", "write ${name}")
                break
            before = value.text[position:start]
            position = match.end()
            known = self._known(match[1], value, path)
            if isinstance(known, PseudoParameter):
                parts += [literal + before, known]
                literal = ""
                outline += before + DEPLOYED
            else:
                literal += before + known
                is_of_iam = known == match[0]
                outline += before + (REQUESTED if is_of_iam else known or DEPLOYED)
        literal += value.text[position:]
        parts.append(literal)
        outline += value.text[position:]
        return Expanded(Text(tuple(part for part in parts if part)), outline)

    def _known(self, name: str, value: Scalar, path: KeyPath) -> str | PseudoParameter:
        """The value of a variable: itself if it is IAM's, nothing if there is none."""
        if name == _ENVIRONMENT:
            if not self._environment:
                self._report(
                    value,
                    path,
                    "${env} stands for the environment's name, and there is no environment",
                    f"name an environment with {self._argument}, or write the value itself",
                )
            return self._environment or ""
        if name in _PSEUDO:
            return _PSEUDO[name]
        if name in _SPECIAL or _OF_IAM.fullmatch(name):
            return f"${{{name}}}"
        near = nearest(name.strip(), _NAMES)
        self._report(
            value,
            path,
            f"there is no variable {f'${{{short(name)}}}'!r}; there are {_SHOWN}, and those of IAM,"
            " such as ${aws:PrincipalTag/team}",
            f"write ${{{near}}}" if near else "write the value itself",
        )
        return ""

    def _report(self, value: Scalar, path: KeyPath, message: str, fix: str) -> None:
        self._findings.report(rules.POLICY_VARIABLE, value.at, path, message, fix)
