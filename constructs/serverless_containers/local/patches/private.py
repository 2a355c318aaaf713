"""Access to private names of MiniStack, and the form of its CloudFormation handlers."""

import hashlib
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any, TypeAlias

Properties: TypeAlias = dict[str, Any]
Made: TypeAlias = tuple[str, dict[str, Any]]
"""What a resource handler returns: the physical id and the attributes for Fn::GetAtt."""

Create: TypeAlias = Callable[[str, Properties, str], Made]
"""Takes the logical id, the properties and the stack's name."""
Update: TypeAlias = Callable[[str, Properties, Properties, str, str], Made]
"""Takes the physical id, the old and the new properties, the stack's name and the logical id."""

HANDLERS = "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS"

_CALLERS_KEYS = frozenset({"DockerLabels", "Options", "DriverOpts", "Labels"})
"""Maps whose keys are the user's, not CloudFormation's."""


_NAMES = {
    "EFSVolumeConfiguration": "efsVolumeConfiguration",
    "FilesystemId": "fileSystemId",
    "IAM": "iam",
}
"""What an API writes in another way than CloudFormation."""


class PatchError(Exception):
    """MiniStack is not the one that the patches know."""


def private(name: str) -> Any:  # noqa: ANN401  # MiniStack has no types
    """Look up ``module:attribute``.

    Raises:
        PatchError: If MiniStack has no such name.
    """
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise PatchError(
            f"MiniStack has no {module}.{attribute}, which is patched: its private names changed"
        ) from error


def replace(name: str, value: object) -> None:
    """Put another value behind ``module:attribute``."""
    private(name)
    module, _, attribute = name.partition(":")
    patched: ModuleType = import_module(module)
    setattr(patched, attribute, value)


def register(
    resource_type: str,
    *,
    create: Create,
    delete: Callable[[str, Properties], None],
    update: Update | None = None,
) -> None:
    """Make CloudFormation handle a resource type.

    Without an update of its own, a type is created again when its properties change. CloudFormation
    deletes the predecessor where that gave another physical id, as it does for a replacement.
    """
    handler: dict[str, object] = {"create": create, "delete": delete}
    if update is not None:
        handler |= {"update": update, "update_with_logical_id": True}
    private(HANDLERS)[resource_type] = handler


def succeeded(response: tuple[int, object, Any], resource_type: str) -> Any:  # noqa: ANN401
    """Return the body of a service's answer.

    Raises:
        ValueError: If it is an error. CloudFormation makes it the resource's failure reason.
    """
    status, _, body = response
    if status >= 400:
        text = body.decode(errors="replace") if isinstance(body, bytes) else str(body)
        raise ValueError(f"{resource_type}: {text}")
    return body


def derived_id(prefix: str, *parts: str, length: int = 10) -> str:
    """Make an id that is the same in each run: AWS's form, without its randomness."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"{prefix}{digest[:length]}"


def to_api(value: Any) -> Any:  # noqa: ANN401  # JSON
    """Turn CloudFormation's form of a structure into that of an API in JSON."""
    if isinstance(value, list):
        return [to_api(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        _NAMES.get(key, key[:1].lower() + key[1:]): item if key in _CALLERS_KEYS else to_api(item)
        for key, item in value.items()
    }
