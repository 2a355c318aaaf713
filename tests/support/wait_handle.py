"""What CloudFormation gives out as a wait condition handle: a URL that takes signals."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MOST_BYTES = 4096


class WaitHandle:
    """The handle.

    Attributes:
        signals: What was put there, in order.
        gone: Whether the wait condition is: then each signal is refused.
    """

    def __init__(self):
        self.signals = []
        self.gone = False
        handle = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                # S3 signs the URL for no content type, as the real handle does.
                status = 403 if handle.gone or self.headers["Content-Type"] else 200
                if status == 200:
                    assert len(body) <= MOST_BYTES, "Unparsable WaitCondition data"
                    handle.signals.append(json.loads(body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Nothing: the signals are recorded."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/handle?Signature=a%2Bb&Expires=1"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
