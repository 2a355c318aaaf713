"""Takes requests of a load balancer to tasks, where they are found from this machine."""

from typing import Any

from serverless_containers.local.emulator.runtime import Runtime
from serverless_containers.local.patches import targets
from serverless_containers.local.patches.private import replace

PRIVATE = (targets.BALANCER,)


def apply(runtime: Runtime) -> None:
    """Translate the addresses of targets, and count the requests that are under way."""
    proxy = targets.shipped[targets.BALANCER]

    async def through(
        target: dict[str, Any],
        group: dict[str, Any],
        *arguments: Any,  # noqa: ANN401
        **options: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401  # MiniStack's answer
        address = str(target.get("Id", ""))
        if not runtime.addresses.has(address):
            return await targets.refuse()
        host, port = runtime.addresses.here(
            address, int(target.get("Port") or group.get("Port") or 80)
        )
        with runtime.addresses.request_to(address):
            return await proxy({**target, "Id": host, "Port": port}, group, *arguments, **options)

    replace(targets.BALANCER, through)
