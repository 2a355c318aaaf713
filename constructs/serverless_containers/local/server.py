"""The patched MiniStack, as an ASGI application and as the process that serves it.

Started as ``python -m serverless_containers.local.server FD``, FD being a socket that listens
already: the parent chose the port and holds it, so that no other server can answer there.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from importlib import import_module
from typing import Any, TypeAlias

from serverless_containers.local.patches import PatchError, apply_patches
from serverless_containers.local.patches.private import private
from serverless_containers.local.patches.recorded import records

TOKEN = "SERVERLESS_CONTAINERS_LOCAL_TOKEN"  # noqa: S105  # a variable's name
"""The variable that carries the token by which a caller knows its own server."""
FOLDER = "SERVERLESS_CONTAINERS_LOCAL_FOLDER"
"""The variable that names the folder of the emulator's files."""
STATUS_PATH = "/_serverless-containers/status"
KEEP = b"k"
"""Sent on standard input: go on when it is closed."""
ENGINE = "ministack.app:_docker_socket_present"

_Event: TypeAlias = MutableMapping[str, Any]
_Receive: TypeAlias = Callable[[], Awaitable[_Event]]
_Send: TypeAlias = Callable[[_Event], Awaitable[None]]


async def app(scope: _Event, receive: _Receive, send: _Send) -> None:
    """Answer the status ourselves and leave the rest to MiniStack."""
    if scope["type"] != "http" or scope["path"] != STATUS_PATH:
        await import_module("ministack.app").app(scope, receive, send)
        return
    body = json.dumps(status()).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def status() -> dict[str, Any]:
    """Who answers here, whether containers can run, and what is only recorded."""
    return {
        "token": os.environ.get(TOKEN, ""),
        "engine": bool(private(ENGINE)()),
        "recorded": records(),
    }


def main() -> None:
    """Serve until SIGTERM, or until the parent closes standard input without a word."""
    try:
        apply_patches()
        private(ENGINE)
    except PatchError as error:
        sys.exit(str(error))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        asyncio.run(_serve(int(sys.argv[1])))
    finally:
        # A parent that was killed cannot do it.
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)


def _end_with_parent() -> None:
    # A parent that is killed cannot stop us, but the kernel closes its end of the pipe.
    if sys.stdin.buffer.read(1) != KEEP:
        os.kill(os.getpid(), signal.SIGTERM)


async def _serve(fd: int) -> None:
    from hypercorn.asyncio import serve  # noqa: PLC0415  # after the patches: they fail faster
    from hypercorn.config import Config  # noqa: PLC0415

    config = Config()
    config.bind = [f"fd://{fd}"]
    config.keep_alive_timeout = 75
    config.accesslog = None
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    async def stopped() -> None:
        await stop.wait()

    # hypercorn's type of an application lists every event; ours takes any.
    application: Any = app
    await serve(application, config, shutdown_trigger=stopped)


if __name__ == "__main__":
    main()
