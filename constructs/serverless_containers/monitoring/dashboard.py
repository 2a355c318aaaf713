"""Dashboard of one service, or of several that belong together, on one screen.

Everything that it shows is a metric that an alarm reads too, or a query that is saved too. A
deployment is no metric: the rule of EventBridge that keeps its events has one, which draws a bar
from the bottom of a graph to its top.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Annotations, Aws, Duration, Names
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_containers.arguments.keywords import checks_keywords
from serverless_containers.monitoring.options import Monitoring
from serverless_containers.monitoring.queries import (
    ERRORS_BY_MESSAGE,
    SLOWEST_ROUTES,
    ServiceLogs,
)
from serverless_containers.monitoring.signals import MINUTE, Metric, Signals, TaskSignals

_COLUMNS = 24
"""The width of a dashboard ("Dashboard body structure and syntax", Amazon CloudWatch API
Reference)."""
_GRAPH = 5
"""The height of a graph, so that all rows fit on a screen."""
_SHOWN = Duration.hours(3)
_FIVE_MINUTES = Duration.minutes(5)
_MOST_ALARMS = 100
"""Alarms that one widget can show ("Dashboard body structure and syntax")."""
_MOST_LOG_GROUPS = 50
"""Log groups that one query can read ("StartQuery", Amazon CloudWatch Logs API Reference)."""
_LONGEST_NAME = 255
_LONGEST_REGION = 20
_BLUE, _GREEN, _ORANGE, _RED, _PURPLE, _GREY = (
    cloudwatch.Color.BLUE,
    cloudwatch.Color.GREEN,
    cloudwatch.Color.ORANGE,
    cloudwatch.Color.RED,
    cloudwatch.Color.PURPLE,
    cloudwatch.Color.GREY,
)

Rows = Sequence[Sequence[cloudwatch.IWidget]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCounts:
    """The number of tasks that a service is to have, as far as it is known at synthesis.

    Attributes:
        desired: The number, where it does not scale.
        fewest: The fewest, where it does.
        most: The most.
    """

    desired: float | None = None
    fewest: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePanel:
    """The part of a dashboard that shows one service.

    Attributes:
        name: The name of the service, for people.
        tasks: The metrics of its tasks.
        counts: The number of tasks that it is to have.
        signals: The metrics of its ingress. None: it has none.
        options: The options, for thresholds and objectives.
        deployments: The number of deployments that began or ended.
        events: The numbers of what happened to it, by a label of each.
        logs: Its log groups.
        composites: The alarms that notify.
        alarms: The alarms that they consist of, and those that stand alone.
        links: The addresses of further pages by their names.
    """

    name: str
    tasks: TaskSignals
    counts: TaskCounts
    signals: Signals | None
    options: Monitoring
    deployments: Metric
    events: Mapping[str, Metric]
    logs: ServiceLogs
    composites: Sequence[cloudwatch.AlarmBase]
    alarms: Sequence[cloudwatch.AlarmBase]
    links: Mapping[str, str]

    def widgets(self) -> Rows:
        """Make the widgets of a dashboard of this service alone, in rows of 24 columns."""
        summary = 10
        return [
            [self._header()],
            [self._summary(summary), _alarm_status(self._all_alarms, _COLUMNS - summary, 3)],
            *([self._request_graphs(8, 8, 8)] if self.signals else []),
            [self._utilization(8), self._task_graph(8), self._events(8)],
            _log_tables([self]),
        ]

    def compact_widgets(self) -> Rows:
        """Make the widgets of a dashboard that shows other services, too."""
        graphs = (
            [*self._request_graphs(5, 5, 5), self._utilization(5), self._task_graph(4)]
            if self.signals
            else [self._utilization(8), self._task_graph(8), self._events(8)]
        )
        return [[self._header()], graphs]

    @property
    def _all_alarms(self) -> Sequence[cloudwatch.AlarmBase]:
        return [*self.composites, *self.alarms]

    def _header(self) -> cloudwatch.IWidget:
        through = f" · {self.signals.name}" if self.signals else ""
        links = " · ".join(f"[{name}]({address})" for name, address in self.links.items())
        return cloudwatch.TextWidget(
            markdown=f"**{self.name}**{through} · {links}",
            width=_COLUMNS,
            height=1,
            background=cloudwatch.TextWidgetBackground.TRANSPARENT,
        )

    def _summary(self, width: int) -> cloudwatch.IWidget:
        """The numbers of the whole time that is shown."""
        signals = self.signals
        numbers: list[Metric] = (
            [
                _shown(signals.requests, "requests", label="Requests"),
                _shown(signals.errors, "errors", label="5xx"),
                _availability(signals, "Availability %"),
                _shown(signals.latency_of("p95"), "p95", label="p95 ms"),
            ]
            if signals
            else [
                self.tasks.cpu.with_(label="CPU %"),
                self.tasks.memory.with_(label="Memory %"),
            ]
        )
        return cloudwatch.SingleValueWidget(
            title="In the time shown",
            metrics=numbers,
            set_period_to_time_range=True,
            width=width,
            height=3,
        )

    def _request_graphs(self, *widths: int) -> Sequence[cloudwatch.IWidget]:
        signals, options = self.signals, self.options
        if signals is None:
            return []
        requests, latency, availability = widths
        return [
            self._graph(
                "Requests by status, a minute",
                requests,
                # From the bottom, where a few errors are seen; and of a metric that is in an
                # expression too, the CDK keeps the label and the color that it meets first.
                [
                    _shown(signals.errors, "errors", label="5xx", color=_RED),
                    _shown(signals.client_errors, "client", label="4xx", color=_ORANGE),
                    _succeeded(signals),
                ],
                stacked=True,
            ),
            self._graph(
                "Latency in milliseconds",
                latency,
                [
                    _shown(signals.latency_of(name), name, label=name, color=color)
                    for name, color in (("p50", _GREEN), ("p95", _BLUE), ("p99", _PURPLE))
                ],
                lines=[]
                if options.latency is None
                else [_line(options.latency.to_milliseconds(integral=False), "p95 objective")],
            ),
            cloudwatch.GraphWidget(
                title="Availability and 5xx, 5 minutes",
                left=[_availability(signals, "% without 5xx", color=_GREEN)],
                left_annotations=[]
                if options.availability is None
                else [_line(options.availability, f"objective {options.availability:g} %")],
                left_y_axis=cloudwatch.YAxisProps(max=100, show_units=False),
                right=self._errors(signals),
                right_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
                legend_position=cloudwatch.LegendPosition.BOTTOM,
                width=availability,
                height=_GRAPH,
            ),
        ]

    @staticmethod
    def _errors(signals: Signals) -> list[Metric]:
        """The errors, and those of them that the containers gave where they are told apart."""
        own = (
            [_filled(signals.target_errors, "containers", "5xx of containers", _ORANGE)]
            if signals.target_errors
            else []
        )
        # By the id that the availability has for it, so that both are one metric.
        errors = _named(signals.errors, "available_errors")
        return [_filled(errors, "available_errors", "5xx", _RED), *own]

    def _utilization(self, width: int) -> cloudwatch.IWidget:
        used = (
            ("CPU", self.tasks.cpu, self.options.cpu_percent, _BLUE),
            ("memory", self.tasks.memory, self.options.memory_percent, _PURPLE),
        )
        return self._graph(
            "CPU and memory in percent",
            width,
            [metric.with_(label=label, color=color) for label, metric, _, color in used],
            lines=_thresholds(
                {label: (percent, color) for label, _, percent, color in used if percent}
            ),
            most=100,
        )

    def _task_graph(self, width: int) -> cloudwatch.IWidget:
        counts = self.counts
        healthy: Sequence[Metric] = self.signals.healthy if self.signals else ()
        known = (
            ("desired", counts.desired, _GREY),
            ("minimum", counts.fewest, _GREY),
            ("maximum", counts.most, _GREY),
        )
        return self._graph(
            "Tasks",
            width,
            [
                self.tasks.running.with_(label="running", color=_BLUE),
                *(
                    metric.with_(label=f"healthy{number or ''}", color=_GREEN)
                    for number, metric in enumerate(healthy)
                ),
            ],
            lines=[
                _line(count, label, color=color)
                for label, count, color in known
                if count is not None
            ],
        )

    def _events(self, width: int) -> cloudwatch.IWidget:
        colors = (_ORANGE, _RED, _PURPLE, cloudwatch.Color.BROWN)
        return self._graph(
            "Stops and failures, 5 minutes",
            width,
            [
                _filled(metric.with_(period=_FIVE_MINUTES), f"event{number}", label, color)
                for number, ((label, metric), color) in enumerate(
                    zip(self.events.items(), colors, strict=False)
                )
            ],
        )

    def _graph(
        self,
        title: str,
        width: int,
        metrics: Sequence[cloudwatch.IMetric],
        *,
        lines: Sequence[cloudwatch.HorizontalAnnotation] = (),
        stacked: bool = False,
        most: float | None = None,
    ) -> cloudwatch.IWidget:
        """A graph with a bar at each deployment."""
        return cloudwatch.GraphWidget(
            title=title,
            left=list(metrics),
            left_annotations=list(lines),
            left_y_axis=cloudwatch.YAxisProps(min=0, max=most, show_units=False),
            right=[
                cloudwatch.MathExpression(
                    expression="IF(FILL(deployments, 0) > 0, 1, 0)",
                    using_metrics={"deployments": self.deployments},
                    label="deployment",
                    color=_GREY,
                    period=MINUTE,
                )
            ],
            right_y_axis=cloudwatch.YAxisProps(min=0, max=1, show_units=False),
            stacked=stacked,
            legend_position=cloudwatch.LegendPosition.BOTTOM,
            width=width,
            height=_GRAPH,
        )


class MonitoringDashboard(Construct):
    """One dashboard of several services, such as all of an environment.

    The dashboard of each service alone is left out with ``Monitoring(dashboard=False)``. Where it
    is in another stack than a service, the stack that it is in should consume references weakly
    (``CrossStackReferences``): it shows what is there, and must not keep it from being replaced.

    Args:
        panels: The services: ``panel`` of the ``monitoring`` of each construct.
        name: The name, unique in the account, since dashboards are of no region. Default: one made
            of its place in the app, and the region.

    Attributes:
        dashboard: The dashboard.

    Raises:
        ValueError: If there is no service to show.
    """

    @checks_keywords
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        panels: Sequence[ServicePanel],
        name: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        if not panels:
            raise ValueError("panels: expected the panel of at least one service, got none")
        # The period of an expression is meant to be that of its metrics.
        Annotations.of(self).acknowledge_warning("CloudWatch:Math:MetricsPeriodsOverridden")
        self.dashboard = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=name or _name_of(self),
            default_interval=_SHOWN,
            # The samples of a minute count the tasks; those of any other period do not.
            period_override=cloudwatch.PeriodOverride.INHERIT,
            widgets=[list(row) for row in _rows(panels)],
        )


def _rows(panels: Sequence[ServicePanel]) -> Rows:
    if len(panels) == 1:
        return panels[0].widgets()
    alarms = [alarm for panel in panels for alarm in (*panel.composites, *panel.alarms)]
    return [
        *(row for panel in panels for row in panel.compact_widgets()),
        [_alarm_status(alarms, _COLUMNS, 3)],
        _log_tables(panels),
    ]


def _alarm_status(
    alarms: Sequence[cloudwatch.AlarmBase], width: int, height: int
) -> cloudwatch.IWidget:
    return cloudwatch.AlarmStatusWidget(
        title="Alarms",
        alarms=list(alarms[:_MOST_ALARMS]),
        sort_by=cloudwatch.AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
        width=width,
        height=height,
    )


def _log_tables(panels: Sequence[ServicePanel]) -> Sequence[cloudwatch.IWidget]:
    """The slowest routes and the most frequent errors, of the services that have such logs."""
    requests = [group for panel in panels if panel.signals for group in panel.logs.requests]
    lines = [group for panel in panels for group in panel.logs.containers]
    tables = [
        ("Slowest routes", SLOWEST_ROUTES, requests),
        ("Errors by message", ERRORS_BY_MESSAGE, lines),
    ]
    shown = [table for table in tables if table[2]]
    return [
        cloudwatch.LogQueryWidget(
            title=title,
            log_group_names=_names(groups),
            query_lines=list(query),
            view=cloudwatch.LogQueryVisualizationType.TABLE,
            width=_COLUMNS // len(shown),
            height=_GRAPH,
        )
        for title, query, groups in shown
    ]


def _names(groups: Sequence[logs.ILogGroup]) -> list[str]:
    names = dict.fromkeys(group.log_group_name for group in groups)
    return list(names)[:_MOST_LOG_GROUPS]


def _line(value: float, label: str | None, *, color: str = _RED) -> cloudwatch.HorizontalAnnotation:
    return cloudwatch.HorizontalAnnotation(value=value, label=label, color=color)


def _thresholds(
    given: Mapping[str, tuple[float, str]],
) -> Sequence[cloudwatch.HorizontalAnnotation]:
    """Lines so close to each other that the highest one has the label of all."""
    label = ", ".join(f"{name} alarm {value:g} %" for name, (value, _) in given.items())
    highest_first = sorted(given.values(), reverse=True)
    return [
        _line(value, None if number else label, color=color)
        for number, (value, color) in enumerate(highest_first)
    ]


def _succeeded(signals: Signals) -> Metric:
    return cloudwatch.MathExpression(
        expression="requests - FILL(client, 0) - FILL(errors, 0)",
        using_metrics={
            "requests": _named(signals.requests, "requests"),
            "client": _named(signals.client_errors, "client"),
            "errors": _named(signals.errors, "errors"),
        },
        label="2xx and 3xx",
        color=_GREEN,
        period=MINUTE,
    )


def _availability(signals: Signals, label: str, *, color: str | None = None) -> Metric:
    """The percent of the requests that were not answered with 5xx, in 5 minutes."""
    return cloudwatch.MathExpression(
        expression="100 * (1 - FILL(available_errors, 0) / available_requests)",
        using_metrics={
            "available_errors": _named(signals.errors, "available_errors"),
            "available_requests": _named(signals.requests, "available_requests"),
        },
        label=label,
        color=color,
        period=_FIVE_MINUTES,
    )


def _filled(metric: Metric, name: str, label: str, color: str) -> Metric:
    """A count that is 0 where nothing happened, so that it is a line and no lone point."""
    return cloudwatch.MathExpression(
        expression=f"FILL({name}, 0)",
        using_metrics={name: metric},
        label=label,
        color=color,
        period=_FIVE_MINUTES,
    )


def _shown(metric: Metric, name: str, *, label: str, color: str | None = None) -> Metric:
    """A metric with a label and a color.

    Args:
        metric: The metric.
        name: The start of the ids of what it is computed from, where it is.
        label: The label.
        color: The color. None: CloudWatch chooses.
    """
    return _named(metric, name).with_(label=label, color=color)


def _named(metric: Metric, name: str) -> Metric:
    """The same metric, with ids of its own for what it is computed from.

    The ids of all expressions of a widget share one namespace.
    """
    if not isinstance(metric, cloudwatch.MathExpression):
        return metric
    ids = {old: f"{name}_{old}" for old in metric.using_metrics}
    return cloudwatch.MathExpression(
        expression=re.sub(
            r"\b[a-z]\w*\b", lambda found: ids.get(found[0], found[0]), metric.expression
        ),
        using_metrics={ids[old]: each for old, each in metric.using_metrics.items()},
        label=metric.label,
        color=metric.color,
        period=metric.period,
    )


def _name_of(scope: Construct) -> str:
    length = _LONGEST_NAME - _LONGEST_REGION - 1
    unique = Names.unique_resource_name(scope, max_length=length, separator="-")
    return f"{unique}-{Aws.REGION}"
