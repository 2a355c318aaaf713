"""A secret of a project, by its names. No value is ever part of it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from serverless_containers.findings import KeyPath, Location


class SecretStore(StrEnum):
    """The stores of secrets; the values are those of ``store`` in a Compose file."""

    SECRETS_MANAGER = "secrets-manager"
    """AWS Secrets Manager."""
    PARAMETER_STORE = "parameter-store"
    """A SecureString of AWS Systems Manager Parameter Store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPlan:
    """One secret that a service reads.

    Attributes:
        key: Its key in the Compose file.
        name: Its name in the store, or the ARN that the file names it by.
        store: Where it is kept.
        external: Whether it exists already, and is nobody's here to write.
        shared: Whether it has a name that is not the service's own: somebody else may have it too.
        file: The file with its value, absolute, if it comes from one.
        variable: The variable of a shell with its value, if it comes from that.
        json_key: The key of the JSON object that it holds, if one value of that is meant.
        multiline: Whether its value may have several lines.
        folder: The project's folder, absolute.
        at: Where it stands in the files.
        path: The keys that lead there.
    """

    key: str
    name: str
    store: SecretStore = SecretStore.SECRETS_MANAGER
    external: bool = False
    shared: bool = False
    file: Path | None = None
    variable: str | None = None
    json_key: str | None = None
    multiline: bool = False
    folder: Path | None = None
    at: Location | None = None
    path: KeyPath = ()
