"""Metrics of a deployed service over some time, asked for in one call."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from serverless_containers.aws_api.clients import AwsClients, call
from serverless_containers.operations.deployed import DeployedService

_MINUTE = 60
_KEPT = ((timedelta(days=63), 3600), (timedelta(days=15), 300))
"""Seconds of the shortest periods that are kept for longer than a time.

See "Metrics retention", Amazon CloudWatch User Guide.
"""


class Kind(StrEnum):
    """The kind of a series, by which it is made of a metric's values."""

    RATE = "rate"
    """A number a minute. Where CloudWatch has none, nothing happened."""
    LEVEL = "level"
    """A level. Where CloudWatch has none, it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The values of something over time.

    Attributes:
        name: Its name.
        unit: The unit of its values.
        kind: Its kind.
        points: A value for each period, the oldest first; None where there is none.
        total: Their sum over time, of a rate.
    """

    name: str
    unit: str
    kind: Kind
    points: Sequence[float | None]
    total: float | None = None

    @property
    def known(self) -> Sequence[float]:
        """The values that there are."""
        return [point for point in self.points if point is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Metrics of a service.

    Attributes:
        start: When the first period begins.
        period: Seconds of each period.
        count: The number of periods.
        series: The series.
    """

    start: datetime
    period: int
    count: int
    series: Sequence[Series]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metric:
    """A metric, or the sum of several.

    Attributes:
        name: The name of the series.
        unit: The unit of the series.
        kind: The kind of the series.
        statistic: The statistic.
        sources: Namespace, name and dimensions of each metric.
        factor: The number that its values are multiplied by.
    """

    name: str
    unit: str
    kind: Kind
    statistic: str
    sources: Sequence[tuple[str, str, Mapping[str, str]]]
    factor: float = 1


def service_metrics(
    clients: AwsClients,
    deployed: DeployedService,
    *,
    since: datetime,
    now: datetime,
    points: int,
) -> Metrics:
    """Ask CloudWatch for requests, errors, latency, CPU, memory and tasks.

    Args:
        clients: The clients.
        deployed: The service.
        since: The beginning.
        now: The end.
        points: The largest number of periods.

    Raises:
        AwsError: If CloudWatch does not tell.
    """
    period = _period(since, now, points)
    # The last period is one that has ended: in the middle of one, its rate is not known.
    last = int(now.timestamp()) // period
    count = max(1, last - int(since.timestamp()) // period)
    start = datetime.fromtimestamp((last - count) * period, UTC)
    end = datetime.fromtimestamp(last * period, UTC)
    wanted = list(_metrics(clients, deployed))
    queries, ids = [], []
    for i, metric in enumerate(wanted):
        for j, (namespace, name, dimensions) in enumerate(metric.sources):
            ids.append((f"m{i}_{j}", i))
            queries.append(
                {
                    "Id": f"m{i}_{j}",
                    "MetricStat": {
                        "Metric": {
                            "Namespace": namespace,
                            "MetricName": name,
                            "Dimensions": [
                                {"Name": key, "Value": value} for key, value in dimensions.items()
                            ],
                        },
                        "Period": period,
                        "Stat": metric.statistic,
                    },
                }
            )
    answer = call(
        clients.client("cloudwatch"),
        "get_metric_data",
        deployed.service,
        MetricDataQueries=queries,
        StartTime=start,
        EndTime=end,
        ScanBy="TimestampAscending",
    )
    found = {each["Id"]: each for each in answer["MetricDataResults"]}
    series = []
    for i, metric in enumerate(wanted):
        values: dict[int, float] = {}
        for identifier, index in ids:
            if index == i:
                _add(values, found.get(identifier, {}), start, period)
        series.append(_series(metric, values, count, period))
    return Metrics(start=start, period=period, count=count, series=series)


def _period(since: datetime, now: datetime, points: int) -> int:
    # The beginning is some time ago, as it was counted a moment before now.
    seconds = max(_MINUTE, round((now - since).total_seconds() / _MINUTE) * _MINUTE)
    shortest = next((least for age, least in _KEPT if now - since > age), _MINUTE)
    exact = -(-seconds // points)
    return int(max(shortest, -(-exact // shortest) * shortest))


def _add(values: dict[int, float], result: Mapping[str, Any], start: datetime, period: int) -> None:
    pairs = zip(result.get("Timestamps", ()), result.get("Values", ()), strict=True)
    for time, value in pairs:
        at = int((time.timestamp() - start.timestamp()) // period)
        values[at] = values.get(at, 0) + value


def _series(metric: _Metric, values: Mapping[int, float], count: int, period: int) -> Series:
    if metric.kind is Kind.RATE:
        per_minute = _MINUTE / period
        return Series(
            name=metric.name,
            unit=metric.unit,
            kind=metric.kind,
            points=[values.get(at, 0) * per_minute for at in range(count)],
            total=sum(values.get(at, 0) for at in range(count)),
        )
    # Samples are one a task and minute.
    factor = _MINUTE / period if metric.statistic == "SampleCount" else metric.factor
    return Series(
        name=metric.name,
        unit=metric.unit,
        kind=metric.kind,
        points=[values[at] * factor if at in values else None for at in range(count)],
    )


def _metrics(clients: AwsClients, deployed: DeployedService) -> Iterator[_Metric]:
    for api in deployed.http_apis:
        yield from _of_http_api(api)
    for behind in _of_load_balancer(clients, deployed) if deployed.target_groups else ():
        # Where there is an API as well, they are two ways in.
        named = f"{behind.name} (targets)" if deployed.http_apis else behind.name
        yield replace(behind, name=named)
    task = {"ClusterName": deployed.cluster, "ServiceName": deployed.service}
    for name, metric in (("CPU", "CPUUtilization"), ("memory", "MemoryUtilization")):
        yield _Metric(
            name=name,
            unit="%",
            kind=Kind.LEVEL,
            statistic="Average",
            sources=[("AWS/ECS", metric, task)],
        )
    yield _Metric(
        name="tasks",
        unit="",
        kind=Kind.LEVEL,
        statistic="SampleCount",
        sources=[("AWS/ECS", "CPUUtilization", task)],
    )


def _of_http_api(api: str) -> Iterator[_Metric]:
    """Return the metrics of an API: "Work with metrics for HTTP APIs", API Gateway Guide."""
    namespace, dimensions = "AWS/ApiGateway", {"ApiId": api}
    for name, metric in (("requests", "Count"), ("errors 5xx", "5xx")):
        yield _Metric(
            name=name,
            unit="/min",
            kind=Kind.RATE,
            statistic="Sum",
            sources=[(namespace, metric, dimensions)],
        )
    yield _Metric(
        name="latency p95",
        unit="ms",
        kind=Kind.LEVEL,
        statistic="p95",
        sources=[(namespace, "Latency", dimensions)],
    )


def _of_load_balancer(clients: AwsClients, deployed: DeployedService) -> Iterator[_Metric]:
    """Return the metrics of targets and of their load balancer.

    See "CloudWatch metrics for your Application Load Balancer", User Guide.
    """
    namespace = "AWS/ApplicationELB"
    balancers = deployed.load_balancers or _balancers_of(clients, deployed.target_groups)
    whole = [{"LoadBalancer": arn.partition(":loadbalancer/")[2]} for arn in balancers]
    parts = [
        {**balancer, "TargetGroup": arn.rpartition(":")[2]}
        for balancer in whole
        for arn in deployed.target_groups
    ]
    yield _Metric(
        name="requests",
        unit="/min",
        kind=Kind.RATE,
        statistic="Sum",
        sources=[(namespace, "RequestCount", each) for each in parts],
    )
    yield _Metric(
        name="errors 5xx",
        unit="/min",
        kind=Kind.RATE,
        statistic="Sum",
        sources=[
            *((namespace, "HTTPCode_Target_5XX_Count", each) for each in parts),
            *((namespace, "HTTPCode_ELB_5XX_Count", each) for each in whole),
        ],
    )
    yield _Metric(
        name="latency p95",
        unit="ms",
        kind=Kind.LEVEL,
        statistic="p95",
        sources=[(namespace, "TargetResponseTime", each) for each in whole],
        factor=1000,
    )


def _balancers_of(clients: AwsClients, groups: Sequence[str]) -> Sequence[str]:
    answer = call(
        clients.client("elbv2"),
        "describe_target_groups",
        "the target groups",
        TargetGroupArns=list(groups),
    )
    return list(
        dict.fromkeys(arn for each in answer["TargetGroups"] for arn in each["LoadBalancerArns"])
    )
