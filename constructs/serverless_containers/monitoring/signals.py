"""Metrics of a service and of its ingress, in one shape for all of them.

Periods and labels are left to whoever shows or watches them: `metric.with_(period=…)`, or the
period of a MathExpression, which overrides those of the metrics in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigwv2
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

MINUTE = Duration.minutes(1)
"""The period of the metrics where nobody chooses another: all of these services report by the
minute."""

Metric: TypeAlias = cloudwatch.Metric | cloudwatch.MathExpression
"""A metric that can be given another period, by ``with_``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """The metrics of an ingress.

    Counts are sums of a period, and missing or 0 in one without requests.

    Attributes:
        name: The ingress in words, such as ``HTTP API``.
        requests: The number of requests, those that no task answered included.
        errors: The number of answers with a status of 5xx, whoever gave them.
        client_errors: The number of answers with a status of 4xx, whoever gave them.
        target_errors: The number of answers with a status of 5xx that the containers gave. None
            where the ingress does not tell them from its own.
        latency_of: The time between a request and its answer, in milliseconds, by a statistic such
            as ``p95``.
        percent_within: The percent of the requests that were answered within a time.
        healthy: The most tasks that passed their health checks in a period, by target group. The
            most, because a load balancer reports from each of its zones, and one zone may have
            none. Empty where the ingress does not check them.
        unhealthy: The most tasks that did not, likewise.
    """

    name: str
    requests: Metric
    errors: Metric
    client_errors: Metric
    target_errors: Metric | None = None
    latency_of: Callable[[str], Metric]
    percent_within: Callable[[Duration], Metric]
    healthy: Sequence[Metric] = ()
    unhealthy: Sequence[Metric] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSignals:
    """The metrics of a service's tasks, which ECS sends whether Container Insights are on or not.

    "Amazon ECS service utilization metrics" and "Amazon ECS CloudWatch metrics", Amazon ECS
    Developer Guide. They name cluster and service by plain names, not by the service's resource:
    an alarm of them can be told to the service itself.

    Attributes:
        cluster_name: The name of the cluster.
        service_name: The name of the service.
    """

    cluster_name: str
    service_name: str

    @property
    def cpu(self) -> cloudwatch.Metric:
        """The CPU that the tasks use, in percent of what they have, on average."""
        return self._metric("CPUUtilization", cloudwatch.Stats.AVERAGE)

    @property
    def memory(self) -> cloudwatch.Metric:
        """The memory that the fullest task uses, in percent of what it has.

        Not the average: what reaches its limit is killed, however empty the others are.
        """
        return self._metric("MemoryUtilization", cloudwatch.Stats.MAXIMUM)

    @property
    def running(self) -> cloudwatch.Metric:
        """The number of running tasks, missing where there is none.

        Each task reports once a minute, so that it holds for a period of one minute alone ("Service
        RUNNING task count", Amazon ECS Developer Guide).
        """
        return self._metric("CPUUtilization", cloudwatch.Stats.SAMPLE_COUNT)

    def _metric(self, name: str, statistic: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/ECS",
            metric_name=name,
            dimensions_map={
                "ClusterName": self.cluster_name,
                "ServiceName": self.service_name,
            },
            statistic=statistic,
            period=MINUTE,
        )


def http_api_signals(api: apigwv2.HttpApi) -> Signals:
    """Return the metrics of an HTTP API.

    "Working with metrics for HTTP APIs", Amazon API Gateway Developer Guide.

    Args:
        api: The API.
    """

    def latency_of(statistic: str) -> cloudwatch.Metric:
        return api.metric_latency(statistic=statistic, period=MINUTE, label=statistic)

    def percent_within(limit: Duration) -> cloudwatch.Metric:
        milliseconds = limit.to_milliseconds(integral=False)
        return latency_of(cloudwatch.Stats.percentile_rank(milliseconds))

    return Signals(
        name="HTTP API",
        requests=api.metric_count(statistic="Sum", period=MINUTE, label="Requests"),
        errors=api.metric_server_error(statistic="Sum", period=MINUTE, label="5xx"),
        client_errors=api.metric_client_error(statistic="Sum", period=MINUTE, label="4xx"),
        latency_of=latency_of,
        percent_within=percent_within,
    )


def load_balancer_signals(
    load_balancer: elbv2.ApplicationLoadBalancer, groups: Sequence[elbv2.ApplicationTargetGroup]
) -> Signals:
    """Return the metrics of an Application Load Balancer and its target groups.

    "CloudWatch metrics for your Application Load Balancer", Elastic Load Balancing documentation.
    It counts a request when it has chosen a target for it; one that found no healthy target is
    counted by its answer, a 503, alone.

    Args:
        load_balancer: The load balancer.
        groups: Its target groups.
    """
    metrics = load_balancer.metrics
    target, own = elbv2.HttpCodeTarget, elbv2.HttpCodeElb

    def seconds(statistic: str) -> cloudwatch.Metric:
        return metrics.target_response_time(statistic=statistic, period=MINUTE)

    def latency_of(statistic: str) -> cloudwatch.MathExpression:
        return cloudwatch.MathExpression(
            expression="1000 * seconds",
            using_metrics={"seconds": seconds(statistic)},
            label=statistic,
            period=MINUTE,
        )

    def percent_within(limit: Duration) -> cloudwatch.Metric:
        limit_seconds = limit.to_seconds(integral=False)
        return seconds(cloudwatch.Stats.percentile_rank(limit_seconds))

    answered = metrics.request_count(statistic="Sum", period=MINUTE)
    turned_away = metrics.http_code_elb(own.ELB_503_COUNT, statistic="Sum", period=MINUTE)
    target_errors = metrics.http_code_target(
        target.TARGET_5XX_COUNT, statistic="Sum", period=MINUTE, label="5xx of the containers"
    )
    own_errors = metrics.http_code_elb(own.ELB_5XX_COUNT, statistic="Sum", period=MINUTE)
    return Signals(
        name="load balancer",
        requests=_sum("Requests", answered=answered, rejected=turned_away),
        errors=_sum("5xx", target5xx=target_errors, own5xx=own_errors),
        client_errors=_sum(
            "4xx",
            target4xx=metrics.http_code_target(
                target.TARGET_4XX_COUNT, statistic="Sum", period=MINUTE
            ),
            own4xx=metrics.http_code_elb(own.ELB_4XX_COUNT, statistic="Sum", period=MINUTE),
        ),
        target_errors=target_errors,
        latency_of=latency_of,
        percent_within=percent_within,
        healthy=[
            group.metrics.healthy_host_count(statistic="Maximum", period=MINUTE) for group in groups
        ],
        unhealthy=[
            group.metrics.unhealthy_host_count(statistic="Maximum", period=MINUTE)
            for group in groups
        ],
    )


def _sum(label: str, **metrics: cloudwatch.IMetric) -> cloudwatch.MathExpression:
    """The sum of counts, each of which is missing where there was nothing to count."""
    return cloudwatch.MathExpression(
        expression=" + ".join(f"FILL({name}, 0)" for name in metrics),
        using_metrics=metrics,
        label=label,
        period=MINUTE,
    )
