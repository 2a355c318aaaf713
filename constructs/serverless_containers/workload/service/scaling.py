"""Scaling of the number of tasks with the load and with the clock."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, Names, Stack, TimeZone, Token
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from serverless_containers.arguments.keywords import checks_fields
from serverless_containers.arguments.ranges import check_range, whole_seconds
from serverless_containers.workload.service.metrics import running_tasks

_SOURCE = "TargetTrackingScalingPolicyConfiguration, Application Auto Scaling API Reference"
_MOST_TASKS = 2**31 - 1
"""An integer of the API ("RegisterScalableTarget"), which quotas keep far below it."""
_MOST_SECONDS = 2**31 - 1
_OUT, _IN = Duration.seconds(60), Duration.seconds(300)
Policy = appscaling.CfnScalingPolicy


@checks_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingMetric:
    """A metric, or an expression of metrics, that scaling keeps to a target.

    It has to fall as tasks are added, as the backlog per task does, and not the backlog ("Create a
    target tracking scaling policy for Application Auto Scaling using metric math"). Application
    Auto Scaling reads it by the minute, whatever period it has here, in the account and the region
    of the service.

    Attributes:
        metric: The metric or expression.
        target: The value to keep it to, above zero.

    Raises:
        ValueError: If the target is not above zero; and by the service, if the metric is of another
            region or account.
    """

    metric: cloudwatch.IMetric
    target: float

    def __post_init__(self) -> None:
        """Refuse a target that no number of tasks reaches."""
        _check_positive("ScalingMetric", "target", self.target)


@checks_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledCapacity:
    """Other limits of the number of tasks from a moment on, until the next one.

    Attributes:
        schedule: The moments: ``applicationautoscaling.Schedule.cron(hour="8", minute="0")``.
        min_capacity: The fewest tasks from then on. None: as before.
        max_capacity: The most tasks from then on. None: as before.
        time_zone: The time zone of a cron expression, with its summer time. Default: UTC.

    Raises:
        ValueError: If it has neither limit, or none that is a whole number from the fewest to the
            most tasks.
    """

    schedule: appscaling.Schedule
    min_capacity: float | None = None
    max_capacity: float | None = None
    time_zone: TimeZone | None = None

    def __post_init__(self) -> None:
        """Refuse what would change nothing, or cannot be."""
        if self.min_capacity is None and self.max_capacity is None:
            raise ValueError(
                "ScheduledCapacity: expected min_capacity, max_capacity or both, got neither"
            )
        _check_capacities("ScheduledCapacity", self.min_capacity, self.max_capacity)


@checks_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskScaling:
    """Scaling of the number of tasks with the load and with the clock.

    With several targets, each asks for a number of tasks, and the largest is taken.

    Attributes:
        min_capacity: The fewest tasks. None: one in each zone with ``high_availability``, else one.
        max_capacity: The most tasks.
        cpu_percent: The average CPU utilisation to keep to, 1 to 100 percent; None to ignore it.
        memory_percent: The average memory utilisation to keep to, likewise; None to ignore it.
        requests_per_task: The requests a minute that a task is to get on average, behind an
            ingress; None to ignore them. The one number to measure is what a task can take.
        metrics: Metrics and expressions of one's own to keep to their targets.
        schedules: Other limits at certain times.
        scale_out_cooldown: The time after tasks were added before more are. Default: 60 seconds.
        scale_in_cooldown: The time after tasks were taken away before more are. Default: 300
            seconds: what comes fast goes slowly.

    Raises:
        ValueError: If nothing would change the number of tasks, a percentage or number is out of
            its range, the capacities are no whole numbers from the fewest to the most tasks, those
            of a schedule do not fit those that stay, a time is no whole number of seconds, or
            nothing would bring a task back.
    """

    min_capacity: float | None = None
    max_capacity: float
    cpu_percent: float | None = 60
    memory_percent: float | None = None
    requests_per_task: float | None = None
    metrics: Sequence[ScalingMetric] = ()
    schedules: Sequence[ScheduledCapacity] = ()
    scale_out_cooldown: Duration = _OUT
    scale_in_cooldown: Duration = _IN

    def __post_init__(self) -> None:
        """Refuse what would never change the number of tasks."""
        targets = (self.cpu_percent, self.memory_percent, self.requests_per_task)
        if all(each is None for each in targets) and not self.metrics and not self.schedules:
            raise ValueError(
                "TaskScaling: expected cpu_percent, memory_percent, requests_per_task, metrics or "
                "schedules, got none of them, and the number of tasks would never change; give "
                "one, or give desired_count instead"
            )
        for name, percent in (
            ("cpu_percent", self.cpu_percent),
            ("memory_percent", self.memory_percent),
        ):
            if percent is not None:
                check_range(name, percent, 1, 100, unit=" percent", source=_SOURCE)
        if self.requests_per_task is not None:
            _check_positive("TaskScaling", "requests_per_task", self.requests_per_task)
        _check_capacities("TaskScaling", self.min_capacity, self.max_capacity)
        for name, cooldown in (
            ("scale_out_cooldown", self.scale_out_cooldown),
            ("scale_in_cooldown", self.scale_in_cooldown),
        ):
            if cooldown not in {_OUT, _IN}:
                _check_cooldown(name, cooldown)
        for moment in self.schedules:
            self._check_schedule(moment)
        self._check_return()

    def _check_schedule(self, moment: ScheduledCapacity) -> None:
        """Refuse a schedule's limit that the other limit, which stays, does not allow for."""
        if moment.max_capacity is None:
            owner = "ScheduledCapacity without max_capacity, which stays as TaskScaling has it"
            _check_capacities(owner, moment.min_capacity, self.max_capacity)
        elif moment.min_capacity is None:
            owner = "ScheduledCapacity without min_capacity, which stays as TaskScaling has it"
            _check_capacities(owner, self.min_capacity, moment.max_capacity)

    def _check_return(self) -> None:
        """Refuse a service that scales to no task and that nothing would ever bring back.

        Of no task there is no metric, and without data nothing is added ("Target tracking",
        Amazon ECS Developer Guide).
        """
        lowest = [self.min_capacity, *(moment.min_capacity for moment in self.schedules)]
        if self.metrics or 0 not in lowest:
            return
        if any(each is not None and (Token.is_unresolved(each) or each > 0) for each in lowest):
            return
        raise ValueError(
            "TaskScaling: min_capacity=0 leaves no task whose use could be measured, and nothing "
            "would start one again; give min_capacity=1 or more, a schedule that does, or metrics "
            "that do not come from tasks, such as the length of a queue"
        )


def _check_cooldown(name: str, cooldown: Duration) -> None:
    """Refuse a time that is no number of seconds, as far as it is known.

    Raises:
        ValueError: If it is none.
    """
    if cooldown.is_unresolved():
        if cooldown.unit_label() != "seconds":
            raise ValueError(
                f"{name}: the CDK converts no token to seconds; give Duration.seconds(…)"
            )
        return
    whole_seconds(name, cooldown, 0, _MOST_SECONDS, source=_SOURCE)


def _check_positive(owner: str, name: str, number: float) -> None:
    """Refuse a number that is known and not above zero.

    Raises:
        ValueError: If it is.
    """
    # Node takes no infinity for a question.
    if math.isfinite(number) and (Token.is_unresolved(number) or number > 0):
        return
    raise ValueError(f"{owner}: expected {name} above zero, got {number:g}")


def _check_capacities(owner: str, fewest: float | None, most: float | None) -> None:
    """Refuse limits of the number of tasks that cannot be, as far as they are known.

    Raises:
        ValueError: With the first of them.
    """
    given = {"min_capacity": fewest, "max_capacity": most}
    known = {
        name: each
        for name, each in given.items()
        if each is not None and (not math.isfinite(each) or not Token.is_unresolved(each))
    }
    for name, each in known.items():
        if not math.isfinite(each) or not 0 <= each <= _MOST_TASKS or each != int(each):
            raise ValueError(f"{owner}: expected a whole number of tasks as {name}, got {each:g}")
    if len(known) == len(given) and known["min_capacity"] > known["max_capacity"]:
        raise ValueError(
            f"{owner}: min_capacity={fewest:g} is more than max_capacity={most:g}; give the fewest "
            "tasks as min_capacity and the most as max_capacity"
        )


def scale(
    service: ecs.FargateService, scaling: TaskScaling, *, fewest: float
) -> ecs.ScalableTaskCount:
    """Let a service scale, but for what an ingress counts; see `scale_on_requests`.

    Args:
        service: The service, which must have no desired count of its own.
        scaling: How.
        fewest: The fewest tasks, where that says none.

    Raises:
        ValueError: If the most tasks are fewer than these.
    """
    if scaling.min_capacity is None:
        _check_capacities("TaskScaling", fewest, scaling.max_capacity)
    count = service.auto_scale_task_count(
        min_capacity=fewest if scaling.min_capacity is None else scaling.min_capacity,
        max_capacity=scaling.max_capacity,
    )
    if scaling.cpu_percent is not None:
        count.scale_on_cpu_utilization(
            "Cpu",
            target_utilization_percent=scaling.cpu_percent,
            scale_out_cooldown=scaling.scale_out_cooldown,
            scale_in_cooldown=scaling.scale_in_cooldown,
        )
    if scaling.memory_percent is not None:
        count.scale_on_memory_utilization(
            "Memory",
            target_utilization_percent=scaling.memory_percent,
            scale_out_cooldown=scaling.scale_out_cooldown,
            scale_in_cooldown=scaling.scale_in_cooldown,
        )
    for number, each in enumerate(scaling.metrics):
        _keep_to(count, f"Metric{number}", each.metric, each.target, scaling)
    for number, moment in enumerate(scaling.schedules):
        count.scale_on_schedule(
            f"Schedule{number}",
            schedule=moment.schedule,
            time_zone=moment.time_zone,
            min_capacity=moment.min_capacity,
            max_capacity=moment.max_capacity,
        )
    return count


def scale_on_requests(
    service: ecs.FargateService,
    count: ecs.ScalableTaskCount,
    scaling: TaskScaling,
    requests: cloudwatch.IMetric,
) -> None:
    """Let a service scale on the requests that its ingress counts.

    Running tasks are counted by the samples of their CPU utilisation, one a task and minute, which
    takes no Container Insights ("Amazon ECS service utilization metrics", Amazon ECS Developer
    Guide). A minute without requests is a zero: without data nothing would be taken away.

    Args:
        service: The service.
        count: Its scaling.
        scaling: How, with ``requests_per_task``.
        requests: The number of requests.
    """
    if scaling.requests_per_task is None:
        return
    each = cloudwatch.MathExpression(
        expression="FILL(requests, 0) / tasks",
        using_metrics={"requests": requests, "tasks": running_tasks(service)},
        period=Duration.minutes(1),
    )
    _keep_to(count, "Requests", each, scaling.requests_per_task, scaling)


def scale_on_requests_of_targets(
    count: ecs.ScalableTaskCount, scaling: TaskScaling, group: elbv2.ApplicationTargetGroup
) -> None:
    """Let a service scale on the requests that a load balancer sends to each target.

    Args:
        count: Its scaling.
        scaling: How, with ``requests_per_task``.
        group: The only target group, which a load balancer has.
    """
    if scaling.requests_per_task is not None:
        count.scale_on_request_count(
            "Requests",
            requests_per_target=scaling.requests_per_task,
            target_group=group,
            scale_out_cooldown=scaling.scale_out_cooldown,
            scale_in_cooldown=scaling.scale_in_cooldown,
        )


def _keep_to(
    count: ecs.ScalableTaskCount,
    construct_id: str,
    metric: cloudwatch.IMetric,
    target: float,
    scaling: TaskScaling,
) -> None:
    """Add a policy with a metric or an expression, which the CDK's own ones do not take."""
    queries = list(_Queries(Stack.of(count)).of(metric))
    scalable = count.node.find_child("Target")
    if not isinstance(scalable, appscaling.ScalableTarget):
        raise TypeError("the scaling of a service has a scalable target")
    Policy(
        count,
        construct_id,
        policy_name=f"{Names.unique_resource_name(count, max_length=200)}-{construct_id}",
        policy_type="TargetTrackingScaling",
        scaling_target_id=scalable.scalable_target_id,
        target_tracking_scaling_policy_configuration=(
            Policy.TargetTrackingScalingPolicyConfigurationProperty(
                target_value=target,
                scale_out_cooldown=scaling.scale_out_cooldown.to_seconds(),
                scale_in_cooldown=scaling.scale_in_cooldown.to_seconds(),
                customized_metric_specification=Policy.CustomizedMetricSpecificationProperty(
                    metrics=queries
                ),
            )
        ),
    )


class _Queries:
    """The queries of a metric, the last of which alone returns data."""

    def __init__(self, stack: Stack) -> None:
        self._taken: set[str] = set()
        self._region, self._account = stack.region, stack.account

    def of(
        self, metric: cloudwatch.IMetric
    ) -> Iterator[Policy.TargetTrackingMetricDataQueryProperty]:
        yield from self._query(metric, "result", returned=True)

    def _query(
        self, metric: cloudwatch.IMetric, name: str, *, returned: bool
    ) -> Iterator[Policy.TargetTrackingMetricDataQueryProperty]:
        if name in self._taken:
            raise ValueError(
                f"ScalingMetric: {name!r} names two metrics of an expression; give one another name"
            )
        self._taken.add(name)
        config = metric.to_metric_config()
        expression, stat = config.math_expression, config.metric_stat
        if expression is not None:
            self._check_home(expression.search_region, expression.search_account)
        if stat is not None:
            self._check_home(stat.region, stat.account)
        if config.math_expression is not None:
            for inner, each in (config.math_expression.using_metrics or {}).items():
                yield from self._query(each, inner, returned=False)
            yield Policy.TargetTrackingMetricDataQueryProperty(
                id=name, expression=config.math_expression.expression, return_data=returned
            )
            return
        if stat is None:
            raise ValueError("ScalingMetric: expected a metric, or an expression of metrics")
        yield Policy.TargetTrackingMetricDataQueryProperty(
            id=name,
            metric_stat=Policy.TargetTrackingMetricStatProperty(
                metric=Policy.TargetTrackingMetricProperty(
                    namespace=stat.namespace,
                    metric_name=stat.metric_name,
                    dimensions=[
                        Policy.TargetTrackingMetricDimensionProperty(
                            name=each.name, value=str(each.value)
                        )
                        for each in stat.dimensions or ()
                    ],
                ),
                stat=stat.statistic,
                unit=_unit(stat.unit_filter) if stat.unit_filter else None,
            ),
            return_data=returned,
        )

    def _check_home(self, region: str | None, account: str | None) -> None:
        """Refuse a metric of elsewhere, which Application Auto Scaling cannot read.

        Raises:
            ValueError: If it is one.
        """
        for name, given, own in (
            ("region", region, self._region),
            ("account", account, self._account),
        ):
            if given is not None and given != own and not Token.is_unresolved(given):
                where = "" if Token.is_unresolved(own) else f", {own}"
                raise ValueError(
                    f"ScalingMetric: expected a metric of the {name} of the service{where}, got "
                    f"one of {given}; leave its {name} out, or publish it there"
                )


def _unit(unit: cloudwatch.Unit) -> str:
    """Return CloudWatch's name of a unit, such as Bytes/Second; Python gets that of the member."""
    if unit is cloudwatch.Unit.NONE:
        return "None"
    name = unit.name.removesuffix("_PER_SECOND")
    return name.capitalize() + ("/Second" if name != unit.name else "")
