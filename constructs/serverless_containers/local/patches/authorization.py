# ruff: noqa: SLF001
"""Lets policies decide what a caller may do, unless it is the one who deploys.

MiniStack evaluates policies where ``AUTH`` is on, and believes keys that look like an account's
root, which the gate has verified. ``--enforce-iam`` lets policies decide for the roles of the one
who deploys, too.

The emulator is spoken to without TLS, and policies that deny just that would lock everybody out:
it takes every request for one by TLS. Whether such policies work is not shown here.
"""

import os
import re
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Final

from serverless_containers.local.emulator.environment import ENFORCE_IAM
from serverless_containers.local.gate.callers import CALLER, note_deployer
from serverless_containers.local.ministack.declared import patch, patch_value
from serverless_containers.local.ministack.names import (
    Json,
    Response,
    app,
    iam_actions,
    iam_evaluator,
)

_DATA: Final = frozenset(
    {
        "bedrock",
        "cloudwatch",
        "cognito-identity",
        "cognito-idp",
        "dynamodb",
        "ecr",
        "elasticfilesystem",
        "execute-api",
        "firehose",
        "iam",
        "kinesis",
        "kms",
        "logs",
        "rds-data",
        "s3",
        "secretsmanager",
        "servicediscovery",
        "ses",
        "sns",
        "sqs",
        "ssm",
        "sts",
        "xray",
    }
)
"""Services that keep data, and whose callers' policies say all that there is to say."""
_READING: Final = ("Get", "List", "Describe", "BatchGet", "Lookup", "Search")
_ASKED_FOR: Final = frozenset(
    {
        "ecs:RunTask",
        "ecs:StopTask",
        "ecs:UpdateService",
        "events:PutEvents",
        "lambda:InvokeFunction",
        "states:StartExecution",
    }
)
_CBOR: Final = re.compile("/service/[A-Za-z0-9_]+/operation/(?P<name>[A-Za-z0-9]+)")
"""The path of a request in the protocol "Smithy RPC v2 CBOR"."""
_INVOKE: Final = "execute-api:Invoke"
_IAM_ROUTE: Final = "AWS_IAM"
_FORBIDDEN: Final = (403, {"Content-Type": "application/json"}, b'{"message":"Forbidden"}')

_assuming: ContextVar[bool] = ContextVar("assuming", default=False)


patch_value(__name__, "ministack.app:AUTH", value=True)


@patch("ministack.app:pin_request_origin")
def _pin_request_origin(
    shipped: Callable[..., None],
    source_ip: str,
    secure_transport: bool,  # noqa: ARG001, FBT001  # MiniStack's form
) -> None:
    shipped(source_ip, secure_transport=True)


@patch("ministack.core.iam_evaluator:enforce")
def _enforce(
    shipped: Callable[..., Any],
    access_key_id: str,
    iam_action: str,
    *arguments: Any,  # noqa: ANN401
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401  # MiniStack's own
    caller = CALLER.get()
    deploys = caller is not None and caller.deploys
    if not deploys and caller is not None and acts(iam_action):
        return iam_evaluator.EvalResult(
            "Deny", reason=f"{iam_action}: only the one who deploys may do that here"
        )
    if deploys and not os.environ.get(ENFORCE_IAM):
        return None
    return shipped(access_key_id, iam_action, *arguments, **options)


def acts(action: str) -> bool:
    """Return whether by an action a service acts with rights of its own, which nobody would judge.

    With these a container could deploy a stack with a build, whose commands run on this machine.
    """
    service, _, name = action.partition(":")
    return not (service in _DATA or name.startswith(_READING) or action in _ASKED_FOR)


@patch("ministack.core.iam_actions:extract_iam_action")
def _extract_action(
    shipped: Callable[..., str | None],
    service: str,
    method: str,
    path: str,
    *arguments: Any,  # noqa: ANN401
) -> str | None:
    """Find the action of a request in the newest of AWS's protocols as well."""
    found = shipped(service, method, path, *arguments)
    namespace = iam_actions.SERVICE_TO_IAM_NAMESPACE.get(service)
    if found is None and namespace and (operation := _CBOR.fullmatch(path)):
        return f"{namespace}:{operation['name']}"
    return found


@patch("ministack.app:_authenticate_only")
def _authenticate(shipped: Callable[..., Any], *arguments: Any) -> Any:  # noqa: ANN401
    """Refuse strangers what no policy can be asked about."""
    caller = CALLER.get()
    if caller is not None and not caller.deploys:
        return _forbidden()
    return shipped(*arguments)


@patch("ministack.services.sts:handle_request")
async def _handle_sts(shipped: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:  # noqa: ANN401
    """Note that a session is asked for, and by whom."""
    token = _assuming.set(True)
    try:
        return await shipped(*arguments)
    finally:
        _assuming.reset(token)


@patch("ministack.services.sts:register_session")
def _register_session(shipped: Callable[[str, Json], None], access_key: str, session: Json) -> None:
    """Let the one who deploys deploy by the roles of a bootstrap stack.

    A task's session is registered by nobody's request, though a deployment led to it.
    """
    caller = CALLER.get()
    if _assuming.get() and caller is not None and caller.deploys:
        note_deployer(access_key)
    shipped(access_key, session)


@patch("ministack.app:_enforce_execute_api")
def _enforce_execute_api(  # noqa: PLR0917  # MiniStack's form
    shipped: Callable[..., Any],
    api_id: str,
    stage: str,
    method: str,
    execute_path: str,
    headers: Json,
    query_params: Json,
    iam_action: str = _INVOKE,
) -> Any:  # noqa: ANN401  # MiniStack's own
    """Ask for a signature where a route wants one, and nowhere else.

    As shipped, a route that wants one is open to whoever sends any other ``Authorization``.
    """
    if CALLER.get() is None:
        wanted = app._execute_api_authorization_type(api_id, stage, method, execute_path)
        return _forbidden() if wanted == _IAM_ROUTE or iam_action != _INVOKE else None
    return shipped(
        api_id, stage, method, execute_path, headers, query_params, iam_action=iam_action
    )


def _forbidden() -> Response:
    status, headers, body = _FORBIDDEN
    return status, dict(headers), body
