"""Counts what a container's health checks say, as ECS does."""

from dataclasses import dataclass, field

from serverless_containers.local.tasks.definition import HealthCheck
from serverless_containers.local.tasks.order import Health

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

    check: HealthCheck
    began: float
    health: Health = Health.UNKNOWN
    _failures: int = 0
    _counted: float = field(default=float("-inf"))
    _asked: float = field(default=float("-inf"))

    def due(self, now: float) -> bool:
        """Whether the container is to be asked now."""
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
