# ruff: noqa: SLF001
"""Operation of a request, which may be named in one way only.

MiniStack looks for the operation in several places, in one order where it judges a request and in
another where it answers: a request that names two would be judged as one and answered as the other.
"""

import functools
from typing import Any, Final
from urllib.parse import parse_qs

import botocore.session
from botocore.exceptions import UnknownServiceError

from serverless_containers.local.gate.request import Request
from serverless_containers.local.gate.signatures import RefusedError
from serverless_containers.local.ministack.names import app, iam_actions, router

_MODELS: Final = {
    "airflow": "mwaa",
    "documentdb": "docdb",
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elbv2",
    "elasticmapreduce": "emr",
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
"""botocore's names of services, where MiniStack has others."""
_BY_QUERY: Final = frozenset({"query", "query-xml", "ec2", "ec2-xml"})
_BY_TARGET: Final = frozenset({"json", "smithy-rpc-v2-cbor"})
_EITHER_WAY: Final = frozenset({"monitoring", "sqs"})
"""Services that changed their protocol, and answer both."""


def check_operation(request: Request, body: bytes, scope: str) -> None:
    """Refuse a request that names its operation twice, or where its service does not look for it.

    Args:
        request: The request.
        body: Its body.
        scope: The service that its signature is for.

    Raises:
        RefusedError: If it does, or leads to another service than S3 by a signature for S3, which
            need not cover the body.
    """
    parameters = app._routing_params(
        request.method, request.path, dict(request.headers), body, dict(request.query)
    )
    service = router.detect_service(request.method, request.path, dict(request.headers), parameters)
    if scope == "s3" and service != "s3":
        raise RefusedError("SignatureDoesNotMatch", "the signature is for S3 alone", scope)
    by_query, by_target = _ways(service)
    form = "urlencoded" in request.headers.get("content-type", "").lower()
    in_query = len(request.query.get("Action", ()))
    in_body = _actions(body) if by_query or form else 0
    in_header = int("x-amz-target" in request.headers)
    wrong = (not by_query and in_query + in_body) or (not by_target and in_header)
    if wrong or in_query + in_body + in_header > 1:
        raise RefusedError(
            "InvalidAction",
            "the operation is to be named once, and as the service's protocol has it",
            service,
        )


def _actions(body: bytes) -> int:
    """Count the operations that a form names."""
    if b"Action" not in body and b"%" not in body:
        return 0
    return len(parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True).get("Action", ()))


@functools.cache
def _ways(service: str) -> tuple[bool, bool]:
    """Return whether a service's operations are named by a parameter, and whether by a header."""
    if service in _EITHER_WAY:
        return True, True
    protocols = {
        iam_actions._SERVICE_PROTOCOL.get(service, ""),
        *_modelled(_MODELS.get(service, service)),
    }
    return bool(protocols & _BY_QUERY), bool(protocols & _BY_TARGET)


def _modelled(name: str) -> tuple[str, ...]:
    session: Any = botocore.session.get_session()
    try:
        metadata = session.get_service_model(name).metadata
    except UnknownServiceError:
        return ()
    return (metadata["protocol"], *metadata.get("protocols", ()))
