"""Tells the emulated registry of an image."""

from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.credentials import Credentials


def announce(
    *, account: str, region: str, repository: str, tag: str, manifest: str, media_type: str
) -> str:
    """Say that an image was pushed. Returns why not, or an empty text."""
    clients = LocalClients(replace(Credentials.of(), account=account), region=region)
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
