"""``serverless-containers metrics``."""

import sys
from datetime import UTC, datetime, timedelta

import click

from serverless_containers.cli.deployed import (
    DeployedArguments,
    deployed_arguments,
    json_option,
)
from serverless_containers.cli.documents import write_json
from serverless_containers.cli.misuse import MisuseCommand
from serverless_containers.cli.output import print_line
from serverless_containers.cli.sparklines import sparkline
from serverless_containers.cli.tables import is_unicode, make_console, print_columns
from serverless_containers.cli.times import since_option
from serverless_containers.operations.deployed import DeployedService
from serverless_containers.operations.metrics import Metrics, Series, service_metrics

_POINTS_IN_A_FILE = 60
_BESIDE_THE_GRAPH = 52
"""Columns of the names and the numbers."""
_LEAST_POINTS, _MOST_POINTS = 12, 90


@click.command(name="metrics", cls=MisuseCommand)
@deployed_arguments()
@since_option("3h", "Metrics")
@json_option
def command(*, arguments: DeployedArguments, since: datetime, as_json: bool) -> None:
    """Draw requests, errors, latency, CPU, memory and tasks of a deployed service over time.

    A graph begins at 0. Tasks are counted by the samples of their CPU, which Container Insights
    has no part in.
    """
    now = datetime.now(UTC)
    clients, deployed = arguments.find()
    metrics = service_metrics(clients, deployed, since=since, now=now, points=_points(deployed))
    if as_json:
        write_json({"service": deployed.service, "metrics": metrics})
    else:
        _show(deployed, metrics)


def _points(deployed: DeployedService) -> int:
    if not sys.stdout.isatty():
        return _POINTS_IN_A_FILE
    two_ways_in = deployed.http_apis and deployed.target_groups
    beside = _BESIDE_THE_GRAPH + (len(" (targets)") if two_ways_in else 0)
    return max(_LEAST_POINTS, min(_MOST_POINTS, make_console().width - beside))


def _show(deployed: DeployedService, metrics: Metrics) -> None:
    print_line(f"{deployed.service} of {deployed.stack} in {deployed.region}")
    end = metrics.start + timedelta(seconds=metrics.period * metrics.count)
    print_line(f"  {metrics.start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC")
    print_line(f"  {_duration(metrics.period)} a character")
    print_line("")
    print_columns(
        ("metric", "graph", "last", "mean", "peak", "total"),
        [_row(each) for each in metrics.series],
        last_wraps=False,
    )


def _row(series: Series) -> tuple[str, ...]:
    graph = sparkline(series.points, unicode=is_unicode(), largest=100 if series.unit == "%" else 0)
    known = series.known
    if not known:
        return (series.name, "no data", "", "", "", "")
    last = series.points[-1] if series.points[-1] is not None else known[-1]
    numbers = (last, sum(known) / len(known), max(known))
    total = "" if series.total is None else f"{series.total:,.0f}"
    return (series.name, graph, *(_number(each, series.unit) for each in numbers), total)


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 or value == int(value) else 1
    return f"{value:,.{digits}f}{'' if unit in {'%', '/min', ''} else ' '}{unit}"


def _duration(seconds: int) -> str:
    minutes = seconds // 60
    hours, rest = divmod(minutes, 60)
    return f"{hours} h" if hours and not rest else f"{minutes} min"
