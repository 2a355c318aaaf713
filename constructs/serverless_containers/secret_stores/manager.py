"""Secrets in AWS Secrets Manager."""

from collections.abc import Mapping
from typing import Any

from botocore.client import BaseClient

from serverless_containers.plan.secrets.files import SecretText
from serverless_containers.secret_stores.changes import Change
from serverless_containers.secret_stores.clients import call
from serverless_containers.secret_stores.failures import AwsFailure
from serverless_containers.secret_stores.state import NOT_PUSHED, Standing, Step, Stored

_NOT_FOUND = "ResourceNotFoundException"


class SecretsManager:
    """AWS Secrets Manager as a store.

    Args:
        client: Its client.
    """

    def __init__(self, client: BaseClient) -> None:
        self._client = client

    def ask(self, name: str, *, value: bool) -> Stored:
        """What is there; see `Store` of `push`."""
        try:
            found = call(self._client, "describe_secret", name, SecretId=name)
        except AwsFailure as failure:
            if failure.code == _NOT_FOUND:
                return NOT_PUSHED
            raise
        scheduled = "DeletedDate" in found
        text, hidden, since = None, "", None
        if value and not scheduled:
            text, hidden, since = self._value(name)
        return Stored(
            standing=Standing.SCHEDULED if scheduled else Standing.THERE,
            value=text,
            hidden=hidden,
            kms_key=found.get("KmsKeyId"),
            tags={tag["Key"]: tag["Value"] for tag in found.get("Tags", ())},
            changed=since or found.get("LastChangedDate") or found.get("CreatedDate"),
            deletion=found.get("DeletedDate"),
            refusal=self._refusal(found),
            rotated=bool(found.get("RotationEnabled")),
        )

    def do(self, step: Step, change: Change) -> None:
        """Take one step; see `Store` of `push`."""
        name = change.wanted.plan.name
        if step is Step.RESTORE:
            call(self._client, "restore_secret", name, SecretId=name)
        elif step is Step.CREATE:
            key = {"KmsKeyId": change.kms_key} if change.kms_key else {}
            call(
                self._client,
                "create_secret",
                name,
                Name=name,
                SecretString=change.wanted.value.reveal(),
                Tags=_tags(change.tags),
                **key,
            )
        elif step is Step.WRITE and change.rekeyed:
            call(
                self._client,
                "update_secret",
                name,
                SecretId=name,
                KmsKeyId=change.kms_key,
                SecretString=change.wanted.value.reveal(),
            )
        elif step is Step.WRITE:
            call(
                self._client,
                "put_secret_value",
                name,
                SecretId=name,
                SecretString=change.wanted.value.reveal(),
            )
        else:
            call(self._client, "tag_resource", name, SecretId=name, Tags=_tags(change.tags))

    def _value(self, name: str) -> tuple[SecretText | None, str, Any]:
        """The current value, or why it is not known, and since when it has been current."""
        try:
            found = call(self._client, "get_secret_value", name, SecretId=name)
        except AwsFailure as failure:
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


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]
