"""Calls of a container engine, by the PyPI package docker."""

import contextlib
import io
import tarfile
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any, Final


def one_directory(name: str, user: int, group: int, permissions: int) -> bytes:
    """An archive of an empty directory, by which its owner and permissions are set."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, permissions
    entry.uid, entry.gid = user, group
    return _archive(entry, b"")


def one_program(name: str, content: bytes) -> bytes:
    """An archive of an executable file."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o755
    return _archive(entry, content)


def _archive(entry: tarfile.TarInfo, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


LABEL: Final = "serverless-containers.local"
"""Everything that is made carries it, with the run's id as its value."""
_CALL_SECONDS = 60
_PULL_SECONDS = 600
_CONFLICT = 409
_PATIENCE = 100
_PAUSE_SECONDS = 0.1


class EngineError(Exception):
    """The engine refused, or does not answer. The message is its own."""


class Engine:
    """A container engine, and what one run makes there.

    Every method raises EngineError if the engine refuses or does not answer.

    Args:
        url: Its address, as DOCKER_HOST has it.
        run: The run's id.
    """

    def __init__(self, url: str, run: str) -> None:
        self.url = url
        self.run = run
        self._closed = False
        self._docker = import_module("docker")
        with self._told():
            self._api: Any = self._docker.APIClient(
                base_url=url, version="auto", timeout=_CALL_SECONDS
            )

    @property
    def labels(self) -> dict[str, str]:
        """The labels of everything that this run makes."""
        return {LABEL: self.run}

    @property
    def pause_image(self) -> str:
        """The image of a program that only waits."""
        return f"serverless-containers.local/pause:{self.run}"

    def platform(self) -> str:
        """The processor that it runs images for: ``amd64`` or ``arm64``."""
        with self._told():
            return str(self._api.version()["Arch"])

    def image_id(self, name: str) -> str | None:
        """The id of an image, or None if the engine has none of that name."""
        with self._told():
            try:
                return str(self._api.inspect_image(name)["Id"])
            except self._docker.errors.ImageNotFound:
                return None

    def pull(self, name: str) -> None:
        """Fetch an image from its registry."""
        with self._told():
            client = self._docker.APIClient(
                base_url=self.url, version="auto", timeout=_PULL_SECONDS
            )
            try:
                for line in client.pull(name, stream=True, decode=True):
                    if "error" in line:
                        raise EngineError(str(line["error"]))
            finally:
                client.close()

    def import_image(self, archive: bytes, name: str, changes: Sequence[str]) -> None:
        """Make an image of the files in an archive."""
        with self._told():
            repository, _, tag = name.rpartition(":")
            self._api.import_image_from_data(
                archive, repository=repository, tag=tag, changes=list(changes)
            )

    def close(self) -> None:
        """Make no container any more."""
        self._closed = True

    def create(self, config: Mapping[str, Any], name: str) -> str:
        """Make a container of the engine's own configuration. Returns its id."""
        if self._closed:
            raise EngineError("the embedded AWS is ending")
        labelled = {**config, "Labels": {**config.get("Labels", {}), **self.labels}}
        with self._told():
            return str(self._api.create_container_from_config(labelled, name=name)["Id"])

    def start(self, container: str) -> None:
        """Start a container, again if it ran before."""
        with self._told():
            self._api.start(container)

    def inspect(self, container: str) -> dict[str, Any] | None:
        """Return the engine's description of a container, or None if it has none."""
        with self._told():
            try:
                found: dict[str, Any] = self._api.inspect_container(container)
            except self._docker.errors.NotFound:
                return None
            return found

    def signal(self, container: str, name: str) -> None:
        """Send a signal to a container that may have ended already."""
        with self._told():
            try:
                self._api.kill(container, signal=name)
            except self._docker.errors.APIError as error:
                if error.status_code not in (404, 409):
                    raise

    def remove(self, container: str) -> None:
        """Remove a container, running or not, with its unnamed volumes."""
        with self._told(), contextlib.suppress(self._docker.errors.NotFound):
            for _ in range(_PATIENCE):
                try:
                    self._api.remove_container(container, v=True, force=True)
                except self._docker.errors.APIError as error:
                    # Somebody else is removing it, and it is there until that is done.
                    if error.status_code != _CONFLICT:
                        raise
                    time.sleep(_PAUSE_SECONDS)
                else:
                    return

    def logs(self, container: str, *, only_new: bool = False) -> Iterator[bytes]:
        """Read what a container writes, in the pieces in which it comes, until it ends."""
        with self._told():
            # A connection of its own, without a limit: a container may be silent for days.
            client = self._docker.APIClient(base_url=self.url, version="auto", timeout=None)
            try:
                yield from client.logs(
                    container,
                    stdout=True,
                    stderr=True,
                    stream=True,
                    follow=True,
                    tail=0 if only_new else "all",
                )
            finally:
                client.close()

    def execute(self, container: str, command: Sequence[str]) -> tuple[int, bytes]:
        """Run a command inside a container. Returns its exit code and its output."""
        with self._told():
            made = self._api.exec_create(container, list(command))
            output = self._api.exec_start(made["Id"])
            return int(self._api.exec_inspect(made["Id"])["ExitCode"] or 0), bytes(output)

    def make_network(self, name: str) -> str:
        """Make a bridge network. Returns the address that this machine has there."""
        with self._told():
            self._api.create_network(name, driver="bridge", labels=self.labels)
            pools = self._api.inspect_network(name)["IPAM"]["Config"]
        return str(pools[0]["Gateway"]).partition("/")[0]

    def make_volume(self, name: str, *, owner: tuple[int, int, int] | None = None) -> None:
        """Make a volume, or find it there.

        Args:
            name: Its name.
            owner: The user, the group and the permissions of its root. By default as they come.
        """
        with self._told():
            self._api.create_volume(name, labels=self.labels)
            if owner is None:
                return
            mount = {"Type": "volume", "Source": name, "Target": "/volume"}
            config = {"Image": self.pause_image, "HostConfig": {"Mounts": [mount]}}
            holder = self.create(config, f"{name}-owner")
            try:
                self._api.put_archive(holder, "/", one_directory("volume", *owner))
            finally:
                self.remove(holder)

    def remove_volume(self, name: str) -> None:
        """Remove a volume that may be gone."""
        with self._told(), contextlib.suppress(self._docker.errors.NotFound):
            self._api.remove_volume(name, force=True)

    def containers(self, run: str) -> list[str]:
        """The ids of a run's containers, ended ones included."""
        with self._told():
            found = self._api.containers(all=True, quiet=True, filters=_of(run))
            return [str(each["Id"]) for each in found]

    def sweep_networks(self, run: str) -> None:
        """Remove a run's networks."""
        with self._told():
            for each in self._api.networks(filters=_of(run)):
                with contextlib.suppress(self._docker.errors.NotFound):
                    self._api.remove_network(each["Id"])

    def sweep_volumes(self, run: str) -> None:
        """Remove a run's volumes."""
        with self._told():
            for each in self._api.volumes(filters=_of(run))["Volumes"] or []:
                self._api.remove_volume(each["Name"], force=True)

    def sweep_images(self, run: str) -> None:
        """Remove the images that a run built, and their names."""
        with self._told():
            for each in self._api.images(quiet=True, filters=_of(run)):
                # Another image may be made from it, and then it goes with that one.
                with contextlib.suppress(self._docker.errors.APIError):
                    self._api.remove_image(each, force=True)

    def untag(self, name: str) -> None:
        """Take a name from an image, and remove the image if it was the last."""
        with self._told(), contextlib.suppress(self._docker.errors.APIError):
            self._api.remove_image(name)

    def runs(self) -> set[str]:
        """The runs of which containers are left."""
        with self._told():
            found = self._api.containers(all=True, filters={"label": LABEL})
            return {str(each["Labels"][LABEL]) for each in found}

    @contextlib.contextmanager
    def _told(self) -> Generator[None, None, None]:
        """Turn what the package raises into an EngineError."""
        requests = import_module("requests")
        try:
            yield
        except self._docker.errors.APIError as error:
            raise EngineError(str(error.explanation or error)) from error
        except (self._docker.errors.DockerException, requests.RequestException, OSError) as error:
            raise EngineError(f"the engine at {self.url} does not answer: {error}") from error


def _of(run: str) -> dict[str, str]:
    return {"label": f"{LABEL}={run}"}


_AT_ONCE = 8


def sweep(engine: Engine, run: str, images: tuple[str, ...] = ()) -> int:
    """Remove a run's containers, networks, volumes and images.

    Args:
        engine: Where.
        run: The run's id.
        images: Names that the run gave to images.

    Returns:
        How many containers there were.

    Raises:
        EngineError: If the engine does not answer.
    """
    count = 0
    # What was being made meanwhile is found the next time.
    while containers := engine.containers(run):
        count += len(containers)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(engine.remove, containers))
    engine.sweep_networks(run)
    engine.sweep_volumes(run)
    for name in images:
        engine.untag(name)
    engine.sweep_images(run)
    return count
