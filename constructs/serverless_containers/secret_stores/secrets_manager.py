"""Secrets in AWS Secrets Manager."""

from collections.abc import Mapping
from typing import Any

from botocore.client import BaseClient

from serverless_containers.aws_api.clients import call
from serverless_containers.aws_api.errors import AwsError
from serverless_containers.plan.secrets.files import SecretText
from serverless_containers.secret_stores.model import (
    NOT_PUSHED,
    PushStep,
    SecretChange,
    SecretStatus,
    StoredSecret,
)
from serverless_containers.secret_stores.store import as_tag_list, from_tag_list

_NOT_FOUND = "ResourceNotFoundException"


class SecretsManager:
    """AWS Secrets Manager as a store.

    Args:
        client: Its client.
    """

    def __init__(self, client: BaseClient) -> None:
        self._client = client

    def ask(self, name: str, *, value: bool) -> StoredSecret:
        """Describe the secret; see `StoreClient`."""
        try:
            found = call(self._client, "describe_secret", name, SecretId=name)
        except AwsError as failure:
            if failure.code == _NOT_FOUND:
                return NOT_PUSHED
            raise
        scheduled = "DeletedDate" in found
        text, hidden, since = None, "", None
        if value and not scheduled:
            text, hidden, since = self._value(name)
        return StoredSecret(
            status=SecretStatus.SCHEDULED if scheduled else SecretStatus.THERE,
            value=text,
            hidden=hidden,
            kms_key=found.get("KmsKeyId"),
            tags=from_tag_list(found.get("Tags", ())),
            changed=since or found.get("LastChangedDate") or found.get("CreatedDate"),
            deletion=found.get("DeletedDate"),
            refusal=self._refusal(found),
            rotated=bool(found.get("RotationEnabled")),
        )

    def do(self, step: PushStep, change: SecretChange) -> None:
        """Take one step; see `StoreClient`."""
        name = change.desired.plan.name
        if step is PushStep.RESTORE:
            call(self._client, "restore_secret", name, SecretId=name)
        elif step is PushStep.CREATE:
            key = {"KmsKeyId": change.kms_key} if change.kms_key else {}
            call(
                self._client,
                "create_secret",
                name,
                Name=name,
                SecretString=change.desired.value.reveal(),
                Tags=as_tag_list(change.tags),
                **key,
            )
        elif step is PushStep.WRITE and change.rekeyed:
            call(
                self._client,
                "update_secret",
                name,
                SecretId=name,
                KmsKeyId=change.kms_key,
                SecretString=change.desired.value.reveal(),
            )
        elif step is PushStep.WRITE:
            call(
                self._client,
                "put_secret_value",
                name,
                SecretId=name,
                SecretString=change.desired.value.reveal(),
            )
        else:
            call(self._client, "tag_resource", name, SecretId=name, Tags=as_tag_list(change.tags))

    def _value(self, name: str) -> tuple[SecretText | None, str, Any]:
        """The current value, or why it is not known, and since when it has been current."""
        try:
            found = call(self._client, "get_secret_value", name, SecretId=name)
        except AwsError as failure:
            if failure.denied or failure.code == "DecryptionFailure":
                return None, str(failure), None
            if failure.code == _NOT_FOUND:
                return None, "it has no current version", None
            raise
        text, since = found.get("SecretString"), found.get("CreatedDate")
        if text is None:
            return None, "it holds bytes and no text", since
        return SecretText(text), "", since

    def _refusal(self, found: Mapping[str, Any]) -> str:
        if owner := found.get("OwningService"):
            return f"it is managed by {owner}"
        primary = found.get("PrimaryRegion")
        if primary and primary != self._client.meta.region_name:
            return f"it is a replica of the one in {primary}; push it there"
        return ""
