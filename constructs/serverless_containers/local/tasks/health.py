"""Health checks of a task's containers, asked and counted as ECS does."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from serverless_containers.local.engine import EngineError, TaskEngine
from serverless_containers.local.tasks.definition import Container, ContainerHealthCheck
from serverless_containers.local.tasks.lifecycle import Health

_EAGER_SECONDS = 1.0
"""Until a container is well for the first time it is asked more often than its interval says.

ECS waits a whole interval before it asks at all; on a laptop somebody waits for the answer.
"""


@dataclass(slots=True, kw_only=True)
class HealthCount:
    """The health of one container from its start on.

    Attributes:
        check: The health check.
        began: When the container was started, in seconds of any clock.
    """

    check: ContainerHealthCheck
    began: float
    health: Health = Health.UNKNOWN
    _failures: int = 0
    _counted: float = field(default=float("-inf"))
    _asked: float = field(default=float("-inf"))

    def due(self, now: float) -> bool:
        """Return whether the container is to be asked now."""
        if self.health is Health.UNKNOWN:
            return now - self._asked >= min(_EAGER_SECONDS, self.check.interval)
        return now - self._asked >= self.check.interval

    def asking(self, now: float) -> None:
        """Note that it is asked."""
        self._asked = now

    def answered(self, now: float, *, well: bool) -> None:
        """Note the answer.

        A failure does not count within the start period, nor more than once an interval.
        """
        if well:
            self._failures = 0
            self.health = Health.HEALTHY
            return
        if self.health is Health.UNKNOWN and now - self.began < self.check.start_period:
            return
        if now - max(self._counted, self.began) < self.check.interval:
            return
        self._counted = now
        self._failures += 1
        if self._failures >= self.check.retries:
            self.health = Health.UNHEALTHY


@dataclass(slots=True)
class _Question:
    """A command that runs inside a container."""

    asked: float
    answered: threading.Event = field(default_factory=threading.Event)
    well: bool = False


class Checks:
    """The health checks of a task's containers.

    Args:
        engine: Where the containers are.
        containers: The containers of the task.
    """

    def __init__(self, engine: TaskEngine, containers: Sequence[Container]) -> None:
        self._engine = engine
        self._checks = {each.name: each.health for each in containers if each.health}
        self._counts: dict[str, HealthCount] = {}
        self._ids: dict[str, str] = {}
        self._questions: dict[str, _Question] = {}

    def begin(self, name: str, container: str, now: float) -> None:
        """Note that a container was started."""
        if check := self._checks.get(name):
            self._ids[name] = container
            self._counts[name] = HealthCount(check=check, began=now)
            self._questions.pop(name, None)

    def health(self, name: str, now: float) -> Health:
        """Return the health of a container, asking anew when it is time."""
        count = self._counts.get(name)
        if count is None:
            return Health.UNKNOWN
        if (question := self._questions.get(name)) is None:
            if count.due(now):
                count.asking(now)
                self._questions[name] = self._ask(name, count, now)
        elif question.answered.is_set() or now - question.asked > count.check.timeout:
            # What has not come by now counts as a no, and is not waited for.
            count.answered(now, well=question.answered.is_set() and question.well)
            del self._questions[name]
        return count.health

    def _ask(self, name: str, count: HealthCount, now: float) -> _Question:
        question = _Question(now)

        def asking() -> None:
            try:
                code, _ = self._engine.execute(self._ids[name], count.check.command)
                question.well = code == 0
            except EngineError:
                question.well = False
            question.answered.set()

        threading.Thread(target=asking, daemon=True, name=f"health-{name}").start()
        return question
