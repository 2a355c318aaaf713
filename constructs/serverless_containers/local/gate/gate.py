# ruff: noqa: SLF001
"""Decides which requests MiniStack sees.

Whoever can send a request to the emulator could otherwise run commands as its user: by a stack with
a function, or a build. So nothing is let in but what is signed with a key of this run, and what
`unsigned` and `data_plane` list.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from serverless_containers.local.credentials import proof, registry_password
from serverless_containers.local.gate import data_plane, unsigned
from serverless_containers.local.gate.callers import CALLER, Caller
from serverless_containers.local.gate.operations import check_operation
from serverless_containers.local.gate.request import (
    LARGE,
    SMALL,
    BodyTooLargeError,
    DisconnectedError,
    Event,
    MalformedError,
    Receive,
    Request,
    Response,
    Send,
    read,
    read_body,
    replayed,
)
from serverless_containers.local.gate.responses import (
    failure,
    not_found,
    plain,
    refusal,
    registry_refusal,
)
from serverless_containers.local.gate.signatures import (
    Claim,
    RefusedError,
    claim_of,
    is_signed,
    verify,
    verify_body,
)
from serverless_containers.local.ministack.names import app, iam_evaluator, responses, router

STATUS_PATH: Final = "/_serverless-containers/status"
_OWN_PATHS: Final = ("/_ministack/", "/_localstack/")
"""Paths that MiniStack offers to whoever runs it by hand: resetting it, among other things."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_BELOW: Final = ".localhost"
_HOW: Final = (
    "the embedded AWS takes requests that are signed with the key of this run: "
    'eval "$(serverless-containers local env)"'
)


