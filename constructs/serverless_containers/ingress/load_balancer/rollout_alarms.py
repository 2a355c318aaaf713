"""Alarms of a rollout that nothing else would take back."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

_PERIOD = Duration.minutes(1)
_PERCENT = 5
_ERROR_MINUTES = 2
_UNHEALTHY_MINUTES = 10


def rollout_alarms(
    scope: Construct,
    load_balancer: elbv2.ApplicationLoadBalancer,
    groups: Sequence[elbv2.ApplicationTargetGroup],
    *,
    share: float,
) -> Sequence[cloudwatch.Alarm]:
    """Alarms that tell a new version that fails from the old one beside it.

    One goes off when 5 percent of the answers of either target group are errors, one when as many
    requests as half of the new version's smallest share get no answer of a target but the load
    balancer's own 5xx (the targets closed the connection, or took too long), both for 2 minutes;
    and one when a target stays unhealthy for 10 minutes. "CloudWatch metrics for your Application
    Load Balancer", Elastic Load Balancing documentation.

    Args:
        scope: The construct above them.
        load_balancer: The load balancer.
        groups: The target groups between which traffic is shifted.
        share: The percent of the requests that the new version gets first.
    """
    failing = {
        f"errors{number}": group.metrics.http_code_target(
            elbv2.HttpCodeTarget.TARGET_5XX_COUNT, period=_PERIOD, statistic="Sum"
        )
        for number, group in enumerate(groups)
    }
    asked = {
        f"requests{number}": group.metrics.request_count(period=_PERIOD, statistic="Sum")
        for number, group in enumerate(groups)
    }
    rates = [f"100 * FILL(errors{n}, 0) / FILL(requests{n}, 1)" for n in range(len(groups))]
    return [
        _alarm(
            scope,
            "Errors",
            description="A version answers with errors; its rollout is taken back",
            expression=f"MAX([{', '.join(rates)}])",
            metrics={**failing, **asked},
            label="Percent of a version's answers that are errors",
            threshold=_PERCENT,
            minutes=_ERROR_MINUTES,
        ),
        _alarm(
            scope,
            "Unanswered",
            description="A version does not answer; its rollout is taken back",
            expression="100 * FILL(unanswered, 0) / FILL(requests, 1)",
            metrics={
                "unanswered": load_balancer.metrics.http_code_elb(
                    elbv2.HttpCodeElb.ELB_5XX_COUNT, period=_PERIOD, statistic="Sum"
                ),
                "requests": load_balancer.metrics.request_count(period=_PERIOD, statistic="Sum"),
            },
            label="Percent of the requests that no target answered",
            threshold=min(_PERCENT, share / 2),
            minutes=_ERROR_MINUTES,
        ),
        _alarm(
            scope,
            "Unhealthy",
            description="Tasks stay unhealthy; their rollout is taken back",
            expression=f"MAX([{', '.join(f'FILL(hosts{n}, 0)' for n in range(len(groups)))}])",
            metrics={
                f"hosts{number}": group.metrics.unhealthy_host_count(
                    period=_PERIOD, statistic="Maximum"
                )
                for number, group in enumerate(groups)
            },
            label="Targets that are unhealthy",
            threshold=1,
            minutes=_UNHEALTHY_MINUTES,
        ),
    ]


def _alarm(
    scope: Construct,
    construct_id: str,
    *,
    description: str,
    expression: str,
    metrics: Mapping[str, cloudwatch.IMetric],
    label: str,
    threshold: float,
    minutes: int,
) -> cloudwatch.Alarm:
    return cloudwatch.Alarm(
        scope,
        construct_id,
        alarm_description=description,
        metric=cloudwatch.MathExpression(
            expression=expression, using_metrics=dict(metrics), label=label, period=_PERIOD
        ),
        threshold=threshold,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluation_periods=minutes,
        datapoints_to_alarm=minutes,
        # Without a request there is no error.
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )
