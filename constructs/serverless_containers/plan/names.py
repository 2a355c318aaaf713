"""The names that ECS takes for containers and volumes, and those that the task needs itself."""

import re

from serverless_containers.plan.model import ContainerRole

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
"""The names that "ContainerDefinition" and "Volume", Amazon ECS API Reference, allow."""

EXPECTED = "expected letters, digits, hyphens and underscores, at most 255"
"""The words of a finding about another name."""

RESERVED = frozenset(role.value for role in ContainerRole if role is not ContainerRole.SERVICE)
"""The names of containers that a task may have besides the project's."""
