"""The names that ECS takes for containers and volumes."""

import re

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
"""What "ContainerDefinition" and "Volume", Amazon ECS API Reference, allow."""

EXPECTED = "expected letters, digits, hyphens and underscores, at most 255"
"""What to say of another name."""
