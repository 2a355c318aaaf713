# ruff: noqa: ARG001, SLF001
"""AWS::SecretsManager::ResourcePolicy, through MiniStack's own Secrets Manager."""

import json
from typing import Any

from serverless_containers.local.ministack.names import Json, Made, secretsmanager
from serverless_containers.local.resource_types.responses import succeeded


def _sm_resource_policy_create(logical_id: str, props: Json, stack_name: str) -> Made:
    secret = props["SecretId"]
    request = {"SecretId": secret, "ResourcePolicy": json.dumps(props["ResourcePolicy"])}
    response = secretsmanager._put_resource_policy(request)
    succeeded(response, "AWS::SecretsManager::ResourcePolicy")
    return secret, {"Id": secret}


def _sm_resource_policy_delete(physical_id: str, props: Json) -> None:
    # The secret may be gone already, and its policy with it.
    secretsmanager._delete_resource_policy({"SecretId": physical_id})


RESOURCE_HANDLERS: dict[str, dict[str, Any]] = {
    "AWS::SecretsManager::ResourcePolicy": {
        "create": _sm_resource_policy_create,
        "delete": _sm_resource_policy_delete,
    },
}
