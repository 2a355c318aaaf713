"""moto behind a real HTTP endpoint on loopback that fails when and how it is told to.

moto is asked in this process: its own server, and its CloudFormation, need packages that are not
installed. The few answers of CloudFormation's that are needed are made here.
"""

import json
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.config import Config
from moto.core.botocore_stubber import BotocoreStubber
from moto.moto_api._internal import moto_api_backend

REGION = "eu-central-1"
_SCOPE = re.compile(r"Credential=[^/]+/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_BEHIND = "behind-the-faults"
_STACK = """<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
<DescribeStacksResult><Stacks><member><StackName>{name}</StackName><Outputs>{outputs}</Outputs>
<CreationTime>2026-11-20T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>
</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"""
_OUTPUT = "<member><OutputKey>{}</OutputKey><OutputValue>{}</OutputValue></member>"
_NO_STACK = """<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error>
<Type>Sender</Type><Code>ValidationError</Code>
<Message>Stack with id {name} does not exist</Message></Error>
<RequestId>1</RequestId></ErrorResponse>"""


@dataclass(kw_only=True)
class Fault:
    """What happens instead of a plain answer.

    Attributes:
        operation: The operation that it happens to.
        name: A part of the request, if it happens only to those with it.
        skip: How many of them are answered before.
        times: How many it happens to.
        status: The status of the answer.
        answer: The answer, or a function that makes one of moto's. None: the line drops.
        works: Whether moto is asked all the same.
        delay: Seconds before anything happens.
    """

    operation: str
    name: str = ""
    skip: int = 0
    times: int = 1_000
    status: int = 400
    answer: dict | Callable[[dict], dict] | None = None
    works: bool = False
    delay: float = 0

    def hits(self, operation, body):
        if operation != self.operation or self.name.encode() not in body:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return self.times >= 0


class FaultyAws:
    """The endpoint. `calls` records the operations that reached it, whatever became of them."""

    def __init__(self):
        moto_api_backend.reset()
        self.calls = []
        self.bodies = []
        self.stacks = {}
        self._faults = []
        self._moto = BotocoreStubber()
        self._lock = threading.Lock()
        self._clients = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self):
        for client in self._clients.values():
            client.close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def client(self, service, region=REGION):
        """A client for the test itself, which no fault happens to."""
        if (service, region) not in self._clients:
            self._clients[service, region] = boto3.client(
                service,
                endpoint_url=self.url,
                region_name=region,
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(user_agent_extra=_BEHIND),
            )
        return self._clients[service, region]

    def mend(self):
        self._faults = []
        self.calls = []
        self.bodies = []

    def fault(self, operation, **fields):
        self._faults.append(Fault(operation=operation, **fields))

    def deny(self, operation, message="you may not", **fields):
        answer = {"__type": "AccessDeniedException", "message": message}
        self.fault(operation, answer=answer, **fields)

    def error(self, operation, code, message="", **fields):
        self.fault(operation, answer={"__type": code, "message": message}, **fields)

    def throttle(self, operation, **fields):
        self.error(operation, "ThrottlingException", "Rate exceeded", **fields)

    def drop(self, operation, **fields):
        """Close the connection without an answer; `works`: after the work was done."""
        self.fault(operation, **fields)

    def answers(self, operation, *answers):
        """Answer successive calls in moto's stead; the last answer is for good."""
        for answer in answers[:-1]:
            self.fault(operation, answer=answer, times=1, status=200)
        self.fault(operation, answer=answers[-1], status=200)

    def handle(self, headers, path, body):
        """Status, headers and body of an answer, or None to drop the connection."""
        scope = _SCOPE.search(headers.get("Authorization", ""))
        if scope is None:
            return 403, {}, b'{"__type": "MissingAuthenticationToken"}'
        target = headers.get("X-Amz-Target", "").rpartition(".")[2]
        operation = target or parse_qs(body.decode())["Action"][0]
        with self._lock:
            fault = None
            if _BEHIND not in headers["User-Agent"]:
                self.calls.append(operation)
                self.bodies.append(body)
                fault = next((each for each in self._faults if each.hits(operation, body)), None)
        if fault is None:
            return self._work(scope, headers, path, body)
        time.sleep(fault.delay)
        if fault.works:
            status, made, answer = self._work(scope, headers, path, body)
            if callable(fault.answer):
                return status, made, json.dumps(fault.answer(json.loads(answer))).encode()
            if fault.delay:
                return status, made, answer
        if fault.answer is None:
            return None
        return fault.status, {}, json.dumps(fault.answer).encode()

    def _work(self, scope, headers, path, body):
        if scope["service"] == "cloudformation":
            return self._stack(parse_qs(body.decode())["StackName"][0])
        url = f"https://{scope['service']}.{scope['region']}.amazonaws.com{path}"
        copied = HTTPHeaders()
        for key, value in headers.items():
            if key.lower() != "host":
                copied[key] = value
        request = AWSPreparedRequest(
            method="POST", url=url, headers=copied, body=body, stream_output=False
        )
        with self._lock:
            status, made, answer = self._moto.process_request(request)
        return status, made, answer.encode() if isinstance(answer, str) else answer

    def _stack(self, name):
        if name not in self.stacks:
            return 400, {}, _NO_STACK.format(name=name).encode()
        outputs = "".join(_OUTPUT.format(key, value) for key, value in self.stacks[name].items())
        return 200, {}, _STACK.format(name=name, outputs=outputs).encode()


def _handler(aws):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # The body would wait for the other side to acknowledge the headers, 40 ms a request.
        disable_nagle_algorithm = True

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = aws.handle(self.headers, self.path, body)
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, headers, content = answer
            try:
                self.send_response(status)
                for key, value in headers.items():
                    if key.lower() not in {"content-length", "server", "date", "connection"}:
                        self.send_header(key, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except (BrokenPipeError, ConnectionResetError):
                # Who did not want to wait has gone.
                self.close_connection = True

        def log_message(self, *arguments):
            pass

    return Handler