class Gate:
    """The ASGI application in front of MiniStack.

    Args:
        secret: The secret of the run, with which the one who deploys signs.
        hosts: Further names by which this machine is reached, as containers do.
        status: Tells what is known of the emulator.
    """

    def __init__(
        self,
        *,
        secret: str,
        hosts: frozenset[str] = frozenset(),
        status: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        self._secret = secret
        self._hosts = _LOOPBACK | hosts
        self._status = status

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        """Answer, or let MiniStack answer."""
        if scope["type"] == "lifespan":
            await _ministack(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        elif scope["type"] == "http":
            try:
                await self._answer(scope, receive, send)
            except DisconnectedError:
                return

    async def _answer(self, scope: Event, receive: Receive, send: Send) -> None:
        CALLER.set(None)
        try:
            request = read(scope)
            own = request.host in self._hosts
            if answer := data_plane.find(request, by_path=own):
                await self._answer_data_plane(request, answer, receive, send)
                return
            send = _without_cors(send)
            if refused := self._stranger(request, own=own):
                await _respond(send, receive, refused)
            elif is_signed(request):
                await self._answer_signed(request, scope, receive, send)
            else:
                await self._answer_unsigned(request, receive, send)
        except MalformedError as error:
            await _respond(send, receive, plain(400, str(error)))
        except BodyTooLargeError as error:
            await _respond(send, receive, plain(413, str(error)))

    def _stranger(self, request: Request, *, own: bool) -> Response | None:
        """Refuse what a page of somebody else's sends, whatever name it gave this machine."""
        if not own and not request.host.endswith(_BELOW):
            return refusal(
                "AccessDeniedException", f"{request.host or 'no host'} is not a name of this AWS"
            )
        origin = request.headers.get("origin")
        if origin is not None and origin.lower() != f"http://{request.headers['host'].lower()}":
            return refusal("AccessDeniedException", "pages of another origin cannot call this AWS")
        if request.method == "OPTIONS" or request.headers.get("sec-fetch-site") in {
            "cross-site",
            "same-site",
        }:
            if request.headers.get("sec-fetch-mode") == "navigate" and request.method == "GET":
                return None
            return refusal("AccessDeniedException", "pages of another origin cannot call this AWS")
        if request.path.startswith(_OWN_PATHS) and unsigned.find(request) is None:
            return refusal("AccessDeniedException", f"{request.path} is closed")
        return None

    async def _answer_data_plane(
        self, request: Request, answer: data_plane.Answer, receive: Receive, send: Send
    ) -> None:
        body = await read_body(receive, LARGE)
        if is_signed(request):
            try:
                CALLER.set(_verified(request, body))
            except RefusedError as error:
                await _respond(send, receive, failure(error, request, _HOW))
                return
        _pin(request, body)
        response = await answer(request, body)
        if response is None:
            response = not_found(request.headers["host"])
        await _respond(send, receive, response)

    async def _answer_unsigned(self, request: Request, receive: Receive, send: Send) -> None:
        response: Response | None = None
        if unsigned.is_registry(request):
            if unsigned.has_password(request, registry_password(self._secret)):
                body = await read_body(receive, None)
                _pin(request, body)
                response = await unsigned.registry(request, body)
            else:
                response = registry_refusal()
        elif answer := unsigned.find(request):
            body = await read_body(receive, SMALL)
            _pin(request, body)
            response = await answer(request, body)
        await _respond(
            send, receive, response or refusal("MissingAuthenticationTokenException", _HOW)
        )

    async def _answer_signed(
        self, request: Request, scope: Event, receive: Receive, send: Send
    ) -> None:
        try:
            claim = claim_of(request)
            if claim.body_is_claimed:
                # Nobody unknown makes us keep a large body.
                caller = verify(claim, b"")
                body = await read_body(receive, None)
                verify_body(claim, body)
            else:
                body = await read_body(receive, LARGE)
                caller = verify(claim, body)
                verify_body(claim, body)
            check_operation(request, body, claim.signature.service)
        except RefusedError as error:
            await _respond(send, receive, failure(error, request, _HOW))
            return
        CALLER.set(caller)
        if request.path == STATUS_PATH:
            response = (
                self._tell_status(claim)
                if caller.deploys
                else refusal("AccessDeniedException", "not for containers")
            )
            await _respond(send, receive, response)
            return
        await _ministack(scope, replayed(body, receive), send)

    def _tell_status(self, claim: Claim) -> Response:
        told = {
            **self._status(),
            "proof": proof(self._secret, claim.signature.signature),
        }
        return 200, {"Content-Type": "application/json"}, json.dumps(told).encode()

    async def _connect(self, scope: Event, receive: Receive, send: Send) -> None:
        """Let a WebSocket be opened by whoever signs for it, and by nobody else."""
        CALLER.set(None)
        try:
            request = read(scope)
            known = request.host in self._hosts or request.host.endswith(_BELOW)
            CALLER.set(_verified(request, b"") if known else None)
        except (MalformedError, RefusedError):
            pass
        if CALLER.get() is not None:
            await _ministack(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": 1008})


def _verified(request: Request, body: bytes) -> Caller:
    claim = claim_of(request)
    caller = verify(claim, body)
    verify_body(claim, body)
    return caller


def _pin(request: Request, body: bytes) -> None:
    """Tell MiniStack whose request it is, where it does not pass its router."""
    responses.set_request_client_ip(request.client)
    app.pin_request_origin(request.client, secure_transport=False)
    if caller := CALLER.get():
        responses.set_request_account_id(caller.account)
    responses.set_request_region(router.extract_region(dict(request.headers), dict(request.query)))
    iam_evaluator.pin_signed_request(
        request.method, request.raw_path, dict(request.query), list(request.raw_headers)
    )
    iam_evaluator.pin_signed_body(body)


async def _respond(send: Send, receive: Receive, response: Response) -> None:
    await app._send_if_handled(send, response, receive)


def _without_cors(send: Send) -> Send:
    """Let no page of another origin read a response of the control plane's."""

    async def sending(event: Event) -> None:
        if event["type"] == "http.response.start":
            event = {
                **event,
                "headers": [
                    (name, value)
                    for name, value in event.get("headers", [])
                    if not name.lower().startswith(b"access-control-")
                ],
            }
        await send(event)

    return sending


async def _ministack(scope: Event, receive: Receive, send: Send) -> None:
    await app.app(scope, receive, send)
