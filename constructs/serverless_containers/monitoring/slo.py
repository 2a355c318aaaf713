"""Objectives of availability and latency, watched by the rate at which their budgets burn.

"Alerting on SLOs", The Site Reliability Workbook: an alarm goes off when errors come so quickly
that the budget of 30 days would be spent long before: in a long window, which shows that it
matters, and in a short one, which shows that it still goes on. The fast one has then spent 2
percent of the budget in an hour, the slow one 5 percent in six hours.

An alarm has one period for all of its metrics, so that each window is an alarm, and a composite
alarm joins them. Windows slide: an alarm is evaluated every minute, over the period that ends then
("Alarm evaluation", Amazon CloudWatch User Guide). Periods and their number multiply to less than
a day, or with periods of an hour or more to 7 days ("PutMetricAlarm", Amazon CloudWatch API
Reference).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from serverless_containers.monitoring.alarm import (
    Watch,
    describe,
    make_alarm,
    name_of_alarm,
)
from serverless_containers.monitoring.kinds import AlarmKind
from serverless_containers.monitoring.options import Monitoring
from serverless_containers.monitoring.signals import Signals

LATENCY_PERCENTILE = 95
"""The percent of the requests that an objective of latency speaks of."""
_LEAST_ERRORS = 5
"""The errors of a long window below which no rate of them is judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """A window of a burn rate.

    Attributes:
        speed: ``Fast`` or ``Slow``.
        length: ``Long`` or ``Short``.
        minutes: Its length.
        rate: The multiple of the rate at which the budget would be spent in 30 days.
    """

    speed: str
    length: str
    minutes: int
    rate: float

    @property
    def name(self) -> str:
        return f"{self.speed}{self.length}"

    @property
    def is_long(self) -> bool:
        return self.length == "Long"


_WINDOWS = (
    _Window(speed="Fast", length="Long", minutes=60, rate=14.4),
    _Window(speed="Fast", length="Short", minutes=5, rate=14.4),
    _Window(speed="Slow", length="Long", minutes=6 * 60, rate=6),
    _Window(speed="Slow", length="Short", minutes=30, rate=6),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnRate:
    """The alarms of an objective.

    Attributes:
        alarm: The composite alarm, which goes off when both windows of a speed do.
        fast: The alarm of the fast rate's long window, for deployments: one window shows at once
            that the new version fails, and a composite alarm is no alarm of a metric.
        windows: The alarms of all windows.
    """

    alarm: cloudwatch.CompositeAlarm
    fast: cloudwatch.Alarm
    windows: Sequence[cloudwatch.Alarm]


def availability_burn_rate(
    scope: Construct, signals: Signals, *, availability: float, options: Monitoring, of: str
) -> BurnRate:
    """Make the alarms of the percent of requests that are answered without a status of 5xx.

    Args:
        scope: The construct above them.
        signals: The metrics of the ingress.
        availability: The objective in percent.
        options: The options.
        of: The name of the service.
    """

    def rate(window: _Window) -> cloudwatch.MathExpression:
        least = f"FILL(requests, 0) >= {_least_requests(window, options)}"
        several = f"FILL(errors, 0) >= {_LEAST_ERRORS}"
        enough = f"{least} AND {several}" if window.is_long else least
        return cloudwatch.MathExpression(
            expression=f"IF({enough}, 100 * FILL(errors, 0) / requests, 0)",
            using_metrics={"requests": signals.requests, "errors": signals.errors},
            label="Percent of the requests that were answered with 5xx",
            period=Duration.minutes(window.minutes),
        )

    kind = AlarmKind.AVAILABILITY_BURN_RATE
    objective = f"objective {availability:g} % without 5xx"
    return _alarms(
        scope, kind, rate, budget=100 - availability, objective=objective, options=options, of=of
    )


def latency_burn_rate(
    scope: Construct, signals: Signals, *, latency: Duration, options: Monitoring, of: str
) -> BurnRate:
    """Make the alarms of the percent of requests that are answered in time.

    The budget is the part of the requests that a percentile leaves out: of a 95th percentile,
    5 percent may take longer.

    Args:
        scope: The construct above them.
        signals: The metrics of the ingress.
        latency: The time that 95 percent of the answers may take.
        options: The options.
        of: The name of the service.
    """

    def rate(window: _Window) -> cloudwatch.MathExpression:
        return cloudwatch.MathExpression(
            expression=f"IF(FILL(requests, 0) >= {_least_requests(window, options)}, "
            "100 - quick, 0)",
            using_metrics={
                "requests": signals.requests,
                "quick": signals.percent_within(latency),
            },
            label="Percent of the requests that took too long",
            period=Duration.minutes(window.minutes),
        )

    milliseconds = latency.to_milliseconds(integral=False)
    return _alarms(
        scope,
        AlarmKind.LATENCY_BURN_RATE,
        rate,
        budget=100 - LATENCY_PERCENTILE,
        objective=f"objective {LATENCY_PERCENTILE} % within {milliseconds:g} ms",
        options=options,
        of=of,
    )


def _alarms(
    scope: Construct,
    kind: AlarmKind,
    rate: Callable[[_Window], cloudwatch.MathExpression],
    *,
    budget: float,
    objective: str,
    options: Monitoring,
    of: str,
) -> BurnRate:
    made = {
        window: make_alarm(
            scope,
            kind,
            Watch(
                metric=rate(window),
                # Of a product such as 14.4 times 0.1 nothing is left but what it means.
                threshold=round(window.rate * budget, 6),
                # No request, no error and no wait.
                missing=cloudwatch.TreatMissingData.NOT_BREACHING,
            ),
            options=options,
            of=of,
            suffix=window.name,
            detail=f"{objective}; {window.rate:g} times the budget in {window.minutes} minutes, "
            "one window of two",
        )
        for window in _WINDOWS
    }
    both = [
        cloudwatch.AlarmRule.all_of(
            *(
                cloudwatch.AlarmRule.from_alarm(alarm, cloudwatch.AlarmState.ALARM)
                for window, alarm in made.items()
                if window.speed == speed
            )
        )
        for speed in ("Fast", "Slow")
    ]
    composite = cloudwatch.CompositeAlarm(
        scope,
        kind.construct_id,
        composite_alarm_name=name_of_alarm(scope, kind.construct_id),
        alarm_rule=cloudwatch.AlarmRule.any_of(*both),
        alarm_description=describe(
            kind,
            of=of,
            detail=f"{objective}; 14.4 times the budget in the last hour and 5 minutes, or 6 times "
            "in the last 6 hours and 30 minutes",
            options=options,
        ),
    )
    return BurnRate(
        alarm=composite,
        fast=next(alarm for window, alarm in made.items() if window.name == "FastLong"),
        windows=list(made.values()),
    )


def _least_requests(window: _Window, options: Monitoring) -> int:
    """The requests of a window from which on it is judged."""
    return math.ceil(options.requests_per_hour * window.minutes / 60)
