"""How a service is asked whether it knows a resource."""

from collections.abc import Callable
from typing import Any, TypeAlias

from serverless_containers.local.clients import Clients
from serverless_containers.local.inspection.deployed import Deployed

Argument: TypeAlias = Callable[[Deployed], Any]
Check: TypeAlias = Callable[[Clients, Deployed], object]
"""Returns something true if the service knows the resource. The service's errors may pass."""


def ask(service: str, call: str, answer: str, **arguments: Argument | str | list[str]) -> Check:
    """A check by one call.

    Args:
        service: boto3's name of the service.
        call: The method of its client.
        answer: The part of the answer that must not be empty, keys joined by dots.
        **arguments: The call's arguments: constants, or functions of the resource.
    """

    def check(clients: Clients, resource: Deployed) -> object:
        request = {
            name: value(resource) if callable(value) else value for name, value in arguments.items()
        }
        found: Any = getattr(clients[service], call)(**request)
        for key in answer.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        return found

    return check


def physical_id(resource: Deployed) -> str:
    """The resource's id, as an argument."""
    return resource.physical_id


def physical_ids(resource: Deployed) -> list[str]:
    """The resource's id, as an argument that takes a list."""
    return [resource.physical_id]


def prop(name: str) -> Argument:
    """A property of the resource, as an argument."""
    return lambda resource: resource.property(name)


def part(index: int, separator: str = "|") -> Argument:
    """A part of a compound id, as an argument."""
    return lambda resource: resource.physical_id.split(separator)[index]
