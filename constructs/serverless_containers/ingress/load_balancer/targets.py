"""Targets of a load balancer: the tasks of a service, their health, and their share of requests."""

import re
from dataclasses import dataclass, field

from aws_cdk import Duration, Token, Tokenization
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from serverless_containers.arguments.keywords import checks_fields, checks_keywords
from serverless_containers.arguments.ranges import check_range, whole_seconds
from serverless_containers.plan.model import ContainerPlan, TaskPlan

_SOURCE = "CreateTargetGroup, Elastic Load Balancing API Reference"
_GRACE_SOURCE = "CreateService, Amazon ECS API Reference"
_CODE = r"[2-4]\d\d"
_CODES = re.compile(rf"{_CODE}(?:-{_CODE}|(?:,{_CODE})*)", re.ASCII)
_ATTRIBUTE_SOURCE = "TargetGroupAttribute, Elastic Load Balancing API Reference"
_ECS_STOP_TIMEOUT = 30
"""Seconds; "ContainerDefinition", Amazon ECS API Reference."""
_DEFAULT_DELAY = 30
_RESERVED_COOKIE = "AWSALB"


@checks_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class TargetHealthCheck:
    """The health check of a target group.

    The defaults suit a site that starts quickly: two answers in a row decide, ten seconds apart.
    See `cold_starting` for one that does not. A path of its own, such as ``/health``, is better
    than the site's first page; keep it shallow: a check that asks a database takes every task out
    at once when the database falters.

    Args:
        path: The path that is asked for, with its query if it has one. Default: ``/``.
        interval: Between two checks; 5 to 300 seconds. Default: 10 seconds.
        timeout: The time that an answer may take; 2 to 120 seconds, and less than the interval.
            Default: 5 seconds.
        healthy_threshold: Good answers in a row that make a task healthy; 2 to 10. Default: 2.
        unhealthy_threshold: Bad ones that make it unhealthy; 2 to 10. Default: 2.
        codes: The status codes of a good answer, from 200 to 499: one, a list such as ``200,204``
            or a range such as ``200-299``. Default: ``200-399``, redirects included.
        port: The port that is asked. Default: the one that receives the traffic.
        grace_period: The time after its start for which a task is not replaced for bad answers.
            Default: 60 seconds.

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
    @checks_keywords
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


@checks_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Stickiness:
    """Stickiness of a target group: a visitor is sent to the same task again.

    Args:
        duration: For how long; 1 second to 7 days. Default: one day.
        cookie_name: A cookie that the application sets; the visitor stays with the task that set
            it. Default: the load balancer sets one of its own, ``AWSALB``.

    Raises:
        ValueError: If the duration is out of its range or the name is kept for the load balancer.
    """

    duration: Duration = field(default_factory=lambda: Duration.days(1))
    cookie_name: str | None = None

    def __post_init__(self) -> None:
        whole_seconds("stickiness duration", self.duration, 1, 604_800, source=_ATTRIBUTE_SOURCE)
        name = self.cookie_name
        if name is None or Token.is_unresolved(name):
            return
        if not name or name.startswith(_RESERVED_COOKIE):
            raise ValueError(
                f"stickiness cookie_name: expected the name of a cookie of the application's, none "
                f"that starts with {_RESERVED_COOKIE}, got {name!r} ({_ATTRIBUTE_SOURCE})"
            )

    def attributes(self) -> dict[str, str]:
        """The attributes of a target group."""
        kind = "lb_cookie" if self.cookie_name is None else "app_cookie"
        name = (
            {}
            if self.cookie_name is None
            else {"stickiness.app_cookie.cookie_name": self.cookie_name}
        )
        return {
            "stickiness.enabled": "true",
            "stickiness.type": kind,
            f"stickiness.{kind}.duration_seconds": _text(self.duration.to_seconds()),
            **name,
        }


@checks_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class TargetOptions:
    """Options of a target group: the way in which requests are shared out among tasks.

    Args:
        deregistration_delay: The time in which a task that is being replaced may finish its
            requests; 0 to 3600 seconds, and no longer than the entrypoint takes to stop
            (``stop_grace_period`` in the Compose file, which ECS takes for 30 seconds where it is
            not given). Default: 30 seconds, or the time to stop if that is shorter; none
            where a store must not run twice, and would overlap its successor for as long.
        stickiness: Sends a visitor to the same task again. Default: any task answers.
        slow_start: For how long a new task gets a growing share of requests; 30 to 900 seconds.
            Default: it gets a full share at once.

    Raises:
        ValueError: If a time is out of its range.
    """

    deregistration_delay: Duration | None = None
    stickiness: Stickiness | None = None
    slow_start: Duration | None = None

    def __post_init__(self) -> None:
        if self.deregistration_delay is not None:
            whole_seconds(
                "deregistration_delay", self.deregistration_delay, 0, 3600, source=_ATTRIBUTE_SOURCE
            )
        if self.slow_start is not None:
            whole_seconds("slow_start", self.slow_start, 30, 900, source=_ATTRIBUTE_SOURCE)

    def attributes(self, plan: TaskPlan) -> dict[str, str]:
        """The attributes of a target group for a project.

        Raises:
            ValueError: If requests would be waited for longer than their container lives.
        """
        return {
            "deregistration_delay.timeout_seconds": _text(self._delay(plan)),
            **(
                {"slow_start.duration_seconds": _text(self.slow_start.to_seconds())}
                if self.slow_start
                else {}
            ),
            **(
                self.stickiness.attributes() if self.stickiness else {"stickiness.enabled": "false"}
            ),
        }

    def _delay(self, plan: TaskPlan) -> float:
        entrypoint = _entrypoint(plan)
        stop = entrypoint.stop_timeout
        longest = _ECS_STOP_TIMEOUT if stop is None else stop
        if self.deregistration_delay is None:
            if plan.exclusive is not None:
                return 0
            return min(_DEFAULT_DELAY, longest)
        given = self.deregistration_delay.to_seconds()
        if not Token.is_unresolved(given) and given > longest:
            raise ValueError(
                f"deregistration_delay: {given:g} seconds is longer than {entrypoint.name} may "
                f"take to stop, {longest} seconds: where ECS stops it while it still answers, as "
                "on Spot, requests are cut off; raise its stop_grace_period in the Compose file, "
                "at most 120s, or lower the delay"
            )
        return given


def make_target_group(
    scope: Construct,
    construct_id: str,
    *,
    vpc: ec2.IVpc,
    plan: TaskPlan,
    options: TargetOptions,
    health: TargetHealthCheck,
) -> elbv2.ApplicationTargetGroup:
    """A target group of the tasks' addresses, without a target so far."""
    group = elbv2.ApplicationTargetGroup(
        scope,
        construct_id,
        vpc=vpc,
        # Of no consequence: ECS registers each task with its own port. A group is replaced where
        # this changes, and the old tasks are not in the new one.
        port=80,
        protocol=elbv2.ApplicationProtocol.HTTP,
        target_type=elbv2.TargetType.IP,
    )
    for key, value in options.attributes(plan).items():
        group.set_attribute(key, value)
    resource = group.node.default_child
    # On the resource, because aws-cdk-lib 2.275 compares numbers that are tokens as they stand.
    if isinstance(resource, elbv2.CfnTargetGroup):
        resource.health_check_protocol = "HTTP"
        resource.health_check_path = health.path
        resource.health_check_port = "traffic-port" if health.port is None else _text(health.port)
        resource.health_check_interval_seconds = health.interval.to_seconds()
        resource.health_check_timeout_seconds = health.timeout.to_seconds()
        resource.healthy_threshold_count = health.healthy_threshold
        resource.unhealthy_threshold_count = health.unhealthy_threshold
        resource.matcher = elbv2.CfnTargetGroup.MatcherProperty(http_code=health.codes)
    return group


def _entrypoint(plan: TaskPlan) -> ContainerPlan:
    return next(each for each in plan.containers if each.name == plan.entrypoint)


def _text(number: float) -> str:
    return Tokenization.stringify_number(number)
