"""Lets a deployed application answer ``/health`` itself.

MiniStack answers it on every host name, so also on that of an HTTP API or a load balancer.
"""

from serverless_containers.local.patches.private import private, replace

PATHS = "ministack.app:_HEALTH_PATHS"
PRIVATE = (PATHS,)


def apply() -> None:
    """Leave MiniStack the paths that carry its name."""
    replace(PATHS, tuple(path for path in private(PATHS) if path.startswith("/_")))
