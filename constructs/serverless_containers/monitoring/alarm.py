"""One alarm, as all of them are made."""

from dataclasses import dataclass

from aws_cdk import Stack, Token
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from serverless_containers.monitoring.kinds import MEANINGS, AlarmKind
from serverless_containers.monitoring.options import Monitoring

WARM_UP_MINUTES = 10
"""Minutes after a change of an alarm before what is missing is held against a service, which a
first deployment takes to start, and its metrics to arrive ("AWS::CloudWatch::Alarm
WarmUpConfiguration", CloudFormation)."""

_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The conditions of an alarm.

    Attributes:
        metric: The metric or expression, with its period.
        threshold: The number that it is compared with.
        operator: The comparison.
        periods: The number of periods that are looked at.
        breaching: The number of them that have to breach. None: all.
        missing: The meaning of a period without data, as ``TreatMissingData``.
    """

    metric: cloudwatch.IMetric
    threshold: float
    operator: cloudwatch.ComparisonOperator = (
        cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
    )
    periods: int = 1
    breaching: int | None = None
    missing: cloudwatch.TreatMissingData


def make_alarm(
    scope: Construct,
    kind: AlarmKind,
    watch: Watch,
    *,
    options: Monitoring,
    of: str,
    suffix: str = "",
    detail: str,
) -> cloudwatch.Alarm:
    """Make an alarm that notifies nobody by itself.

    Args:
        scope: The construct above it.
        kind: Its kind, which names it.
        watch: Its conditions.
        options: The options, for its runbook page.
        of: The name of the service.
        suffix: The end of its construct id, where there are several of a kind.
        detail: The numbers of its conditions, in words.
    """
    construct_id = f"{kind.construct_id}{suffix}"
    alarm = cloudwatch.Alarm(
        scope,
        construct_id,
        alarm_name=name_of_alarm(scope, construct_id),
        alarm_description=describe(kind, of=of, detail=detail, options=options),
        metric=watch.metric,
        threshold=watch.threshold,
        comparison_operator=watch.operator,
        evaluation_periods=watch.periods,
        datapoints_to_alarm=watch.breaching or watch.periods,
        treat_missing_data=watch.missing,
    )
    resource = alarm.node.default_child
    breaching = watch.missing is cloudwatch.TreatMissingData.BREACHING
    if breaching and isinstance(resource, cloudwatch.CfnAlarm):
        resource.warm_up_configuration = cloudwatch.CfnAlarm.WarmUpConfigurationProperty(
            warm_up_period_duration_in_minutes=WARM_UP_MINUTES,
            only_start_evaluating_after_warm_up_period_ends=False,
        )
    return alarm


def name_of_alarm(scope: Construct, construct_id: str) -> str | None:
    """Return the name of an alarm, which begins with what it is of: tiles of dashboards cut it off.

    Args:
        scope: The construct above it.
        construct_id: Its id there.

    Returns:
        The name; None, for which CloudFormation makes one, where that of the stack is known at
        deployment only, or it has more than 255 characters ("PutMetricAlarm", Amazon CloudWatch API
        Reference).
    """
    stack = Stack.of(scope)
    if Token.is_unresolved(stack.stack_name):
        return None
    path = [each.node.id for each in scope.node.scopes[len(stack.node.scopes) :]]
    name = "/".join((construct_id, stack.stack_name, *path))
    return name if len(name) <= _LONGEST_NAME else None


def describe(kind: AlarmKind, *, of: str, detail: str, options: Monitoring) -> str:
    """Return the description of an alarm: its meaning, its condition, and its runbook page."""
    return f"{of}: {MEANINGS[kind]} ({detail}). Runbook: {options.runbook(kind)}"
