"""The patched MiniStack, as an ASGI application and as the process that serves it.

Started as ``python -m serverless_containers.local.emulator.server FD``, FD being a socket that
listens already: the parent chose the port and holds it, so that no other server can answer there.
"""

import asyncio
import os
import shutil
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from serverless_containers.local.builds.commands import names_given
from serverless_containers.local.emulator.environment import ENGINE, FOLDER, KEEP, PROCESSES, RUN
from serverless_containers.local.emulator.runtime import Runtime, start_runtime
from serverless_containers.local.engine import EngineError, sweep
from serverless_containers.local.gate import Gate
from serverless_containers.local.ministack.declared import PatchError
from serverless_containers.local.patches import apply_engine_patches, apply_patches, processes
from serverless_containers.local.processes.commands import read_file
from serverless_containers.local.processes.engine import Processes
from serverless_containers.local.resource_types.recorded import records

_THIS_MACHINE = "host.docker.internal"


def status() -> dict[str, Any]:
    """Return whether containers can run here, or which run as processes, and what is recorded."""
    commands = read_file(Path(os.environ[FOLDER])) if os.environ.get(PROCESSES) else None
    return {
        "engine": bool(os.environ.get(ENGINE)),
        "processes": None
        if commands is None
        else {
            family: {name: each is not None for name, each in containers.items()}
            for family, containers in commands.items()
        },
        "recorded": records(),
    }


def main() -> None:
    """Serve until SIGTERM, or until the parent closes standard input without a word."""
    try:
        apply_patches()
    except PatchError as error:
        sys.exit(str(error))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    runtime = None
    code = 1
    try:
        listening = [int(sys.argv[1])]
        if url := os.environ.get(ENGINE):
            runtime = start_runtime(url, os.environ[RUN])
            listening += _reachable_from_containers(runtime, listening[0])
            apply_engine_patches(runtime)
        elif os.environ.get(PROCESSES):
            runtime = _process_runtime(listening[0])
            apply_engine_patches(runtime)
        hosts = frozenset({runtime.gateway, _THIS_MACHINE} if runtime and runtime.engine else ())
        gate = Gate(secret=os.environ["AWS_SECRET_ACCESS_KEY"], hosts=hosts, status=status)
        processes.refuse()
        asyncio.new_event_loop().run_until_complete(_serve(listening, gate))
        code = 0
    except EngineError as error:
        _tell(f"the container engine refuses: {error}")
    except Exception:  # told below, and the end is the same
        _tell(traceback.format_exc())
    finally:
        if runtime is not None:
            _clean_up(runtime)
        # A parent that was killed cannot do it.
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
        # Threads that wait for something to be deployed would wait on.
        os._exit(code)


def _process_runtime(own: int) -> Runtime:
    """Prepare this machine to run processes, which reach the emulator where everybody does."""
    with socket.socket(fileno=os.dup(own)) as same:
        host, port = same.getsockname()
    return Runtime(
        processes=Processes(Path(os.environ[FOLDER]), permitted=processes.permitted),
        network="processes",
        endpoint=f"http://{host}:{port}",
    )


def _tell(problem: str) -> None:
    """Write to the log, which the parent shows the end of."""
    sys.stderr.write(f"{problem}\n")
    sys.stderr.flush()


def _reachable_from_containers(runtime: Runtime, own: int) -> list[int]:
    """Listen on the containers' network too, where this machine has an address on it.

    Where the engine runs in a virtual machine it has none. There the engine's own name for this
    machine leads to its loopback address.
    """
    with socket.socket(fileno=os.dup(own)) as same:
        port = same.getsockname()[1]
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((runtime.gateway, port))
        listening.listen(128)
    except OSError:
        listening.close()
        runtime.endpoint = f"http://{_THIS_MACHINE}:{port}"
        return []
    runtime.endpoint = f"http://{runtime.gateway}:{port}"
    # The server owns it from here on.
    return [listening.detach()]


def _clean_up(runtime: Runtime) -> None:
    if runtime.scheduler is not None:
        runtime.scheduler.end()
    if runtime.processes is not None:
        runtime.processes.close()
    if runtime.engine is None:
        return
    # What is starting just now must not make anything behind the sweep's back.
    runtime.engine.close()
    try:
        sweep(runtime.engine, runtime.engine.run, names_given(Path(os.environ[FOLDER])))
    except EngineError as error:
        # The parent tries again, and says so.
        _tell(str(error))


def _end_with_parent() -> None:
    # A parent that is killed cannot stop us, but the kernel closes its end of the pipe.
    if sys.stdin.buffer.read(1) != KEEP:
        os.kill(os.getpid(), signal.SIGTERM)


async def _serve(listening: list[int], gate: Gate) -> None:
    from hypercorn.asyncio import serve  # noqa: PLC0415  # after the patches: they fail faster
    from hypercorn.config import Config  # noqa: PLC0415

    config = Config()
    config.bind = [f"fd://{each}" for each in listening]
    config.keep_alive_timeout = 75
    config.accesslog = None
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    async def stopped() -> None:
        await stop.wait()

    # hypercorn's type of an application lists every event; ours takes any.
    application: Any = gate
    await serve(application, config, shutdown_trigger=stopped)


if __name__ == "__main__":
    main()
