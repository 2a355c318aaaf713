"""Makes the registry say of an image that is not there what ECR says.

As shipped, DescribeImages gives an empty list, so that the CDK CLI takes every image for pushed.
"""

from typing import Any

from serverless_containers.local.emulator.runtime import Runtime
from serverless_containers.local.patches.private import private, replace

DESCRIBE = "ministack.services.ecr:_describe_images"
REPOSITORIES = "ministack.services.ecr:_repositories"
FIND = "ministack.services.ecr:_find_image"
ERROR = "ministack.core.responses:error_response_json"
PRIVATE = (DESCRIBE, REPOSITORIES, FIND, ERROR)


def apply(_runtime: Runtime) -> None:
    """Refuse what is not there."""
    describe = private(DESCRIBE)

    def describing(data: dict[str, Any]) -> Any:  # noqa: ANN401  # MiniStack's answer
        name = data.get("repositoryName", "")
        for image in data.get("imageIds") or [] if name in private(REPOSITORIES) else []:
            if not private(FIND)(name, image):
                named = ", ".join(f"{key}:'{value}'" for key, value in sorted(image.items()))
                return private(ERROR)(
                    "ImageNotFoundException",
                    f"The image with imageId {{{named}}} does not exist within the repository "
                    f"with name '{name}'",
                    400,
                )
        return describe(data)

    replace(DESCRIBE, describing)
