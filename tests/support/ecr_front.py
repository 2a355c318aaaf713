"""What ECR does that a plain registry does not, in front of a plain registry.

TLS, repositories that have to exist, immutable tags, and faults on demand.
"""

import http.client
import json
import re
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_MANIFEST = re.compile(r"/v2/(.+)/manifests/([^/?]+)$")
_REPOSITORY = re.compile(r"/v2/(.+?)/(?:blobs|manifests|tags)/")
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer"}


class EcrFront:
    """The server.

    Attributes:
        repositories: The repositories that exist.
        fault: Asked before each request with its method and path; it may answer ``refuse`` or
            ``vanish``.
    """

    def __init__(self, listener, certificate, key, upstream_port, moving_tags):
        self.repositories = set()
        self.moving_tags = set(moving_tags)
        self.fault = None
        self.gone = False
        self.upstream_port = upstream_port
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server = _Server(listener, self, context)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def reset(self):
        self.fault = None
        self.gone = False

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def digest(self, path, headers):
        """The digest of a manifest that the registry has, or None."""
        upstream = http.client.HTTPConnection("127.0.0.1", self.upstream_port, timeout=30)
        try:
            upstream.request("HEAD", path, headers=headers)
            answer = upstream.getresponse()
            answer.read()
            return answer.headers["Docker-Content-Digest"] if answer.status == 200 else None
        finally:
            upstream.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listener, front, context):
        super().__init__(listener.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.front = front
        self.context = context

    def get_request(self):
        connection, address = self.socket.accept()
        connection.settimeout(30)
        return connection, address

    def finish_request(self, request, client_address):
        if self.front.gone:
            return
        # Here and not in get_request, where one slow client would hold up all others.
        with self.context.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def handle_error(self, request, client_address):
        """Connections that break off are what some of the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The body would wait for the other side to acknowledge the headers, 40 ms an answer.
    disable_nagle_algorithm = True

    def handle_any(self):
        front = self.server.front
        fault = front.fault(self.command, self.path) if front.fault else None
        if fault == "vanish":
            front.gone = True
        if front.gone:
            self.close_connection = True
            return
        body = self._body()
        refusal = self._refusal(fault)
        if refusal:
            for _ in body:
                pass
            self._answer_error(*refusal)
        else:
            self._forward(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815

    def _refusal(self, fault):
        if fault == "refuse":
            return 403, "DENIED", "not authorized to perform: ecr:InitiateLayerUpload"
        front = self.server.front
        found = _REPOSITORY.match(self.path)
        if found and found[1] not in front.repositories:
            return 404, "NAME_UNKNOWN", f"The repository with name '{found[1]}' does not exist"
        found = _MANIFEST.match(self.path)
        if (
            found
            and self.command == "PUT"
            and not found[2].startswith("sha256:")
            and found[2] not in front.moving_tags
        ):
            headers = {"Authorization": self.headers["Authorization"], "Accept": "*/*"}
            if front.digest(self.path, headers):
                return 400, "TAG_INVALID", (
                    f"The image tag '{found[2]}' already exists in the '{found[1]}' repository "
                    "and cannot be overwritten because the tag is immutable."
                )  # fmt: skip
        return None

    def _body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        elif length := int(self.headers.get("Content-Length", 0)):
            yield self.rfile.read(length)

    def _answer_error(self, status, code, message):
        text = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _forward(self, body):
        upstream = http.client.HTTPConnection(
            "127.0.0.1", self.server.front.upstream_port, timeout=60
        )
        headers = {
            key: value for key, value in self.headers.items() if key.lower() not in _HOP_BY_HOP
        }
        headers["X-Forwarded-Proto"] = "https"
        chunked = self.headers.get("Transfer-Encoding") == "chunked"
        if chunked:
            headers["Transfer-Encoding"] = "chunked"
        try:
            upstream.request(
                self.command,
                self.path,
                body if chunked else b"".join(body),
                headers,
                encode_chunked=chunked,
            )
            answer = upstream.getresponse()
            self.send_response(answer.status)
            for key, value in answer.getheaders():
                if key.lower() not in _HOP_BY_HOP | {"date", "server"}:
                    self.send_header(key, value)
            content = answer.read()
            if "Content-Length" not in answer.headers:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        finally:
            upstream.close()

    def log_message(self, *_):
        """Nothing: what matters is in the build's log."""
