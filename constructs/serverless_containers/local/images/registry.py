"""Tells the emulated registry of an image."""

import os

from botocore.exceptions import BotoCoreError, ClientError

from serverless_containers.local.inspection.clients import Clients


def announce(
    *, account: str, region: str, repository: str, tag: str, manifest: str, media_type: str
) -> str:
    """Say that an image was pushed. Returns why not, or an empty text."""
    clients = Clients(endpoint=os.environ["AWS_ENDPOINT_URL"], account=account, region=region)
    try:
        clients["ecr"].put_image(
            repositoryName=repository,
            imageTag=tag,
            imageManifest=manifest,
            imageManifestMediaType=media_type,
        )
    except ClientError as error:
        # Nobody minds a second push of the same.
        if error.response["Error"]["Code"] == "ImageAlreadyExistsException":
            return ""
        return str(error)
    except BotoCoreError as error:
        return str(error)
    return ""
