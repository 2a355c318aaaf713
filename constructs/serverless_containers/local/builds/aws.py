"""An ``aws`` command for builds, in half the time of the AWS CLI, which need not be there.

It knows any operation of any service by botocore's models, ``--query`` and ``--output text``, and
speaks to the emulator alone. What else the AWS CLI knows it leaves to that, where it is installed.
"""

import base64
import json
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError, UnknownServiceError

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.credentials import Credentials

_search: Any = import_module("jmespath").search  # it has no types

REAL: Final = "SERVERLESS_CONTAINERS_LOCAL_AWS"
"""The variable that holds the AWS CLI, where it is installed."""
_FILE: Final = re.compile(r"fileb?://")
_OTHER_FORM: Final = re.compile(r"fileb?://|[\[{]")
"""Files, and JSON in place of a list, which the AWS CLI reads. In a text JSON is itself."""
_USAGE, _REFUSED = 252, 254
_PASSWORD = ["ecr", "get-login-password"]


def main(arguments: Sequence[str]) -> int:
    """Do what the command says. Returns its exit code, as the AWS CLI has them."""
    words = list(arguments)
    if words[:2] == _PASSWORD:
        words = ["ecr", "get-authorization-token", *words[2:]]
        words += ["--query", "authorizationData[0].authorizationToken", "--output", "text"]
    try:
        answer = _answer(words)
        if arguments[:2] == _PASSWORD:
            answer = base64.b64decode(answer).decode().partition(":")[2] + "\n"
        sys.stdout.write(answer)
    except _UsageError as error:
        if (real := os.environ.get(REAL)) and "--endpoint-url" not in " ".join(arguments):
            # By the option: not every version of it knows the variable.
            endpoint = ["--endpoint-url", os.environ["AWS_ENDPOINT_URL"]]
            os.execv(real, [real, *endpoint, *arguments])  # noqa: S606  # what the build asks for
        sys.stderr.write(f"\n{error}\n")
        return _USAGE
    except (ClientError, BotoCoreError) as error:
        sys.stderr.write(f"\n{error}\n")
        return _REFUSED
    return 0


class _UsageError(Exception):
    """The command's words make no sense."""


def _answer(words: list[str]) -> str:
    if len(words) < 2:
        raise _UsageError("expected a service and an operation")
    service, operation, *rest = words
    region = os.environ.get("AWS_REGION") or os.environ["AWS_DEFAULT_REGION"]
    if "--region" in rest[:-1]:
        region = rest[rest.index("--region") + 1]
    clients = LocalClients(Credentials.of(), region=region)
    try:
        client = clients[service]
    except UnknownServiceError:
        raise _UsageError(f"there is no service {service}") from None
    names = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
    if operation not in names:
        raise _UsageError(f"{service}: unknown operation {operation}")
    shape = client.meta.service_model.operation_model(names[operation]).input_shape
    parameters, options = _parse(rest, shape)
    answer: Any = getattr(client, xform_name(names[operation]))(**parameters)
    answer.pop("ResponseMetadata", None)
    if "query" in options:
        try:
            answer = _search(options["query"], answer)
        except ValueError as error:
            raise _UsageError(f"Bad value for --query: {error}") from None
    if options.get("output") == "text":
        return as_text(answer)
    return json.dumps(answer, default=str, indent=4) + "\n"


def _parse(words: list[str], shape: Any) -> tuple[dict[str, Any], dict[str, str]]:  # noqa: ANN401
    members = {xform_name(name, "-"): (name, member) for name, member in shape.members.items()}
    parameters: dict[str, Any] = {}
    options: dict[str, str] = {}
    while words:
        word = words.pop(0)
        name = word.removeprefix("--")
        values = []
        while words and not words[0].startswith("--"):
            values.append(words.pop(0))
        if word == name:
            raise _UsageError(f"Unknown options: {word}")
        if name in {"query", "output", "region"} and len(values) == 1:
            options[name] = values[0]
        elif name in members:
            key, member = members[name]
            parameters[key] = _value(member, values, word)
        else:
            raise _UsageError(f"Unknown options: {word}")
    return parameters, options


def _value(member: Any, values: list[str], word: str) -> Any:  # noqa: ANN401  # botocore's shapes
    other = _OTHER_FORM if member.type_name == "list" else _FILE
    if member.type_name in ("map", "structure") or any(map(other.match, values)):
        raise _UsageError(f"argument {word}: not in a form that is known here")
    if member.type_name == "boolean":
        return True
    if member.type_name == "list":
        if member.member.type_name == "structure":
            pairs = [[pair.partition("=") for pair in value.split(",")] for value in values]
            return [{key: text for key, _, text in each} for each in pairs]
        return values
    if len(values) != 1:
        raise _UsageError(f"argument {word}: expected one argument")
    return int(values[0]) if member.type_name in ("integer", "long") else values[0]


def as_text(answer: Any) -> str:  # noqa: ANN401  # JSON
    """An answer in the AWS CLI's format ``text``."""
    if isinstance(answer, list):
        if any(isinstance(each, list) for each in answer):
            return "".join(as_text(each) for each in answer)
        return "\t".join(_scalar(each) for each in answer) + "\n"
    if isinstance(answer, dict):
        return "\t".join(_scalar(answer[key]) for key in sorted(answer)) + "\n"
    return _scalar(answer) + "\n"


def _scalar(value: object) -> str:
    return "None" if value is None else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
