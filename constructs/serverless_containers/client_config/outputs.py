"""The file that ``cdk deploy --outputs-file`` writes: stacks and their outputs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from serverless_containers.client_config.errors import ClientConfigError
from serverless_containers.client_config.files import read_bytes
from serverless_containers.findings import Location
from serverless_containers.json_source import (
    JsonNode,
    JsonObject,
    JsonScalar,
    kind_of,
    parse_json,
)
from serverless_containers.spelling import nearest

_AGAIN = "write it anew: cdk deploy --outputs-file FILE"
VARIABLES_OUTPUT = "VariablesOfContainers"
"""The output with the names of the variables of resources, as the application writes it."""

_KEYS = {
    "ApiName",
    "Url",
    "Region",
    "AuthorizationType",
    "UserPoolId",
    "UserPoolClientId",
    "IdentityPoolId",
}
_MARKS = ("Url", "AuthorizationType")
"""The outputs by which a stack is known to be an API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output.

    Attributes:
        at: Where its value is.
        value: Its text, or None if it is none.
        kind: What it is, in words.
    """

    at: Location
    value: str | None
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOutputs:
    """The outputs of a stack.

    Attributes:
        name: The stack's name.
        at: Where its outputs begin.
        outputs: Its outputs by their keys.
    """

    name: str
    at: Location
    outputs: Mapping[str, Output]

    def problem(self, key: str, message: str, fix: str) -> str:
        """Return what is wrong with an output, that is there or not."""
        output = self.outputs.get(key)
        return f"{output.at if output else self.at}: {self.name}.{key}: {message}; {fix}"

    def missing(self, key: str, why: str) -> str:
        """Return that an output is not there, and what may have been meant instead."""
        near = nearest(key, (name for name in self.outputs if name not in _KEYS))
        fix = (
            f"rename the output {near!r}, if it is that"
            if near
            else "deploy the stack again, or give it this output"
        )
        return self.problem(key, f"the output is missing{why}", fix)


def load_outputs(path: Path) -> tuple[StackOutputs, ...]:
    """Read an outputs file from the disk.

    Raises:
        ClientConfigError: If it cannot be read, or is no such file.
    """
    deploy = f"write it with cdk deploy 'dev/*' --outputs-file {path}"
    return read_outputs(read_bytes(path, deploy), str(path))


def read_outputs(content: bytes, file: str) -> tuple[StackOutputs, ...]:
    """Read the text of an outputs file.

    Args:
        content: The file's bytes.
        file: The file as the user would name it.

    Raises:
        ClientConfigError: If it is no such file.
    """
    text = _decode(content, file)
    try:
        root = parse_json(text)
    except json.JSONDecodeError as error:
        at = Location(file, error.lineno, error.colno)
        raise ClientConfigError(
            f"{at}: expected JSON: {error.msg[:1].lower()}{error.msg[1:]}; {_AGAIN}"
        ) from None
    if not isinstance(root, JsonObject):
        raise ClientConfigError(_not_an_object(root, file, text, "stacks and their outputs"))
    wrong = [member for member in root.members if not isinstance(member.value, JsonObject)]
    if wrong:
        raise ClientConfigError.of(
            _not_an_object(member.value, file, text, f"the outputs of {member.name}")
            for member in wrong
        )
    return tuple(
        StackOutputs(
            name=member.name,
            at=Location.at_offset(file, text, member.value.start),
            outputs={
                output.name: Output(
                    at=Location.at_offset(file, text, output.value.start),
                    value=_text(output.value),
                    kind=kind_of(output.value),
                )
                for output in member.value.members
            },
        )
        for member in root.members
        if isinstance(member.value, JsonObject)
    )


def _decode(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ClientConfigError(f"{file}: expected UTF-8 text; {_AGAIN}") from None


def _not_an_object(node: JsonNode, file: str, text: str, expected: str) -> str:
    at = Location.at_offset(file, text, node.start)
    return f"{at}: expected an object with {expected}, got {kind_of(node)}; {_AGAIN}"


def _text(node: JsonNode) -> str | None:
    return node.value if isinstance(node, JsonScalar) and isinstance(node.value, str) else None


def choose_stacks(
    stacks: Sequence[StackOutputs], names: Sequence[str], file: str
) -> tuple[StackOutputs, ...]:
    """Return the stacks to write.

    Args:
        stacks: The stacks of the file.
        names: Those that were asked for. Default, when empty: the only one that is an API.
        file: The file as the user would name it.

    Raises:
        ClientConfigError: If one is not there, or it is not clear which is meant.
    """
    there = {stack.name: stack for stack in stacks}
    listed = ", ".join(there) or "none"
    if names:
        if unknown := [name for name in names if name not in there]:
            raise ClientConfigError(
                f"{file}: has no outputs of {', '.join(map(repr, unknown))}; "
                f"name one of its stacks: {listed}"
            )
        return tuple(there[name] for name in dict.fromkeys(names))
    apis = [stack for stack in stacks if all(key in stack.outputs for key in _MARKS)]
    if len(apis) == 1:
        return (apis[0],)
    if apis:
        raise ClientConfigError(
            f"{file}: several stacks are APIs: {', '.join(stack.name for stack in apis)}; "
            "choose with --stack NAME, which may be given several times"
        )
    # A stack with one of the two was meant to be an API.
    if halves := [stack for stack in stacks if any(key in stack.outputs for key in _MARKS)]:
        raise ClientConfigError.of(
            stack.missing(key, ", by which a stack is known to be an API")
            for stack in halves
            for key in _MARKS
            if key not in stack.outputs
        )
    raise ClientConfigError(
        f"{file}: no stack has the outputs {' and '.join(_MARKS)}, by which an API is known (its "
        f"stacks: {listed}); deploy the API's stack, and write the file anew with --outputs-file"
    )
