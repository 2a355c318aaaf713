# ruff: noqa: SLF001
"""Responses of the gate's own."""

import json

from serverless_containers.local.gate.request import Request, Response
from serverless_containers.local.gate.signatures import RefusedError
from serverless_containers.local.ministack.names import app, iam_evaluator


def refusal(code: str, message: str) -> Response:
    """Refuse a request, in the form that most services have."""
    body = json.dumps({"__type": code, "message": message}).encode()
    return 403, {"Content-Type": "application/json", "x-amzn-ErrorType": code}, body


def failure(error: RefusedError, request: Request, how: str) -> Response:
    """Refuse a signature, in the form of the service that it is for.

    Args:
        error: What is wrong with it.
        request: The request.
        how: How to sign.
    """
    return app._credential_failure(
        error.service or "sts",
        "",
        "",
        iam_evaluator.AuthError(error.code, f"{error} ({how})"),
        dict(request.headers),
    )


def registry_refusal() -> Response:
    """Ask for the registry's password, as Docker understands it."""
    problem = {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}
    headers = {
        "Content-Type": "application/json",
        "Docker-Distribution-Api-Version": "registry/2.0",
        "WWW-Authenticate": 'Basic realm="the embedded AWS"',
    }
    return 401, headers, json.dumps(problem).encode()


def plain(status: int, message: str) -> Response:
    """Answer in plain words."""
    return status, {"Content-Type": "text/plain; charset=utf-8"}, f"{message}\n".encode()


def not_found(host: str) -> Response:
    """Answer for a name under which nothing was deployed."""
    return plain(404, f"nothing is deployed at {host}")
