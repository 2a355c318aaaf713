"""Rollouts: the ways in which a new version of a service replaces the old one."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Acknowledgment, Duration, Token, Validations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_iam as iam
from constructs import Construct

from serverless_containers.arguments.keywords import checks_fields, checks_keywords
from serverless_containers.arguments.ranges import check_range, whole_minutes
from serverless_containers.workload.service.deployment_alarms import BAKE_MINUTES, roll_back_on

_SOURCE = "DeploymentConfiguration, Amazon ECS API Reference"
_ROLE_POLICY = "AmazonECSInfrastructureRolePolicyForLoadBalancers"
_LONGEST = 33 * 60
"""Minutes that all steps and the bake time may take, or CloudFormation refuses the template; after
36 hours it gives a deployment up ("AWS::ECS::Service DeploymentConfiguration", CloudFormation)."""


@checks_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A replacement of the tasks by new ones; chosen by one of the methods below.

    All but `rolling` run the new version beside the old one and shift traffic between two target
    groups, with twice the tasks meanwhile. ECS writes the weights into the listener's rule, and a
    later change of that rule by CloudFormation would write back the template's. The rule must
    therefore never change, nor do anything besides forwarding, so that these ways need a VPC
    origin: no origin secret, and no sign-in.

    An alarm that watches the service itself (by a metric with the service's name) cannot be told to
    the service when both are made together; watch the load balancer.

    Attributes:
        strategy: ECS's name for it.
        bake_time: The time for which both versions run after the last of the traffic was shifted.
        step_percent: The percent of the traffic that a step shifts.
        step_bake_time: The time between steps.
        alarms: The alarms that roll a deployment back.

    Raises:
        ValueError: If a step is no part of the traffic that ECS can shift.
    """

    strategy: ecs.DeploymentStrategy
    bake_time: Duration | None = None
    step_percent: float | None = None
    step_bake_time: Duration | None = None
    alarms: tuple[cloudwatch.IAlarm, ...] = ()

    def __post_init__(self) -> None:
        if self.step_percent is not None:
            unit = " percent"
            check_range("step_percent", self.step_percent, 0.1, 100, unit=unit, source=_SOURCE)
            _check_tenths("step_percent", self.step_percent)

    @staticmethod
    @checks_keywords
    def rolling(*, alarms: Sequence[cloudwatch.IAlarm] = ()) -> "Rollout":
        """Start new tasks, and stop old ones when they are healthy.

        Args:
            alarms: The alarms that roll a deployment back. Default: only tasks that do not become
                healthy.
        """
        return Rollout(strategy=ecs.DeploymentStrategy.ROLLING, alarms=tuple(alarms))

    @staticmethod
    @checks_keywords
    def blue_green(
        *, bake_time: Duration | None = None, alarms: Sequence[cloudwatch.IAlarm] = ()
    ) -> "Rollout":
        """Shift all traffic at once.

        Args:
            bake_time: The time for which the old version is kept for a way back; 0 minutes to 24
                hours.
                Default: 5 minutes.
            alarms: The alarms that shift the traffic back until then.

        Raises:
            ValueError: If the time is out of its range.
        """
        return Rollout(
            strategy=ecs.DeploymentStrategy.BLUE_GREEN,
            bake_time=_bake_time(bake_time),
            alarms=tuple(alarms),
        )

    @staticmethod
    @checks_keywords
    def linear(
        *,
        step_percent: float = 10,
        step_bake_time: Duration | None = None,
        bake_time: Duration | None = None,
        alarms: Sequence[cloudwatch.IAlarm] = (),
    ) -> "Rollout":
        """Shift traffic in equal steps.

        Args:
            step_percent: The percent of the traffic that each shifts; 3 to 100. Default: 10.
            step_bake_time: The time between two; 0 minutes to 24 hours. Default: 6 minutes.
            bake_time: As for `blue_green`.
            alarms: The alarms that shift the traffic back until then.

        Raises:
            ValueError: If something is out of its range, or all of it takes longer than the 33
                hours that CloudFormation takes.
        """
        check_range("step_percent", step_percent, 3, 100, unit=" percent", source=_SOURCE)
        step, bake = _step_time(step_bake_time, 6), _bake_time(bake_time)
        if not Token.is_unresolved(step_percent):
            _check_total(step, bake, steps=_waiting_steps(step_percent))
        return Rollout(
            strategy=ecs.DeploymentStrategy.LINEAR,
            bake_time=bake,
            step_percent=step_percent,
            step_bake_time=step,
            alarms=tuple(alarms),
        )

    @staticmethod
    @checks_keywords
    def canary(
        *,
        percent: float = 5,
        step_bake_time: Duration | None = None,
        bake_time: Duration | None = None,
        alarms: Sequence[cloudwatch.IAlarm] = (),
    ) -> "Rollout":
        """Shift a small part of the traffic first, and later the rest.

        Args:
            percent: That part in percent; 0.1 to 100. Default: 5.
            step_bake_time: The time for which it is tried; 0 minutes to 24 hours. Default: 10
                minutes.
            bake_time: As for `blue_green`.
            alarms: The alarms that shift the traffic back until then.

        Raises:
            ValueError: If something is out of its range, or all of it takes longer than the 33
                hours that CloudFormation takes.
        """
        check_range("percent", percent, 0.1, 100, unit=" percent", source=_SOURCE)
        _check_tenths("percent", percent)
        step, bake = _step_time(step_bake_time, 10), _bake_time(bake_time)
        _check_total(step, bake, steps=1)
        return Rollout(
            strategy=ecs.DeploymentStrategy.CANARY,
            bake_time=bake,
            step_percent=percent,
            step_bake_time=step,
            alarms=tuple(alarms),
        )

    @property
    def minutes(self) -> float | None:
        """The minutes that it takes besides starting tasks, if they are known at synthesis."""
        given = [self.bake_time, self.step_bake_time]
        if any(each is not None and each.is_unresolved() for each in given) or (
            self.step_percent is not None and Token.is_unresolved(self.step_percent)
        ):
            return None
        bake = self.bake_time.to_minutes() if self.bake_time else 0
        step = self.step_bake_time.to_minutes() if self.step_bake_time else 0
        linear = self.strategy is ecs.DeploymentStrategy.LINEAR
        return bake + step * (_waiting_steps(self.step_percent or 100) if linear else 1)

    @property
    def needs_alarm(self) -> bool:
        """Whether nothing but an alarm ends a deployment that fails.

        The circuit breaker is for rolling and blue/green deployments alone ("How Amazon ECS detects
        deployment failures", Amazon ECS Developer Guide).
        """
        return self.is_gradual and not self.alarms

    @property
    def is_gradual(self) -> bool:
        """Whether it shifts the traffic step by step."""
        return self.strategy in (ecs.DeploymentStrategy.LINEAR, ecs.DeploymentStrategy.CANARY)

    @property
    def first_share(self) -> float:
        """The percent of the requests that a new version gets first; 10 where it is not known."""
        if self.step_percent is None or Token.is_unresolved(self.step_percent):
            return 10
        return self.step_percent

    @property
    def shifts_traffic(self) -> bool:
        """Whether it takes a second target group."""
        return self.strategy is not ecs.DeploymentStrategy.ROLLING

    def check(self, *, origin_secret: bool, signs_in: bool, sticky: bool) -> None:
        """Refuse what does not go together with a shift of traffic.

        Raises:
            ValueError: If the rule that ECS rewrites would be changed by something else, or do more
                than forward.
        """
        if not self.shifts_traffic:
            return
        name = self.strategy.name.lower()
        if origin_secret:
            raise ValueError(
                f"a {name} rollout and an origin secret exclude each other: ECS keeps the weights "
                "of the traffic in the listener's rule, and a new secret in it would put the "
                "template's weights back, perhaps to the target group without tasks; use a VPC "
                "origin, which needs no secret, or Rollout.rolling()"
            )
        if signs_in:
            raise ValueError(
                f"a {name} rollout and sign-in exclude each other: ECS fails a deployment where a "
                "listener's rules do more than forward (Application Load Balancer resources for "
                "blue/green deployments, Amazon ECS Developer Guide); use Rollout.rolling()"
            )
        if sticky:
            raise ValueError(
                f"a {name} rollout and stickiness exclude each other: Elastic Load Balancing then "
                "wants visitors tied to one of the two target groups as well, where they would "
                "stay when its tasks have gone; use Rollout.rolling()"
            )

    def attach(self, service: ecs.FargateService) -> None:
        """Tell the service, on its resource: it was made before its ingress."""
        roll_back_on(service, self.alarms, rolling=not self.shifts_traffic)
        resource = service.node.default_child
        if not self.shifts_traffic or not isinstance(resource, ecs.CfnService):
            return
        key = "DeploymentConfiguration"
        resource.add_property_override(f"{key}.Strategy", self.strategy.name)
        if self.bake_time is not None:
            resource.add_property_override(f"{key}.BakeTimeInMinutes", self.bake_time.to_minutes())
        if self.step_percent is not None and self.step_bake_time is not None:
            prefix = "Linear" if self.strategy is ecs.DeploymentStrategy.LINEAR else "Canary"
            percent = "StepPercent" if prefix == "Linear" else "CanaryPercent"
            resource.add_property_override(
                f"{key}.{prefix}Configuration",
                {
                    percent: self.step_percent,
                    f"{'Step' if prefix == 'Linear' else 'Canary'}BakeTimeInMinutes": (
                        self.step_bake_time.to_minutes()
                    ),
                },
            )
            # For rolling and blue/green deployments alone ("How Amazon ECS detects deployment
            # failures", Amazon ECS Developer Guide).
            resource.add_property_deletion_override(f"{key}.DeploymentCircuitBreaker")


