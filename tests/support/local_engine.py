"""A container engine for the local deployment: Debian's, in a network of its own.

Tests that use it run inside of that network, with every process that they start: containers and the
emulated AWS reach each other there, and nothing else is reached.
"""

import contextlib
import ctypes
import shutil
import subprocess
import threading
import time
from pathlib import Path

from tests.support import base_images, local_namespaces
from tests.support.local_namespaces import CLONE_NEWNET, NEEDED, PATH, run_docker


def why_not():
    """The reason why no engine can run here, or an empty text."""
    return local_namespaces.why_not(NEEDED)


class LocalEngine:
    """The engine, with the base images of the sample application.

    Attributes:
        url: Its address.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.url = f"unix://{folder}/docker.sock"
        self._process = None
        try:
            self.start()
            base_images.import_all(self.docker)
        except BaseException:
            self.stop()
            raise

    def start(self):
        inside = (
            f"ip link set lo up && exec dockerd --data-root {self.folder}/data "
            f"--exec-root {self.folder}/exec --pidfile {self.folder}/docker.pid -H {self.url}"
        )
        command = ["/usr/bin/unshare", "-n", "-m", "--propagation", "private", "sh", "-c", inside]
        with (self.folder / "engine.log").open("wb") as log:
            self._process = subprocess.Popen(
                command,
                env={"PATH": PATH, "HOME": str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 300
        while True:
            with contextlib.suppress(AssertionError):
                self.docker("version")
                return
            assert self._process.poll() is None, (self.folder / "engine.log").read_text()[-2000:]
            if time.monotonic() > deadline:
                raise TimeoutError((self.folder / "engine.log").read_text()[-2000:])
            time.sleep(0.1)

    def stop(self):
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
            for name in ("data", "exec"):
                shutil.rmtree(self.folder / name, ignore_errors=True)

    def kill(self):
        """End the engine as a crash does. Its containers end with it, as their network does."""
        self._process.kill()
        self._process.wait(10)
        # A process that nobody has asked for its exit code counts as one that runs, by which the
        # next engine would wait for the containerd of this one.
        (self.folder / "exec/containerd/containerd.pid").unlink(missing_ok=True)

    def docker(self, *arguments, **options):
        """Run a Docker client; its output."""
        return run_docker(arguments, host=self.url, home=self.folder, **options)

    def leftovers(self):
        """What carries the label of the local deployment."""
        label = ("--filter", "label=serverless-containers.local")
        found = [
            self.docker("ps", "--all", "--format", "container {{.Names}}", *label),
            self.docker("network", "ls", "--format", "network {{.Name}}", *label),
            self.docker("volume", "ls", "--format", "volume {{.Name}}", *label),
            self.docker("images", "--format", "image {{.Repository}}:{{.Tag}}", *label),
        ]
        return [line for lines in found for line in lines.splitlines()]

    @contextlib.contextmanager
    def inside(self):
        """Let this thread, and every process and thread that it starts, be in the network."""
        libc = ctypes.CDLL(None, use_errno=True)
        own = Path(f"/proc/self/task/{threading.get_native_id()}/ns/net")
        with (
            own.open("rb") as before,
            Path(f"/proc/{self._process.pid}/ns/net").open("rb") as network,
        ):
            assert libc.setns(network.fileno(), CLONE_NEWNET) == 0
            try:
                yield
            finally:
                assert libc.setns(before.fileno(), CLONE_NEWNET) == 0
