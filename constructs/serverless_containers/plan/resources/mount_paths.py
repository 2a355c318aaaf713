"""Paths of a container at which nothing is mounted: Docker's engine or ECS has them for itself."""

import posixpath
from collections.abc import Collection

from serverless_containers.plan.build_context.folders import is_within

_OF_THE_NETWORK = {
    "/etc/hosts": "name hosts under extra_hosts",
    "/etc/hostname": "write hostname, which the containers of the task resolve",
    "/etc/resolv.conf": "let the VPC's resolver know the names: dns has no effect in a task",
}
"""Files that ECS writes for each task, over what an image has there, and the way out."""
_OF_THE_KERNEL = ("/proc", "/sys", "/dev")
"""Folders that a container gets from its kernel, over what an image has there."""
_SHARED_MEMORY = "/dev/shm"  # noqa: S108  # a path in a container
"""A tmpfs in each container, which another tmpfs may take the place of."""


def normal(path: str) -> str:
    """A path in a container without ``..``, doubled slashes and one at its end."""
    return "/" + posixpath.normpath(path).lstrip("/") if path.startswith("/") else path


def folder_around(path: str, folders: Collection[str]) -> str | None:
    """Return the innermost of some folders that a path is in, without a slash at its end."""
    while path := path.rpartition("/")[0]:
        if path in folders:
            return path
    return None


def why_reserved(path: str, *, is_tmpfs: bool = False) -> tuple[str, str] | None:
    """Return why nothing is mounted at a path, and the way out; None if something may be.

    runc starts no container with a mount in ``/proc``. In ``/sys`` and ``/dev`` a mount would hide
    what the program expects of its kernel.

    Args:
        path: The path in the container, as `normal` has it.
        is_tmpfs: Whether a tmpfs would be mounted, which ``/dev/shm`` may be. Default: False.
    """
    if path in _OF_THE_NETWORK:
        problem = f"{path} is written for each task, whatever is mounted or in the image"
        return problem, _OF_THE_NETWORK[path]
    if is_tmpfs and path == _SHARED_MEMORY:
        return None
    folder = next((each for each in _OF_THE_KERNEL if is_within(path, each)), None)
    if folder is None:
        return None
    problem = f"{folder} is the kernel's in each container, and nothing is mounted in it"
    return problem, "mount it elsewhere"
