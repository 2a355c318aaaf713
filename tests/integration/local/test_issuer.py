"""An HTTP API that takes the tokens of an issuer of one's own."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.support.local_api import container, resource, template

pytestmark = [pytest.mark.local, pytest.mark.thorough]

AUDIENCE = "shop"


def coded(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Issuer:
    """An issuer of tokens, with its documents where API Gateway looks for them."""

    def __init__(self):
        self.key = rsa.generate_private_key(65537, 2048)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def _handler(self):
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                documents = {
                    "/.well-known/openid-configuration": {"jwks_uri": f"{issuer.url}/keys"},
                    "/keys": {"keys": [issuer.public()]},
                }
                content = json.dumps(documents[self.path]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        return Handler

    def public(self):
        numbers = self.key.public_key().public_numbers()
        return {
            "kid": "1",
            "kty": "RSA",
            "alg": "RS256",
            "n": coded(numbers.n.to_bytes(256, "big")),
            "e": coded(numbers.e.to_bytes(3, "big")),
        }

    def token(self, key=None, **claims):
        now = int(time.time())
        known = {"iss": self.url, "aud": AUDIENCE, "iat": now - 60, "exp": now + 600}
        parts = [{"alg": "RS256", "kid": "1"}, {**known, **claims}]
        signed = ".".join(coded(json.dumps(part).encode()) for part in parts)
        signature = (key or self.key).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{coded(signature)}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
def issuer(engine):  # noqa: ARG001  # it listens within the engine's network
    issuer = Issuer()
    yield issuer
    issuer.stop()


@pytest.fixture(scope="module")
def running(up, issuer):
    authorizer = resource(
        "ApiGatewayV2::Authorizer",
        ApiId={"Ref": "Api"},
        AuthorizerType="JWT",
        Name="issuer",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": issuer.url, "Audience": [AUDIENCE]},
    )
    route = {"AuthorizationType": "JWT", "AuthorizerId": {"Ref": "Authorizer"}}
    return up(template(container(), route=route, Authorizer=authorizer))[1]


def status(running, token):
    return running.request("GET", "/", authorization=f"Bearer {token}")[0]


def test_a_good_token_is_accepted(running, issuer):
    assert status(running, issuer.token()) == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 10},
        {"aud": "another"},
        {"iss": "https://another.example"},
        # Long after this was collected, however busy the machine is.
        {"nbf": int(time.time()) + 24 * 3600},
    ],
    ids=["expired", "another audience", "another issuer", "not yet"],
)
def test_a_token_that_is_not_good_is_refused(running, issuer, claims):
    assert status(running, issuer.token(**claims)) == 401


def test_a_token_that_somebody_else_signed_is_refused(running, issuer):
    assert status(running, issuer.token(rsa.generate_private_key(65537, 2048))) == 401
