"""An engine that runs nothing: what containers do is said by the test."""

import threading
import time

from serverless_containers.local.engine.client import EngineError


class FakeEngine:
    """The calls that it got, in order, and what its containers do.

    Attributes:
        calls: What was asked of it: the call and the name of the container.
        exits: When told to end, a container does so with this code; with None it does not listen.
        fails: The calls that fail, with their message.
    """

    pause_image = "pause"
    run = "r1"

    def __init__(self):
        self.calls = []
        self.exits = {}
        self.fails = {}
        self.logged = {}
        self.well = {}
        self._states = {}
        self._lock = threading.Lock()

    def called(self, *kinds):
        with self._lock:
            return [call for call in self.calls if call[0] in kinds]

    def ends(self, name, code, *, out_of_memory=False):
        """Let a container end by itself."""
        self._states[name] = ("exited", code, out_of_memory)

    def _note(self, kind, container):
        # An id is the name behind the run and the task.
        name = container.rpartition("-")[2]
        with self._lock:
            self.calls.append((kind, name))
        if kind in self.fails:
            raise EngineError(self.fails[kind])
        return name

    def create(self, config, name):  # noqa: ARG002
        self._note("create", name)
        return name

    def start(self, container):
        self._states[self._note("start", container)] = ("running", 0)

    def inspect(self, container):
        name = container.rpartition("-")[2]
        status, code, *memory = self._states.get(name, ("created", 0))
        networks = {"net": {"IPAddress": "10.0.0.9"}}
        ports = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "32000"}]}
        return {
            "State": {"Status": status, "ExitCode": code, "OOMKilled": memory == [True]},
            "NetworkSettings": {"Networks": networks, "Ports": ports},
            "Config": {},
        }

    def signal(self, container, name):
        container = self._note(name, container)
        code = 137 if name == "SIGKILL" else self.exits.get(container, 0)
        if code is not None:
            self.ends(container, code)

    def remove(self, container):
        self._note("remove", container)

    def make_volume(self, name, owner=None):
        self.calls.append(("volume", (name, owner)))

    def remove_volume(self, name):
        self.calls.append(("remove volume", name))

    def execute(self, container, command):  # noqa: ARG002
        name = container.rpartition("-")[2]
        return (0 if self.well.get(name) else 1), b""

    def logs(self, container, *, only_new=False):  # noqa: ARG002
        yield from self.logged.get(container.rpartition("-")[2], ())


def until(holds, seconds=5):
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert holds()
