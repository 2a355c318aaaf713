"""Resource types that MiniStack's CloudFormation lacks, in the form of its own provisioners.

Each module but `recorded` ends with its part of the table of handlers: its functions have the
signatures that MiniStack calls, and use nothing but MiniStack's services.
"""

from typing import Any, Final

from serverless_containers.local.ministack.names import provisioners
from serverless_containers.local.resource_types import (
    cloudwatch,
    ec2,
    ecs,
    recorded,
    secretsmanager,
    wafv2,
)

RESOURCE_HANDLERS: Final[dict[str, dict[str, Any]]] = {
    **cloudwatch.RESOURCE_HANDLERS,
    **ec2.RESOURCE_HANDLERS,
    **ecs.RESOURCE_HANDLERS,
    **recorded.RESOURCE_HANDLERS,
    **secretsmanager.RESOURCE_HANDLERS,
    **wafv2.RESOURCE_HANDLERS,
}
"""Handlers that create, update and delete a resource, by its type.

A type without an update is created again when its properties change. CloudFormation deletes the
predecessor where that gave another physical id, as it does for a replacement.
"""


def register() -> None:
    """Let MiniStack's CloudFormation handle the types."""
    # Patches change the table, and not what is declared here.
    added = {each: dict(handlers) for each, handlers in RESOURCE_HANDLERS.items()}
    provisioners._RESOURCE_HANDLERS.update(added)  # noqa: SLF001  # MiniStack's table
