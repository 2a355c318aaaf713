"""Alarms of the tasks of a service, and of the requests that reach them."""

import math
from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from serverless_containers.monitoring.alarm import Watch, describe, make_alarm, name_of_alarm
from serverless_containers.monitoring.kinds import AlarmKind
from serverless_containers.monitoring.options import Monitoring
from serverless_containers.monitoring.signals import MINUTE, Metric, Signals, TaskSignals

_FIVE_MINUTES = Duration.minutes(5)
_ERROR_PERCENT = 5
_LEAST_ERRORS = 5
"""The errors of a period below which it is not judged: one request in a quiet hour wakes nobody."""
_BAND = 3
"""The width of a band of usual values, in standard deviations."""


def task_alarms(
    scope: Construct, tasks: TaskSignals, *, options: Monitoring, of: str
) -> Sequence[cloudwatch.Alarm]:
    """Make the alarms of what tasks use: CPU and memory, for 15 minutes.

    Args:
        scope: The construct above them.
        tasks: The metrics of the tasks.
        options: The options.
        of: The name of the service.
    """
    used = (
        (AlarmKind.CPU_HIGH, tasks.cpu, options.cpu_percent),
        (AlarmKind.MEMORY_HIGH, tasks.memory, options.memory_percent),
    )
    return [
        make_alarm(
            scope,
            kind,
            Watch(
                metric=metric.with_(period=_FIVE_MINUTES),
                threshold=percent,
                operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
                periods=3,
                # Tasks that are not there use nothing, and another alarm tells of them.
                missing=cloudwatch.TreatMissingData.NOT_BREACHING,
            ),
            options=options,
            of=of,
            detail=f"above {percent:g} % for 15 minutes",
        )
        for kind, metric, percent in used
        if percent is not None
    ]


def no_task_alarm(
    scope: Construct,
    tasks: TaskSignals,
    signals: Signals | None,
    *,
    options: Monitoring,
    of: str,
) -> cloudwatch.Alarm:
    """Make the alarm of a service without a task that can take requests, or without any.

    Args:
        scope: The construct above it.
        tasks: The metrics of the tasks, which are counted where no ingress checks them.
        signals: The metrics of the ingress, if there is one.
        options: The options.
        of: The name of the service.
    """
    checked = signals.healthy if signals else ()
    return make_alarm(
        scope,
        AlarmKind.NO_HEALTHY_TASK,
        Watch(
            metric=_total(checked, "Healthy tasks") if checked else tasks.running,
            threshold=1,
            operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            periods=3,
            # Without a task nobody reports, which is what is looked for.
            missing=cloudwatch.TreatMissingData.BREACHING,
        ),
        options=options,
        of=of,
        detail="fewer than 1 healthy target for 3 minutes"
        if checked
        else "fewer than 1 running task for 3 minutes",
    )


def unhealthy_alarm(
    scope: Construct, signals: Signals, *, options: Monitoring, of: str
) -> cloudwatch.Alarm:
    """Make the alarm of targets that stay unhealthy, which cost the service a part of its tasks.

    Args:
        scope: The construct above it.
        signals: The metrics of the ingress, which checks its targets.
        options: The options.
        of: The name of the service.
    """
    return make_alarm(
        scope,
        AlarmKind.UNHEALTHY_TARGETS,
        Watch(
            metric=_total(signals.unhealthy, "Unhealthy tasks"),
            threshold=1,
            periods=5,
            # No target is registered, so that none fails its check; another alarm tells of that.
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
        ),
        options=options,
        of=of,
        detail="1 unhealthy target or more for 5 minutes",
    )


def target_errors_alarm(
    scope: Construct, signals: Signals, *, options: Monitoring, of: str
) -> cloudwatch.Alarm:
    """Make the alarm of errors now, whatever the objective has to spare.

    It looks at what the containers answered, where the ingress tells that from its own answers.

    Args:
        scope: The construct above it.
        signals: The metrics of the ingress.
        options: The options.
        of: The name of the service.
    """
    return make_alarm(
        scope,
        AlarmKind.TARGET_ERRORS,
        Watch(
            metric=cloudwatch.MathExpression(
                expression=f"IF(FILL(errors, 0) >= {_LEAST_ERRORS}, "
                "100 * FILL(errors, 0) / requests, 0)",
                using_metrics={
                    "errors": signals.target_errors or signals.errors,
                    "requests": signals.requests,
                },
                label="Percent of the requests that were answered with 5xx",
                period=MINUTE,
            ),
            threshold=_ERROR_PERCENT,
            periods=5,
            breaching=3,
            # No request, no error.
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
        ),
        options=options,
        of=of,
        detail=f"{_ERROR_PERCENT} % and {_LEAST_ERRORS} requests or more in 3 minutes of 5",
    )


def anomaly_alarms(
    scope: Construct, signals: Signals, *, options: Monitoring, of: str
) -> Sequence[cloudwatch.AnomalyDetectionAlarm]:
    """Make the alarms of more errors and more latency than are usual at a time of day and week.

    CloudWatch learns that from up to two weeks, and goes by the hours that it has until then
    ("Using CloudWatch anomaly detection", Amazon CloudWatch User Guide).

    Args:
        scope: The construct above them.
        signals: The metrics of the ingress.
        options: The options.
        of: The name of the service.
    """
    least = math.ceil(options.requests_per_hour * _FIVE_MINUTES.to_hours(integral=False))
    watched = {
        AlarmKind.ERRORS_ANOMALY: cloudwatch.MathExpression(
            expression=f"IF(FILL(errors, 0) >= {_LEAST_ERRORS}, FILL(errors, 0), 0)",
            using_metrics={"errors": signals.errors},
            label="5xx",
            period=_FIVE_MINUTES,
        ),
        AlarmKind.LATENCY_ANOMALY: cloudwatch.MathExpression(
            # Without the last argument there is no value, and nothing is learnt, where there are
            # too few requests ("Enhance CloudWatch metrics with metric math functions", AWS blog).
            expression=f"IF(FILL(requests, 0) >= {least}, latency)",
            using_metrics={"requests": signals.requests, "latency": signals.latency_of("p95")},
            label="p95 in milliseconds",
            period=_FIVE_MINUTES,
        ),
    }
    return [
        cloudwatch.AnomalyDetectionAlarm(
            scope,
            kind.construct_id,
            alarm_name=name_of_alarm(scope, kind.construct_id),
            alarm_description=describe(
                kind, of=of, detail="above the usual for 15 minutes", options=options
            ),
            metric=metric,
            std_devs=_BAND,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_UPPER_THRESHOLD,
            evaluation_periods=3,
            datapoints_to_alarm=3,
            # No request, nothing unusual.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        for kind, metric in watched.items()
    ]


def _total(metrics: Sequence[Metric], label: str) -> Metric:
    """The metric of one target group, or the sum of those between which traffic is shifted."""
    first, *others = metrics
    if not others:
        return first
    named = {f"group{number}": metric for number, metric in enumerate(metrics)}
    return cloudwatch.MathExpression(
        # Of a group without targets there are no metrics.
        expression=" + ".join(f"FILL({name}, 0)" for name in named),
        using_metrics=named,
        label=label,
        period=MINUTE,
    )
