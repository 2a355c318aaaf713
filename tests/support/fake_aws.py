"""An ``aws`` command that checks its arguments as the real one does.

A small program on PATH hands its arguments to this process, which checks them against botocore's
model of the service, asks moto (ECS, SSM), a registry (ECR's images) or a table (CloudFormation's
stacks: moto's never stay in progress), and answers in the format that was asked for. Every call is
recorded.
"""

import json
import shlex
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import botocore.session
import jmespath
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

_CLIENT = """#!/usr/bin/python3 -IS
import http.client, json, sys
c = http.client.HTTPConnection("127.0.0.1", {port}, timeout=60)
c.request("POST", "/", json.dumps(sys.argv[1:]))
status, out, err = json.loads(c.getresponse().read())
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(status)
"""


class CommandError(Exception):
    """An error with the exit status of the AWS CLI: 252 for usage, 254 from a service."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class FakeAws:
    """The command's other end.

    Attributes:
        calls: The arguments of each call so far.
        stacks: The status of each stack.
        task_definitions: Those that each stack has.
        images: Answers ECR's operations; takes an operation and its parameters.
        password: What ``aws ecr get-login-password`` prints.
        failing: The calls for which it is true end as if the credentials had expired.
    """

    def __init__(self, folder: Path, region: str):
        self.calls: list[list[str]] = []
        self.stacks: dict[str, str] = {}
        self.task_definitions: list[str] = []
        self.images: Callable[[str, dict], dict] | None = None
        self.password = ""
        self.failing: Callable[[list[str]], bool] = lambda _: False
        self._session = botocore.session.get_session()
        self._clients = {
            name: boto3.client(
                name, region_name=region, aws_access_key_id="x", aws_secret_access_key="x"
            )
            for name in ("ecs", "cloudformation", "ssm", "ecr")
        }
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        command = folder / "aws"
        command.write_text(_CLIENT.replace("{port}", str(self._server.server_port)))
        command.chmod(0o755)

    def client(self, name):
        return self._clients[name]

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def called(self, *words):
        """The calls that begin with these words."""
        return [call for call in self.calls if tuple(call[: len(words)]) == words]

    def run(self, arguments):
        self.calls.append(arguments)
        if self.failing(arguments):
            return 254, "", "\nAn error occurred (ExpiredTokenException)\n"
        try:
            return 0, self._answer(arguments), ""
        except CommandError as error:
            return error.status, "", f"\n{error}\n"
        except ClientError as error:
            return 254, "", f"\n{error}\n"

    def _answer(self, arguments):
        if arguments == ["ecr", "get-login-password"]:
            return self.password + "\n"
        service, operation, *rest = arguments
        if service not in self._clients:
            raise CommandError(252, f"unknown service {service}")
        model = self._session.get_service_model(service)
        names = {xform_name(name, "-"): name for name in model.operation_names}
        if operation not in names:
            raise CommandError(252, f"{service}: unknown operation {operation}")
        shape = model.operation_model(names[operation]).input_shape
        parameters, options = _parse(rest, shape)
        validate_parameters(parameters, shape)
        if service == "ecr":
            answer = self.images(operation, parameters)
        elif service == "cloudformation":
            answer = self._describe(operation, parameters["StackName"])
        else:
            answer = getattr(self._clients[service], xform_name(names[operation]))(**parameters)
        answer.pop("ResponseMetadata", None)
        if "query" in options:
            answer = jmespath.search(options["query"], answer)
        if options.get("output") == "text":
            return _as_text(answer)
        return json.dumps(answer, default=str) + "\n"

    def _describe(self, operation, name):
        if name not in self.stacks:
            raise CommandError(254, f"Stack with id {name} does not exist")
        if operation == "list-stack-resources":
            return {
                "StackResourceSummaries": [
                    {"ResourceType": "AWS::EC2::VPC", "PhysicalResourceId": "vpc-1"},
                    *(
                        {"ResourceType": "AWS::ECS::TaskDefinition", "PhysicalResourceId": each}
                        for each in self.task_definitions
                    ),
                ]
            }
        return {"Stacks": [{"StackName": name, "StackStatus": self.stacks[name]}]}

    def _handler(self):
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                arguments = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                content = json.dumps(fake.run(arguments)).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                """Nothing: the calls are recorded."""

        return Handler


def _parse(words, shape):
    members = {xform_name(name, "-"): (name, member) for name, member in shape.members.items()}
    parameters, options = {}, {}
    words = list(words)
    while words:
        word = words.pop(0)
        name = word.removeprefix("--")
        if word == name:
            raise CommandError(252, f"Unknown options: {shlex.quote(word)}")
        values = []
        while words and not words[0].startswith("--"):
            values.append(words.pop(0))
        if name in {"query", "output"}:
            (options[name],) = values
        elif name not in members:
            raise CommandError(252, f"Unknown options: {word}")
        else:
            key, member = members[name]
            parameters[key] = _value(member, values, word)
    return parameters, options


def _value(member, values, word):
    if member.type_name == "boolean":
        if values:
            raise CommandError(252, f"Unknown options: {values}")
        return True
    if member.type_name == "list":
        if member.member.type_name == "structure":
            return [dict(pair.split("=", 1) for pair in value.split(",")) for value in values]
        return values
    if len(values) != 1:
        raise CommandError(252, f"argument {word}: expected one argument")
    return values[0]


def _as_text(answer):
    """The CLI's text format, as far as it is used here."""
    if isinstance(answer, list) and any(isinstance(each, list) for each in answer):
        return "".join(_as_text(each) for each in answer)
    if isinstance(answer, list):
        return "\t".join(_scalar(each) for each in answer) + "\n"
    if isinstance(answer, dict):
        return "\t".join(_scalar(answer[key]) for key in sorted(answer)) + "\n"
    return _scalar(answer) + "\n"


def _scalar(value):
    return "None" if value is None else str(value)
