"""Calls by which a task is run, whatever runs it: a container engine, or processes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol


class TaskEngine(Protocol):
    """Runs the containers of tasks. Configurations and descriptions are those of Docker's API.

    Every method raises EngineError if it is refused.
    """

    @property
    def pause_image(self) -> str:
        """The image of a program that only waits."""

    def create(self, config: Mapping[str, Any], name: str) -> str:
        """Make a container. Returns its id."""

    def start(self, container: str) -> None:
        """Start a container, again if it ran before."""

    def inspect(self, container: str) -> dict[str, Any] | None:
        """Return the description of a container, or None if there is none."""

    def signal(self, container: str, name: str) -> None:
        """Send a signal to a container that may have ended already."""

    def remove(self, container: str) -> None:
        """Remove a container, running or not."""

    def logs(self, container: str, *, only_new: bool = False) -> Iterator[bytes]:
        """Read what a container writes, in the pieces in which it comes, until it ends."""

    def execute(self, container: str, command: Sequence[str]) -> tuple[int, bytes]:
        """Run a command inside a container. Returns its exit code and its output."""

    def make_volume(self, name: str, *, owner: tuple[int, int, int] | None = None) -> None:
        """Make a volume, or find it there."""

    def remove_volume(self, name: str) -> None:
        """Remove a volume that may be gone."""
