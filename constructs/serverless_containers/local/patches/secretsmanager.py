"""Secrets by their ARN, and AWS::SecretsManager::ResourcePolicy.

As shipped, a Ref to a secret gives its name, so that policies and task definitions name no ARN.
"""

import json
from collections.abc import Callable

from serverless_containers.local.patches.private import (
    HANDLERS,
    Made,
    Properties,
    private,
    register,
    succeeded,
)

SECRET = "AWS::SecretsManager::Secret"  # noqa: S105  # a type's name
POLICY = "AWS::SecretsManager::ResourcePolicy"
FIND = "ministack.services.secretsmanager:_resolve"
PUT = "ministack.services.secretsmanager:_put_resource_policy"
DELETE = "ministack.services.secretsmanager:_delete_resource_policy"
PRIVATE = (HANDLERS, FIND, PUT, DELETE)


def apply() -> None:
    """Make the ARN the secret's id, and register the policy."""
    handler = private(HANDLERS)[SECRET]
    create, update, delete = handler["create"], handler["update"], handler["delete"]
    handler["create"] = lambda *arguments: _by_arn(create(*arguments))
    handler["update"] = lambda arn, *arguments: _by_arn(update(_key(arn), *arguments))
    handler["delete"] = lambda arn, props: delete(_key(arn), props)
    register(POLICY, create=_put_policy, delete=_delete_policy)


def _by_arn(made: Made) -> Made:
    return made[1]["Arn"], made[1]


def _key(arn: str) -> str:
    """What MiniStack keeps the secret under."""
    find: Callable[[str], tuple[str | None, object]] = private(FIND)
    return find(arn)[0] or arn


def _put_policy(_logical_id: str, props: Properties, _stack: str) -> Made:
    secret = props["SecretId"]
    request = {"SecretId": secret, "ResourcePolicy": json.dumps(props["ResourcePolicy"])}
    succeeded(private(PUT)(request), POLICY)
    return secret, {"Id": secret}


def _delete_policy(physical_id: str, _props: Properties) -> None:
    # The secret may be gone already, and its policy with it.
    private(DELETE)({"SecretId": physical_id})
