# ruff: noqa: SLF001
"""Requests that nobody signs, and that are let through all the same. Each has one handler.

Whatever is not found here needs a signature: nothing of this list passes MiniStack's router, so
that no request can pretend to be one of these and be taken for another.
"""

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from serverless_containers.local.gate.request import Request, Response
from serverless_containers.local.ministack.names import (
    app,
    cognito,
    ecr,
    ecs_metadata,
    iam_actions,
    sts,
    wait_conditions,
)

Answer: TypeAlias = Callable[[Request, bytes], Awaitable[Response | None]]

_TARGETS: Final = {
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSCognitoIdentityService": "cognito-identity",
}
_FORM: Final = "application/x-www-form-urlencoded"
_WEB_IDENTITY: Final = "AssumeRoleWithWebIdentity"
_SIGN_IN: Final = frozenset({"/oauth2/login", "/login", "/oauth2/token"})
_SIGN_IN_PAGES: Final = frozenset({"/oauth2/authorize", "/logout"})
_USER_INFO: Final = frozenset({"/oauth2/userInfo", "/oauth2/userinfo"})
_KEYS: Final = ("/.well-known/jwks.json", "/.well-known/openid-configuration")
_METADATA: Final = "/v4/"


def find(request: Request) -> Answer | None:
    """Find what answers a request that nobody signed; None if it needs a signature."""
    for handler, applies in _LIST:
        if applies(request):
            return handler
    return None


def is_registry(request: Request) -> bool:
    """Return whether a request speaks to the registry, as Docker does."""
    return bool(app._is_ecr_registry_path(request.path))


def has_password(request: Request, password: str) -> bool:
    """Return whether a request has the registry's password, as ``docker login`` sends it."""
    kind, _, content = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return False
    try:
        _, _, given = base64.b64decode(content, validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, password.encode())


async def registry(request: Request, body: bytes) -> Response | None:
    """Answer what Docker asks a registry."""
    return await ecr.handle_registry_request(
        request.method, request.path, dict(request.headers), body, dict(request.query)
    )


def _is_signal(request: Request) -> bool:
    path = wait_conditions.SIGNAL_PATH
    return (
        request.method == "PUT"
        and request.path.startswith(path)
        and bool(wait_conditions.has_handle(request.path.removeprefix(path)))
    )


async def _signal(request: Request, body: bytes) -> Response | None:
    return await app._handle_post_body_shortcuts(
        request.method, request.path, dict(request.headers), body, {}, ""
    )


def _is_metadata(request: Request) -> bool:
    # The token in the path is the container's own.
    return request.method == "GET" and request.path.startswith(_METADATA)


async def _metadata(request: Request, body: bytes) -> Response | None:
    return await ecs_metadata.handle_request(
        request.method, request.path, dict(request.headers), body, {}
    )


def _is_sign_in_page(request: Request) -> bool:
    return request.method == "GET" and (
        request.path in _SIGN_IN_PAGES | _USER_INFO
        or any(request.path.endswith(keys) and request.path != keys for keys in _KEYS)
    )


async def _sign_in_page(request: Request, _body: bytes) -> Response | None:
    return await app._handle_cognito_get_request(
        request.method, request.path, dict(request.headers), dict(request.query)
    )


def _is_sign_in(request: Request) -> bool:
    return request.method == "POST" and request.path in _SIGN_IN | _USER_INFO


async def _sign_in(request: Request, body: bytes) -> Response | None:
    return await app._handle_cognito_body_request(
        request.method, request.path, dict(request.headers), body, dict(request.query)
    )


def _is_call(request: Request) -> bool:
    return (request.method, request.path, request.query_string) == ("POST", "/", "")


def _is_cognito(request: Request) -> bool:
    """Return whether it is an operation of Cognito that applications call for their users."""
    service, _, operation = request.headers.get("x-amz-target", "").partition(".")
    known = _TARGETS.get(service)
    return (
        known is not None
        and _is_call(request)
        and operation in iam_actions.unsigned_operations(known)
    )


async def _cognito(request: Request, body: bytes) -> Response | None:
    return await cognito.handle_request(
        request.method, request.path, dict(request.headers), body, {}
    )


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return _is_call(request) and kind == _FORM and "x-amz-target" not in request.headers


async def _web_identity(_request: Request, body: bytes) -> Response | None:
    """Answer AssumeRoleWithWebIdentity, whose token is its signature, and nothing else of STS."""
    fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    names = [name for name, _ in fields]
    if ("Action", _WEB_IDENTITY) not in fields or len(set(names)) != len(names):
        return None
    return await sts.handle_request("POST", "/", {"content-type": _FORM}, body, {})


_LIST: Final[tuple[tuple[Answer, Callable[[Request], bool]], ...]] = (
    (_signal, _is_signal),
    (_metadata, _is_metadata),
    (_sign_in_page, _is_sign_in_page),
    (_sign_in, _is_sign_in),
    (_cognito, _is_cognito),
    (_web_identity, _is_form),
)
