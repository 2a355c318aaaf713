"""The names that ECS takes for containers and volumes, and those that the task needs itself."""

import re
from collections.abc import Container

from serverless_containers.plan.model import ContainerRole

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
"""The names that "ContainerDefinition" and "Volume", Amazon ECS API Reference, allow."""

EXPECTED = "expected letters, digits, hyphens and underscores, at most 255"
"""The words of a finding about another name."""


def free(name: str, taken: Container[str]) -> str:
    """Return a name that is not taken: the given one, or that with underscores behind it.

    What the plan names itself ends in a digit, and so no two names become one.

    Args:
        name: The name.
        taken: The names of others.
    """
    while name in taken:
        name += "_"
    return name


RESERVED = frozenset(role.value for role in ContainerRole if role is not ContainerRole.SERVICE)
"""The names of containers that a task may have besides the project's."""
