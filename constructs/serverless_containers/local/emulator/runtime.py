"""Runtime of containers: an engine or processes, and the tasks and services that run there."""

import threading
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from serverless_containers.local.engine.client import Engine
from serverless_containers.local.engine.pause import make_pause_image
from serverless_containers.local.processes.engine import Processes
from serverless_containers.local.requests.addresses import Addresses
from serverless_containers.local.services.scheduler import Scheduler
from serverless_containers.local.tasks.lifecycle import TaskProgress
from serverless_containers.local.tasks.run import TaskRun


@dataclass(slots=True, kw_only=True)
class Runtime:
    """The engine and what runs there.

    Attributes:
        engine: The engine; None where processes take its place.
        processes: The processes; None where there is an engine.
        network: The network of all containers.
        gateway: This machine's address on it.
        endpoint: The emulator's URL, as containers reach it.
        addresses: Where tasks are found.
        runs: The tasks that run, by their ARNs.
        threads: Their threads, by their ARNs.
        scheduler: What keeps the services.
        changed: Told of every change of a task.
    """

    engine: Engine | None = None
    processes: Processes | None = None
    network: str
    gateway: str = ""
    endpoint: str = ""
    addresses: Addresses = field(default_factory=Addresses)
    runs: dict[str, TaskRun] = field(default_factory=dict)
    threads: dict[str, threading.Thread] = field(default_factory=dict)
    scheduler: Scheduler | None = None
    changed: Callable[[MutableMapping[str, Any], TaskProgress], None] = lambda _task, _progress: (
        None
    )

    @property
    def container_engine(self) -> Engine:
        """The engine, for what is done only where there is one."""
        if self.engine is None:
            raise RuntimeError("there is no container engine")
        return self.engine


def start_runtime(url: str, run: str) -> Runtime:
    """Prepare an engine for a run: its network and the image that holds networks.

    Raises:
        EngineError: If the engine refuses or does not answer.
    """
    engine = Engine(url, run)
    make_pause_image(engine)
    network = f"serverless-containers-{run}"
    return Runtime(engine=engine, network=network, gateway=engine.make_network(network))
