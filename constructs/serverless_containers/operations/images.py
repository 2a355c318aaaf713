"""Images of containers, as Amazon ECR has them."""

import re

from serverless_containers.aws_api.clients import AwsClients, call

_ECR_IMAGE = re.compile(
    r"(?P<registry>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[\w-]+)\.[\w.-]+?/"
    r"(?P<repository>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


def ecr_digest(clients: AwsClients, image: str) -> str | None:
    """Return the digest of an image as ECR has it now.

    Args:
        clients: The clients.
        image: The image's name, with a tag or a digest.

    Returns:
        Its digest; None if it is in another registry.

    Raises:
        AwsError: If ECR has no such image, or does not tell.
    """
    parts = _ECR_IMAGE.fullmatch(image)
    if parts is None:
        return None
    wanted = (
        {"imageDigest": parts["digest"]}
        if parts["digest"]
        else {"imageTag": parts["tag"] or "latest"}
    )
    answer = call(
        clients.in_region(parts["region"]).client("ecr"),
        "describe_images",
        image,
        registryId=parts["registry"],
        repositoryName=parts["repository"],
        imageIds=[wanted],
    )
    return next((each["imageDigest"] for each in answer["imageDetails"]), None)


def ecr_repository(image: str) -> str | None:
    """Return an image's name without its tag and digest; None if it is not in ECR."""
    parts = _ECR_IMAGE.fullmatch(image)
    return image[: parts.end("repository")] if parts else None
