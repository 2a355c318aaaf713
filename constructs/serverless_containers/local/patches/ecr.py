# ruff: noqa: SLF001
"""Gives the registry a password of the run's own, and ECR's word on an image that is not there.

As shipped, everybody's password is the same, and DescribeImages gives an empty list, so that the
CDK CLI takes every image for pushed.
"""

import base64
import json
import os
from collections.abc import Callable

from serverless_containers.local.credentials import registry_password
from serverless_containers.local.emulator.runtime import Runtime
from serverless_containers.local.ministack.declared import patch
from serverless_containers.local.ministack.names import Json, Response, ecr, responses


@patch("ministack.services.ecr:_get_authorization_token")
def _get_authorization_token(shipped: Callable[[Json], Response], data: Json) -> Response:
    status, headers, body = shipped(data)
    password = registry_password(os.environ.get("AWS_SECRET_ACCESS_KEY", ""))
    token = base64.b64encode(f"AWS:{password}".encode()).decode()
    answer = json.loads(body)
    for each in answer["authorizationData"]:
        each["authorizationToken"] = token
    return status, headers, json.dumps(answer).encode()


@patch("ministack.services.ecr:_describe_images", engine=True)
def _describe_images(
    shipped: Callable[[Json], Response], _runtime: Runtime, data: Json
) -> Response:
    name = data.get("repositoryName", "")
    for image in data.get("imageIds") or [] if name in ecr._repositories else []:
        if not ecr._find_image(name, image):
            named = ", ".join(f"{key}:'{value}'" for key, value in sorted(image.items()))
            return responses.error_response_json(
                "ImageNotFoundException",
                f"The image with imageId {{{named}}} does not exist within the repository "
                f"with name '{name}'",
                400,
            )
    return shipped(data)
