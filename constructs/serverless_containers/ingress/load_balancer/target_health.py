"""How a load balancer finds out whether a task can take requests."""

import re
from dataclasses import dataclass, field

from aws_cdk import Duration, Token

from serverless_containers.arguments.ranges import check_range, whole_seconds

_SOURCE = "CreateTargetGroup, Elastic Load Balancing API Reference"
_GRACE_SOURCE = "CreateService, Amazon ECS API Reference"
_CODE = r"[2-4]\d\d"
_CODES = re.compile(rf"{_CODE}(?:-{_CODE}|(?:,{_CODE})*)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetHealthCheck:
    """The health check of a target group.

    The defaults suit a site that starts quickly: two answers in a row decide, ten seconds apart.
    See `cold_starting` for one that does not. A path of its own, such as ``/health``, is better
    than the site's first page; keep it shallow: a check that asks a database takes every task out
    at once when the database falters.

    Args:
        path: What is asked for, with its query if it has one. Default: ``/``.
        interval: Between two checks; 5 to 300 seconds. Default: 10 seconds.
        timeout: How long an answer may take; 2 to 120 seconds, and less than the interval. Default:
            5 seconds.
        healthy_threshold: Good answers in a row that make a task healthy; 2 to 10. Default: 2.
        unhealthy_threshold: Bad ones that make it unhealthy; 2 to 10. Default: 2.
        codes: The status codes of a good answer, from 200 to 499: one, a list such as ``200,204``
            or a range such as ``200-299``. Default: ``200-399``, redirects included.
        port: The port that is asked. Default: the one that receives the traffic.
        grace_period: How long after its start a task is not replaced for bad answers. Default: 60
            seconds.

    Raises:
        ValueError: If something is out of its range ("CreateTargetGroup", Elastic Load Balancing
            API Reference).
    """

    path: str = "/"
    interval: Duration = field(default_factory=lambda: Duration.seconds(10))
    timeout: Duration = field(default_factory=lambda: Duration.seconds(5))
    healthy_threshold: int = 2
    unhealthy_threshold: int = 2
    codes: str = "200-399"
    port: int | None = None
    grace_period: Duration = field(default_factory=lambda: Duration.seconds(60))

    def __post_init__(self) -> None:
        self._check_path()
        interval = whole_seconds("health check interval", self.interval, 5, 300, source=_SOURCE)
        timeout = whole_seconds("health check timeout", self.timeout, 2, 120, source=_SOURCE)
        known = not Token.is_unresolved(interval) and not Token.is_unresolved(timeout)
        if known and timeout >= interval:
            raise ValueError(
                f"health check timeout: expected less than the interval of {interval:g} seconds, "
                f"got {timeout:g}"
            )
        for name, threshold in (
            ("healthy_threshold", self.healthy_threshold),
            ("unhealthy_threshold", self.unhealthy_threshold),
        ):
            check_range(name, threshold, 2, 10, unit="", source=_SOURCE)
        self._check_codes()
        if self.port is not None:
            check_range("health check port", self.port, 1, 65535, unit="", source=_SOURCE)
        whole_seconds("grace_period", self.grace_period, 0, 2_147_483_647, source=_GRACE_SOURCE)

    @staticmethod
    def cold_starting(*, path: str = "/ready", port: int | None = None) -> "TargetHealthCheck":
        """The check of a service that takes its time to start.

        Every 15 seconds, 10 seconds for an answer, three good ones make a task healthy, two bad
        ones unhealthy, and two minutes of grace.
        """
        return TargetHealthCheck(
            path=path,
            codes="200",
            interval=Duration.seconds(15),
            timeout=Duration.seconds(10),
            healthy_threshold=3,
            port=port,
            grace_period=Duration.minutes(2),
        )

    def _check_path(self) -> None:
        if Token.is_unresolved(self.path):
            return
        if not self.path.startswith("/") or len(self.path) > 1024:
            raise ValueError(
                f"health check path: expected at most 1024 characters that start with /, got "
                f"{self.path!r} ({_SOURCE})"
            )

    def _check_codes(self) -> None:
        if not Token.is_unresolved(self.codes) and not _CODES.fullmatch(self.codes):
            raise ValueError(
                f"health check codes: expected status codes from 200 to 499 such as 200, 200,204 "
                f"or 200-299, got {self.codes!r} ({_SOURCE})"
            )