def shift_traffic(
    scope: Construct,
    *,
    group: elbv2.ApplicationTargetGroup,
    rule: elbv2.ApplicationListenerRule,
) -> ecs.CfnService.AdvancedConfigurationProperty:
    """Between what ECS shifts traffic, and the role with which it does.

    Args:
        scope: The construct above the role.
        group: The target group of the version that is coming.
        rule: The rule that forwards to both target groups.
    """
    role = iam.Role(
        scope,
        "ShiftRole",
        description="ECS shifts traffic between the target groups",
        assumed_by=iam.ServicePrincipal("ecs.amazonaws.com"),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(_ROLE_POLICY)],
    )
    Validations.of(role).acknowledge(
        Acknowledgment(
            id=f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{_ROLE_POLICY}]",
            reason="AWS keeps it in step with what ECS does to listeners and target groups while "
            "it deploys; only ECS can assume the role.",
        )
    )
    return ecs.CfnService.AdvancedConfigurationProperty(
        alternate_target_group_arn=group.target_group_arn,
        production_listener_rule=rule.listener_rule_arn,
        role_arn=role.role_arn,
    )


def _bake_time(given: Duration | None) -> Duration:
    time = given or Duration.minutes(BAKE_MINUTES)
    whole_minutes("bake_time", time, 0, 1440, source=_SOURCE)
    return time


def _step_time(given: Duration | None, default: int) -> Duration:
    time = given or Duration.minutes(default)
    whole_minutes("step_bake_time", time, 0, 1440, source=_SOURCE)
    return time


def _check_tenths(what: str, percent: float) -> None:
    if not Token.is_unresolved(percent) and round(percent * 10) != round(percent * 10, 6):
        raise ValueError(f"{what} is {percent:g}; ECS takes tenths of a percent ({_SOURCE})")


def _waiting_steps(percent: float) -> int:
    """Return the number of steps that ECS waits after: all but the one that completes the shift.

    After that one the bake time begins.

    Args:
        percent: The percent of the traffic that a step shifts.
    """
    tenths = round(percent * 10)
    return 1000 // tenths - (1000 % tenths == 0)


def _check_total(step: Duration, bake: Duration, *, steps: float) -> None:
    if step.is_unresolved() or bake.is_unresolved():
        return
    total = step.to_minutes() * steps + bake.to_minutes()
    if total > _LONGEST:
        raise ValueError(
            f"the steps and the bake time take {total:g} minutes; CloudFormation takes no more "
            f"than 33 hours, {_LONGEST} minutes"
        )
