"""The keys of what is listed under a key of a service, where they do not mean the same."""

from collections.abc import Mapping

from serverless_containers.plan.support.key import Key, approximated, local_only, mapped

_LEFT_OUT = approximated("nothing on Fargate has a use for it; this key is left out")
_STARTS_EMPTY = local_only("a volume starts empty on Fargate, whatever the image holds")

ITEM_KEYS: Mapping[str, Mapping[str, Key]] = {
    "depends_on": {
        "restart": approximated("ECS restarts no container for another's sake"),
        "required": local_only("all containers of a task are there"),
    },
    "ports": {"name": _LEFT_OUT, "app_protocol": _LEFT_OUT},
    "volumes": {
        "volume": mapped(),
        "volume.nocopy": _STARTS_EMPTY,
        "tmpfs": mapped(),
        "tmpfs.mode": _LEFT_OUT,
        "bind": mapped(),
        "consistency": local_only("consistency is a matter of Docker Desktop"),
    },
    "networks": {"aliases": local_only("the containers of a task share one loopback interface")},
}
"""By the key of the service. What is not here is mapped, or reported where it is planned."""
