"""Keeps services as they are to be: the part of ECS that never sleeps."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from serverless_containers.local.services import records
from serverless_containers.local.services.records import Record
from serverless_containers.local.services.rollout import RolloutState, next_steps

_TICK_SECONDS: Final = 1.0
_LOOK_SECONDS: Final = 0.1
_LONGEST_PAUSE: Final = 10.0
"""Seconds between attempts after many failures one after the other. ECS waits longer."""

Scope: TypeAlias = tuple[str, str]
"""An account and a region."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulerActions:
    """Functions by which a scheduler reads and changes services.

    Attributes:
        services: Every service with its scope.
        tasks: The tasks of the current scope.
        scope: Makes a scope the current one.
        start: Starts that many tasks of a service's current deployment.
        stop: Tells a task to stop, with a reason.
        publish: Gives a service's traffic to these tasks alone.
    """

    services: Callable[[], Iterable[tuple[Scope, Record]]]
    tasks: Callable[[], Iterable[Record]]
    scope: Callable[[str, str], AbstractContextManager[None]]
    start: Callable[[Record, int], None]
    stop: Callable[[str, str], None]
    publish: Callable[[Record, list[Record]], None]


class Scheduler:
    """Looks at every service whenever something changed, and now and then.

    Args:
        hands: What it does with.
        alone: Whether each service has one task at a time.
    """

    def __init__(self, hands: SchedulerActions, *, alone: bool = False) -> None:
        self._hands = hands
        self._alone = alone
        self._lock = threading.RLock()
        self._changed = threading.Condition()
        self._woken = threading.Event()
        self._ended = threading.Event()
        self._not_before: dict[str, float] = {}

    def start(self) -> None:
        """Begin, on a thread that ends with the process."""
        threading.Thread(target=self._loop, daemon=True, name="scheduler").start()

    def end(self) -> None:
        """Start nothing any more."""
        self._ended.set()
        self._woken.set()

    def wake(self) -> None:
        """Say that something changed."""
        self._woken.set()

    def publish(self, service: Record) -> None:
        """Give the traffic of a service to the tasks that may have it now."""
        with self._lock:
            active = service["status"] == "ACTIVE"
            self._hands.publish(
                service,
                [
                    task
                    for task in self._hands.tasks()
                    if active
                    and records.belongs(task, service)
                    and records.is_wanted(task)
                    and task.get(records.STAGE) == "serving"
                ],
            )

    def failed(self, service: Record, task: Mapping[str, Any], cause: str) -> None:
        """Note that a task of a service ended although nobody asked it to."""
        with self._lock:
            records.count_failure(service, task, cause)
            failures = int(records.primary(service).get("failedTasks") or 0)
            pause = min(_LONGEST_PAUSE, 0.5 * 2 ** min(failures, 8))
            self._not_before[service["serviceArn"]] = time.monotonic() + pause
        self.wake()

    def wait(self, service: Record, deployment: str) -> str | None:
        """Wait until a deployment is completed (then None) or failed (then its cause)."""
        while not self._ended.is_set():
            with self._lock:
                found = next(
                    (each for each in service["deployments"] if each["id"] == deployment), None
                )
                if found is None or service["status"] != "ACTIVE":
                    return "the service was changed or deleted meanwhile"
                if found["rolloutState"] == RolloutState.COMPLETED.value:
                    return None
                if found["rolloutState"] == RolloutState.FAILED.value:
                    return str(found.get(records.CAUSE) or found["rolloutStateReason"])
            with self._changed:
                self._changed.wait(_LOOK_SECONDS)
        return "the embedded AWS is ending"

    def _loop(self) -> None:
        while not self._ended.is_set():
            self._woken.wait(_TICK_SECONDS)
            self._woken.clear()
            for (account, region), service in list(self._hands.services()):
                if service["status"] != "ACTIVE" or self._ended.is_set():
                    continue
                try:
                    with self._hands.scope(account, region), self._lock:
                        self._advance(service)
                except Exception:
                    # One service must not keep the others from being looked after.
                    _log.exception("service %s", service["serviceName"])
            with self._changed:
                self._changed.notify_all()

    def _advance(self, service: Record) -> None:
        before = records.primary(service)
        steps = next_steps(records.view(service, self._hands.tasks(), alone=self._alone))
        if before["rolloutState"] != steps.outcome.value:
            if steps.outcome is RolloutState.FAILED:
                records.fail(service)
                self.wake()
            elif steps.outcome is RolloutState.COMPLETED:
                records.complete(service)
        for each in steps.stop:
            if each.failed:
                task = next(t for t in self._hands.tasks() if t["taskArn"] == each.task)
                self.failed(service, task, each.reason)
            self._hands.stop(each.task, each.reason)
        if steps.stop:
            self.publish(service)
        if steps.start and time.monotonic() >= self._not_before.get(service["serviceArn"], 0):
            self._hands.start(service, steps.start)
            records.tell(service, f"has started {steps.start} tasks.")
        records.count(service, self._hands.tasks())
