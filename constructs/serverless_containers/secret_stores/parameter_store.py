"""Secrets in AWS Systems Manager Parameter Store."""

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

_TYPE = "SecureString"
_NOT_FOUND = "ParameterNotFound"


class ParameterStore:
    """AWS Systems Manager Parameter Store as a store.

    Args:
        client: The client of AWS Systems Manager.
    """

    def __init__(self, client: BaseClient) -> None:
        self._client = client

    def ask(self, name: str, *, value: bool) -> StoredSecret:
        """Describe the secret; see `StoreClient`."""
        return self._compared(name) if value else self._seen(name)

    def do(self, step: PushStep, change: SecretChange) -> None:
        """Take one step; see `StoreClient`."""
        name = change.desired.plan.name
        if step is PushStep.TAG:
            call(
                self._client,
                "add_tags_to_resource",
                name,
                ResourceType="Parameter",
                ResourceId=name,
                Tags=as_tag_list(change.tags),
            )
            return
        # Tags are taken when a parameter is created, and refused when it is overwritten. An
        # advanced parameter cannot become a standard one again, and keeps its tier.
        form: dict[str, object] = (
            {"Tier": "Standard", "Tags": as_tag_list(change.tags)}
            if step is PushStep.CREATE
            else {"Overwrite": True}
        )
        key = {"KeyId": change.kms_key} if change.kms_key else {}
        call(
            self._client,
            "put_parameter",
            name,
            Name=name,
            Type=_TYPE,
            Value=change.desired.value.reveal(),
            **form,
            **key,
        )

    def _seen(self, name: str) -> StoredSecret:
        try:
            # Undecrypted, what comes back is no value yet. Unlike a description it takes an ARN.
            found = call(self._client, "get_parameter", name, Name=name, WithDecryption=False)
        except AwsError as failure:
            if failure.code == _NOT_FOUND:
                return NOT_PUSHED
            raise
        changed = found["Parameter"].get("LastModifiedDate")
        return StoredSecret(status=SecretStatus.THERE, changed=changed)

    def _compared(self, name: str) -> StoredSecret:
        found = self._described(name)
        if found is None:
            return NOT_PUSHED
        changed = found.get("LastModifiedDate")
        if found["Type"] != _TYPE:
            return StoredSecret(
                status=SecretStatus.THERE,
                changed=changed,
                refusal=f"it is a {found['Type']}, which is not encrypted and cannot become a "
                f"{_TYPE}; delete it, and push again",
            )
        text, hidden = self._value(name)
        return StoredSecret(
            status=SecretStatus.THERE,
            value=text,
            hidden=hidden,
            kms_key=found.get("KeyId"),
            tags=self._tags_of(name),
            changed=changed,
        )

    def _described(self, name: str) -> Mapping[str, Any] | None:
        """Its description: nothing else tells its key and, without leave to read it, that it is."""
        more: dict[str, str] = {}
        while True:
            page = call(
                self._client,
                "describe_parameters",
                name,
                ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [name]}],
                **more,
            )
            for parameter in page["Parameters"]:
                described: Mapping[str, Any] = parameter
                return described
            if not page.get("NextToken"):
                return None
            # A page may be empty although another one follows it.
            more = {"NextToken": page["NextToken"]}

    def _value(self, name: str) -> tuple[SecretText | None, str]:
        try:
            found = call(self._client, "get_parameter", name, Name=name, WithDecryption=True)
        except AwsError as failure:
            if failure.denied or failure.code == "InvalidKeyId":
                return None, str(failure)
            raise
        return SecretText(found["Parameter"]["Value"]), ""

    def _tags_of(self, name: str) -> dict[str, str]:
        found = call(
            self._client,
            "list_tags_for_resource",
            name,
            ResourceType="Parameter",
            ResourceId=name,
        )
        return from_tag_list(found["TagList"])
