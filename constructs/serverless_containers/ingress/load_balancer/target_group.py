"""Where a load balancer sends requests to: the tasks of a service."""

from dataclasses import dataclass, field

from aws_cdk import Duration, Token, Tokenization
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from serverless_containers.arguments.ranges import whole_seconds
from serverless_containers.ingress.load_balancer.target_health import TargetHealthCheck
from serverless_containers.plan.model import ContainerPlan, TaskPlan

_SOURCE = "TargetGroupAttribute, Elastic Load Balancing API Reference"
_ECS_STOP_TIMEOUT = 30
"""Seconds; "ContainerDefinition", Amazon ECS API Reference."""
_DEFAULT_DELAY = 30
_RESERVED_COOKIE = "AWSALB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stickiness:
    """Sends a visitor to the same task again.

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
        whole_seconds("stickiness duration", self.duration, 1, 604_800, source=_SOURCE)
        name = self.cookie_name
        if name is None or Token.is_unresolved(name):
            return
        if not name or name.startswith(_RESERVED_COOKIE):
            raise ValueError(
                f"stickiness cookie_name: expected the name of a cookie of the application's, none "
                f"that starts with {_RESERVED_COOKIE}, got {name!r} ({_SOURCE})"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetOptions:
    """How requests are shared out among tasks.

    Args:
        deregistration_delay: How long a task that is being replaced may finish its requests; 0 to
            3600 seconds, and no longer than the entrypoint takes to stop (``stop_grace_period`` in
            the Compose file, which ECS takes for 30 seconds where it is not given). Default: 30
            seconds, or the time to stop if that is shorter.
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
                "deregistration_delay", self.deregistration_delay, 0, 3600, source=_SOURCE
            )
        if self.slow_start is not None:
            whole_seconds("slow_start", self.slow_start, 30, 900, source=_SOURCE)

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
