"""How a metric is read; the CDK's own ``MetricOptions``, for Python's type checkers."""

from collections.abc import Mapping
from typing import TypedDict

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch


class MetricProps(TypedDict, total=False):
    """All are optional, and have CloudWatch's and the metric's own defaults."""

    account: str
    color: str
    dimensions_map: Mapping[str, str]
    label: str
    period: Duration
    region: str
    statistic: str
    unit: cloudwatch.Unit
