import json
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORT = int(os.environ.get("PORT", "8080"))
print("started", os.environ.get("VERSION", ""))
if os.environ.get("CRASH"):
    sys.exit(int(os.environ["CRASH"]))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The body would wait for the other side to acknowledge the headers, 40 ms an answer.
    disable_nagle_algorithm = True

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        headers, status = [], 200
        if path.startswith("/status/"):
            status = int(path.rpartition("/")[2])
            headers = [("Location", "/elsewhere"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
        if path.startswith("/sleep/"):
            time.sleep(float(path.rpartition("/")[2]))
        if path.startswith("/port/"):
            content = urllib.request.urlopen("http://127.0.0.1:" + path.rpartition("/")[2]).read()
        elif path == "/unhealthy":
            Handler.well = False
            content = b"{}"
        elif path == "/health" and not Handler.well:
            status, content = 500, b"{}"
        else:
            content = json.dumps(
                {
                    "method": self.command,
                    "path": self.path,
                    "headers": {k.lower(): v for k, v in self.headers.items()},
                    "body": body.decode(errors="replace"),
                    "environment": dict(os.environ),
                    "host": socket.gethostname(),
                    "user": os.getuid(),
                    "folder": str(Path.cwd()),
                }
            ).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_):
        pass


Handler.well = True
for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"):
    setattr(Handler, f"do_{method}", Handler.answer)
server = ThreadingHTTPServer((os.environ.get("HOST", ""), PORT), Handler)


def end(*_):
    print("ending", time.time())
    threading.Thread(target=server.shutdown).start()


signal.signal(signal.SIGTERM, end)
server.serve_forever()
print("ended", time.time())
