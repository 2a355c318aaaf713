"""Gives the registry a password of the run's own. As shipped, everybody's is the same."""

import base64
import json
import os
from typing import Any

from serverless_containers.local.credentials import registry_password
from serverless_containers.local.patches.private import private, replace

AUTHORIZE = "ministack.services.ecr:_get_authorization_token"
PRIVATE = (AUTHORIZE,)


def apply() -> None:
    """Answer GetAuthorizationToken with it."""
    authorize = private(AUTHORIZE)
    password = registry_password(os.environ.get("AWS_SECRET_ACCESS_KEY", ""))
    token = base64.b64encode(f"AWS:{password}".encode()).decode()

    def authorizing(data: dict[str, Any]) -> Any:  # noqa: ANN401  # MiniStack's answer
        status, headers, body = authorize(data)
        answer = json.loads(body)
        for each in answer["authorizationData"]:
            each["authorizationToken"] = token
        return status, headers, json.dumps(answer).encode()

    replace(AUTHORIZE, authorizing)
