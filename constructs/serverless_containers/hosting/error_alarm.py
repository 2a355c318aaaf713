"""An alarm for rollouts that nothing else would end."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

_PERCENT = 5
_MINUTES = 2


def errors_alarm(
    scope: Construct, load_balancer: elbv2.ApplicationLoadBalancer
) -> cloudwatch.Alarm:
    """An alarm that goes off when 5 percent of the answers are errors, for 2 minutes.

    Args:
        scope: Where it is made.
        load_balancer: The load balancer that it watches: answers of its targets with 5xx.
    """
    period = Duration.minutes(1)
    return cloudwatch.Alarm(
        scope,
        "Errors",
        alarm_description="A new version answers with errors; its rollout is taken back",
        metric=cloudwatch.MathExpression(
            expression="100 * FILL(errors, 0) / requests",
            using_metrics={
                "errors": load_balancer.metrics.http_code_target(
                    elbv2.HttpCodeTarget.TARGET_5XX_COUNT, period=period, statistic="Sum"
                ),
                "requests": load_balancer.metrics.request_count(period=period, statistic="Sum"),
            },
            label="Percent of answers that are errors",
            period=period,
        ),
        threshold=_PERCENT,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluation_periods=_MINUTES,
        datapoints_to_alarm=_MINUTES,
        # Without a request there is no error.
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )
