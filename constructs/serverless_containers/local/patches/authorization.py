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

from serverless_containers.local.gate.callers import CALLER, note_deployer
from serverless_containers.local.patches.private import private, replace

AUTH = "ministack.app:AUTH"
ORIGIN = "ministack.app:pin_request_origin"
ENFORCE = "ministack.core.iam_evaluator:enforce"
REFUSAL = "ministack.core.iam_evaluator:EvalResult"
STS = "ministack.services.sts:handle_request"
REGISTER = "ministack.services.sts:register_session"
API = "ministack.app:_enforce_execute_api"
API_KIND = "ministack.app:_execute_api_authorization_type"
ACTION = "ministack.core.iam_actions:extract_iam_action"
NAMESPACES = "ministack.core.iam_actions:SERVICE_TO_IAM_NAMESPACE"
KNOWN_ONLY = "ministack.app:_authenticate_only"
PRIVATE = (
    *(AUTH, ORIGIN, ENFORCE, REFUSAL, STS, REGISTER, API, API_KIND),
    *(ACTION, NAMESPACES, KNOWN_ONLY),
)
VARIABLE = "SERVERLESS_CONTAINERS_LOCAL_ENFORCE_IAM"
"""The variable that says whether policies decide for the one who deploys, too."""

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


def apply() -> None:
    """Turn the evaluation on, and ask first who is calling."""
    replace(AUTH, value=True)
    pin = private(ORIGIN)
    replace(ORIGIN, lambda source, *_, **__: pin(source, secure_transport=True))
    replace(ENFORCE, _judging(private(ENFORCE)))
    replace(STS, _noting(private(STS)))
    replace(REGISTER, _registering(private(REGISTER)))
    replace(API, _guarding(private(API)))
    replace(ACTION, _finding(private(ACTION)))
    replace(KNOWN_ONLY, _knowing(private(KNOWN_ONLY)))


def _judging(enforce: Callable[..., Any]) -> Callable[..., Any]:
    everybody = bool(os.environ.get(VARIABLE))

    def judging(
        key: str,
        action: str,
        service: str,
        *arguments: Any,  # noqa: ANN401
        **options: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401  # MiniStack's own
        caller = CALLER.get()
        deploys = caller is not None and caller.deploys
        if not deploys and caller is not None and acts(action):
            return private(REFUSAL)(
                "Deny", reason=f"{action}: only the one who deploys may do that here"
            )
        if deploys and not everybody:
            return None
        return enforce(key, action, service, *arguments, **options)

    return judging


def acts(action: str) -> bool:
    """Whether an action makes a service act with rights of its own, which nobody would judge here.

    With these a container could deploy a stack with a build, whose commands run on this machine.
    """
    service, _, name = action.partition(":")
    return not (service in _DATA or name.startswith(_READING) or action in _ASKED_FOR)


def _finding(extract: Callable[..., str | None]) -> Callable[..., str | None]:
    """Find the action of a request in the newest of AWS's protocols as well."""

    def finding(service: str, method: str, path: str, *arguments: Any) -> str | None:  # noqa: ANN401
        found = extract(service, method, path, *arguments)
        namespace = private(NAMESPACES).get(service)
        if found is None and namespace and (operation := _CBOR.fullmatch(path)):
            return f"{namespace}:{operation['name']}"
        return found

    return finding


def _knowing(authenticate: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse strangers what no policy can be asked about."""

    def knowing(*arguments: Any) -> Any:  # noqa: ANN401  # MiniStack's own
        caller = CALLER.get()
        if caller is not None and not caller.deploys:
            return _forbidden()
        return authenticate(*arguments)

    return knowing


def _noting(handle: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Note that a session is asked for, and by whom."""

    async def noting(*arguments: Any) -> Any:  # noqa: ANN401
        token = _assuming.set(True)
        try:
            return await handle(*arguments)
        finally:
            _assuming.reset(token)

    return noting


def _registering(register: Callable[[str, dict[str, Any]], None]) -> Callable[..., None]:
    """Let the one who deploys deploy by the roles of a bootstrap stack.

    A task's session is registered by nobody's request, though a deployment led to it.
    """

    def registering(key: str, session: dict[str, Any]) -> None:
        caller = CALLER.get()
        if _assuming.get() and caller is not None and caller.deploys:
            note_deployer(key)
        register(key, session)

    return registering


def _guarding(enforce: Callable[..., Any]) -> Callable[..., Any]:
    """Ask for a signature where a route wants one, and nowhere else.

    As shipped, a route that wants one is open to whoever sends any other ``Authorization``.
    """

    def guarding(  # noqa: PLR0917  # MiniStack's form
        api: str,
        stage: str,
        method: str,
        path: str,
        headers: dict[str, str],
        query: dict[str, Any],
        **options: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        if CALLER.get() is None:
            wanted = private(API_KIND)(api, stage, method, path) == _IAM_ROUTE
            return _forbidden() if wanted or options.get("iam_action") != _INVOKE else None
        return enforce(api, stage, method, path, headers, query, **options)

    return guarding


def _forbidden() -> tuple[int, dict[str, str], bytes]:
    status, headers, body = _FORBIDDEN
    return status, dict(headers), body
