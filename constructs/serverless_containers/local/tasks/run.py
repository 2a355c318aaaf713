"""Runs one task: makes its containers in order, watches them, ends them in reverse order."""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from serverless_containers.local.engine import EngineError, TaskEngine
from serverless_containers.local.tasks.configuration import (
    TaskEnvironment,
    configuration,
    container_name,
    pause_container,
)
from serverless_containers.local.tasks.definition import Container
from serverless_containers.local.tasks.health import Checks
from serverless_containers.local.tasks.lifecycle import (
    Health,
    Phase,
    State,
    TaskFailure,
    TaskProgress,
    all_started,
    how_ended,
    is_serving,
    task_health,
    to_start,
    to_stop,
    why_ended,
)
from serverless_containers.local.tasks.logs import Logs, Write

_EAGER_SECONDS: Final = 0.15
_CALM_SECONDS: Final = 0.5
_DRAIN_SECONDS: Final = 30.0
"""Longest time for which requests under way keep a task from being told to end: as long as API
Gateway waits for an answer."""
_UNANSWERED: Final = 5
"""Questions without an answer after which the engine counts as gone."""


class StartError(Exception):
    """A task cannot start. The message begins with ECS's name for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDependencies:
    """Functions by which a task gets what it needs from outside.

    Attributes:
        image: Gives the engine's name of an image, fetching it if need be. Raises StartError.
        secrets: Gives the values of a container's secrets, and what else is its own. Raises
            StartError.
        writer: Gives what takes a container's log lines, or None if nobody wants them.
        changed: Told of every change.
        busy: Whether requests to the task are under way.
    """

    image: Callable[[str], str]
    secrets: Callable[[Container], Mapping[str, str]]
    writer: Callable[[Container, str], Write | None]
    changed: Callable[[TaskProgress], None]
    busy: Callable[[], bool]


class TaskRun:
    """A task from its first container to its last.

    Args:
        engine: Where it runs.
        containers: Its containers.
        around: What they find around them.
        outside: What it needs from outside.
    """

    def __init__(
        self,
        engine: TaskEngine,
        containers: Sequence[Container],
        around: TaskEnvironment,
        outside: TaskDependencies,
    ) -> None:
        self._engine = engine
        self._containers = tuple(containers)
        self._around = around
        self._outside = outside
        self._ids: dict[str, str] = {}
        self._pause_container = ""
        self._states = {each.name: State() for each in containers}
        self._started_at: dict[str, float] = {}
        self._told_to_end: dict[str, float] = {}
        self._wake = threading.Event()
        self._asked_to_stop = threading.Event()
        self._checks = Checks(engine, containers)
        self._logs = Logs(engine)
        self._now = TaskProgress(phase=Phase.PROVISIONING)

    def stop(self) -> None:
        """Ask the task to end. Returns at once."""
        self._asked_to_stop.set()
        self._wake.set()

    def run(self) -> None:
        """Run the task until all of its containers have ended and are removed."""
        failed: TaskFailure | None = None
        try:
            self._prepare()
            failed = self._watch()
            self._end(failed)
        except StartError as error:
            failed = TaskFailure(reason=str(error), code="TaskFailedToStart")
        except EngineError as error:
            failed = TaskFailure(
                reason=f"ResourceInitializationError: {error}", code="TaskFailedToStart"
            )
        except Exception as error:
            # A defect. A task that ends without a cause would be started again without an end.
            failed = TaskFailure(
                reason=f"InternalError: {type(error).__name__}: {error}", code="TaskFailedToStart"
            )
            raise
        finally:
            self._remove()
            self._tell(phase=Phase.STOPPED, serving=False, failed=failed)

    def _prepare(self) -> None:
        images = {each.name: self._outside.image(each.raw["image"]) for each in self._containers}
        secrets = {each.name: self._outside.secrets(each) for each in self._containers}
        if self._asked_to_stop.is_set():
            return
        for volume in self._around.volumes.values():
            self._engine.make_volume(volume.name, owner=volume.owner)
        self._pause_container = self._engine.create(
            pause_container(self._engine.pause_image, self._containers, self._around),
            container_name(self._around, "network"),
        )
        self._engine.start(self._pause_container)
        self._tell(phase=Phase.PENDING, **self._addresses())
        for each in self._in_order():
            config = configuration(
                each,
                image=images[each.name],
                pause_container_id=self._pause_container,
                secrets=secrets[each.name],
                around=self._around,
            )
            self._ids[each.name] = self._engine.create(
                config, container_name(self._around, each.name)
            )

    def _in_order(self) -> tuple[Container, ...]:
        """Those whose volumes others take come first."""
        sources = {
            source["sourceContainer"]
            for each in self._containers
            for source in each.raw.get("volumesFrom") or []
        }
        return tuple(sorted(self._containers, key=lambda each: each.name not in sources))

    def _addresses(self) -> dict[str, object]:
        found = self._engine.inspect(self._pause_container) or {}
        networks = found.get("NetworkSettings", {})
        own = networks.get("Networks", {}).get(self._around.network, {})
        return {
            "address": own.get("IPAddress", ""),
            "published": {
                int(port.partition("/")[0]): int(bindings[0]["HostPort"])
                for port, bindings in (networks.get("Ports") or {}).items()
                if bindings
            },
        }

    def _watch(self) -> TaskFailure | None:
        """Go on until the task ends by itself (then say why) or is asked to."""
        unanswered = 0
        while not self._asked_to_stop.is_set():
            try:
                for name in to_start(self._containers, self._states):
                    self._start(name)
                self._observe()
                unanswered = 0
            except EngineError:
                unanswered += 1
                if unanswered == _UNANSWERED:
                    raise
            if failed := why_ended(self._containers, self._states):
                return failed
            serving = is_serving(self._containers, self._states)
            running = all_started(self._states)
            self._tell(
                phase=Phase.RUNNING if running else Phase.PENDING,
                health=task_health(self._containers, self._states),
                serving=serving,
            )
            self._wake.wait(_CALM_SECONDS if serving else _EAGER_SECONDS)
        return None

    def _start(self, name: str) -> None:
        container = self._container(name)
        try:
            self._engine.start(self._ids[name])
        except EngineError as error:
            raise StartError(f"CannotStartContainerError: container {name}: {error}") from error
        now = time.monotonic()
        self._started_at[name] = now
        self._states[name] = State(started=True)
        self._checks.begin(name, self._ids[name], now)
        if write := self._outside.writer(container, self._ids[name]):
            self._logs.follow(self._ids[name], write)

    def _observe(self) -> None:
        now = time.monotonic()
        for name, state in self._states.items():
            if not state.running:
                continue
            found = self._engine.inspect(self._ids[name])
            if found is None:
                # Somebody removed it.
                self._states[name] = replace(state, exit_code=137)
            elif found["State"]["Status"] in ("exited", "dead"):
                self._ended(name, found["State"], now)
            else:
                self._states[name] = replace(state, health=self._checks.health(name, now))

    def _ended(self, name: str, last: Mapping[str, Any], now: float) -> None:
        code = int(last["ExitCode"])
        ended = replace(
            self._states[name],
            exit_code=code,
            health=Health.UNKNOWN,
            out_of_memory=bool(last.get("OOMKilled")),
            error=str(last.get("Error") or ""),
        )
        policy = self._container(name).restart
        if (
            policy is not None
            and not self._asked_to_stop.is_set()
            and code not in policy.ignored_exit_codes
            and now - self._started_at[name] >= policy.attempt_period
        ):
            self._start(name)
            self._tell(restarted=(*self._now.restarted, how_ended(name, ended)))
        else:
            self._states[name] = ended

    def _end(self, failed: TaskFailure | None) -> None:
        """Stop what runs, dependants first."""
        self._asked_to_stop.set()
        self._tell(phase=Phase.DEACTIVATING, serving=False, failed=failed)
        deadline = time.monotonic() + _DRAIN_SECONDS
        while self._outside.busy() and time.monotonic() < deadline:
            time.sleep(_EAGER_SECONDS)
        while any(state.running for state in self._states.values()):
            now = time.monotonic()
            for name in to_stop(self._containers, self._states):
                if name not in self._told_to_end:
                    self._told_to_end[name] = now
                    self._engine.signal(self._ids[name], self._stop_signal(name))
                elif now - self._told_to_end[name] > self._container(name).stop_seconds:
                    self._engine.signal(self._ids[name], "SIGKILL")
            time.sleep(_EAGER_SECONDS)
            self._observe()

    def _stop_signal(self, name: str) -> str:
        found = self._engine.inspect(self._ids[name]) or {}
        return str(found.get("Config", {}).get("StopSignal") or "SIGTERM")

    def _remove(self) -> None:
        self._logs.finish()
        for container in [
            *self._ids.values(),
            *([self._pause_container] if self._pause_container else []),
        ]:
            with contextlib.suppress(EngineError):
                self._engine.remove(container)
        for volume in self._around.volumes.values():
            if not volume.lasting:
                with contextlib.suppress(EngineError):
                    self._engine.remove_volume(volume.name)

    def _container(self, name: str) -> Container:
        return next(each for each in self._containers if each.name == name)

    def _tell(self, **changes: object) -> None:
        # The type of each change is that of the field that it names.
        now = replace(
            self._now,
            **changes,  # type: ignore[arg-type]
            states=dict(self._states),
            ids=dict(self._ids),
        )
        if now != self._now:
            self._now = now
            self._outside.changed(now)
