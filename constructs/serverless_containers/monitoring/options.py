"""Options of a service's monitoring."""

import math
import re
from dataclasses import dataclass, field

from aws_cdk import Duration, Token
from aws_cdk import aws_sns as sns

from serverless_containers.arguments.keywords import checks_fields
from serverless_containers.arguments.ranges import check_range, whole_milliseconds
from serverless_containers.monitoring.kinds import AlarmKind

_BURN = "Alerting on SLOs, The Site Reliability Workbook: 14.4 times the budget must be below 100 %"
_PERCENT = "a percentage"
_RUNBOOKS = "docs/runbooks"
_LIBRARY = "of serverless-containers"
_LONGEST_URL = 400
"""Characters, so that a description keeps below 1024 ("PutMetricAlarm", Amazon CloudWatch API
Reference)."""

_CONTROL = re.compile(r"[\0-\x1f\x7f]")
_LONGEST_FOLDER = 200
"""Characters, so that the name of a query keeps to 255 with it ("PutQueryDefinition", Amazon
CloudWatch Logs API Reference)."""


@checks_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """Alarms of a service, and one notification for all of them.

    Each alarm says what it means and which runbook page helps. None of them notifies by itself: a
    composite alarm does, once for whatever one cause sets off, and again when all is well.

    Args:
        topic: The SNS topic that is notified. One that is made elsewhere has to let
            ``cloudwatch.amazonaws.com`` publish from this account, and a customer managed key of it
            has to let the same principal use the key ("Notifying users on alarm changes", Amazon
            CloudWatch User Guide). Default: nobody is notified, and the alarms are only seen.
        edge_topic: The topic in us-east-1 for the certificate of CloudFront where the site is in
            another region: an alarm notifies topics of its own region alone. Default: nobody is.
        availability: The percent of requests that are to be answered without a status of 5xx; 94 to
            99.99. None leaves its alarms out. Default: 99.9.
        latency: The time within which 95 percent of the requests are to be answered, in whole
            milliseconds up to 60 seconds. None leaves its alarms out. Default: 300 ms.
        requests_per_hour: The number of requests in an hour below which rates of errors and of slow
            answers are not judged: a handful would decide. Default: 100.
        cpu_percent: The CPU utilisation above which the tasks are short of it, 1 to 100 percent.
            None leaves its alarm out. Default: 80.
        memory_percent: The memory utilisation of the fullest task, likewise. Default: 85.
        restarts: The number of tasks that stop by themselves within 15 minutes; 1 to 100.
            Default: 3.
        certificate_days: The days before the end of a certificate at which it should have been
            renewed; 1 to 45. ACM renews its own earlier ("Managed certificate renewal in AWS
            Certificate Manager", AWS Certificate Manager User Guide). Default: 21.
        anomaly_detection: Whether CloudWatch learns how many errors and how much latency are usual
            at a time of day and week, and alarms follow that. Default: True.
        roll_back: Whether alarms of errors roll a deployment back that sets them off. A rolling
            deployment then takes 5 minutes more, in which they are watched. Not where a rollout
            shifts traffic step by step, which has alarms of its own, nor where a service must not
            run twice, whose deployments interrupt it. Default: True.
        dashboard: Whether the service has a dashboard of its own. Leave it out where it is shown on
            one of several services (`MonitoringDashboard`). Default: True.
        query_folder: The folder of the queries that are saved for its logs, with slashes between
            folders. Default: the names of the stack and of the construct.
        runbooks: The address of the folder of the runbook pages, such as
            ``https://github.com/acme/shop/blob/main/docs/runbooks``; ``/<alarm>.md`` follows.
            Default: the place of the pages in this library's documentation, which a description
            names as ``docs/runbooks/<alarm>.md of serverless-containers``.

    Raises:
        ValueError: If something is out of its range.
    """

    topic: sns.ITopic | None = None
    edge_topic: sns.ITopic | None = None
    availability: float | None = 99.9
    latency: Duration | None = field(default_factory=lambda: Duration.millis(300))
    requests_per_hour: int = 100
    cpu_percent: float | None = 80
    memory_percent: float | None = 85
    restarts: int = 3
    certificate_days: int = 21
    anomaly_detection: bool = True
    roll_back: bool = True
    dashboard: bool = True
    query_folder: str | None = None
    runbooks: str | None = None

    def __post_init__(self) -> None:
        _check_known(self.availability, "availability")
        if self.availability is not None:
            check_range("availability", self.availability, 94, 99.99, unit=" percent", source=_BURN)
        if self.latency is not None:
            if self.latency.is_unresolved():
                raise ValueError("latency: expected a time that is known at synthesis, got a token")
            whole_milliseconds(
                "latency", self.latency, 1, 60_000, source="a limit of requests' time"
            )
        for name, percent in (
            ("cpu_percent", self.cpu_percent),
            ("memory_percent", self.memory_percent),
        ):
            if percent is not None:
                check_range(name, percent, 1, 100, unit=" percent", source=_PERCENT)
        _check_known(self.requests_per_hour, "requests_per_hour")
        check_range(
            "requests_per_hour", self.requests_per_hour, 1, 1_000_000_000, unit="", source="a count"
        )
        check_range("restarts", self.restarts, 1, 100, unit=" tasks", source="a count")
        check_range(
            "certificate_days",
            self.certificate_days,
            1,
            45,
            unit=" days",
            source="Managed certificate renewal in AWS Certificate Manager",
        )
        for name, text in (("query_folder", self.query_folder), ("runbooks", self.runbooks)):
            if text is not None and _CONTROL.search(text):
                raise ValueError(f"{name}: expected no control characters, got {text!r}")
        folder = len(self.query_folder or "")
        if folder > _LONGEST_FOLDER and not Token.is_unresolved(self.query_folder):
            raise ValueError(
                f"query_folder: expected at most {_LONGEST_FOLDER} characters, got {folder}"
            )
        length = len(self.runbooks or "")
        if length > _LONGEST_URL and not Token.is_unresolved(self.runbooks):
            raise ValueError(f"runbooks: expected at most {_LONGEST_URL} characters, got {length}")

    @property
    def runbook_folder(self) -> str:
        """The address of the folder of the runbook pages, or its place in this library."""
        return self.runbooks.rstrip("/") if self.runbooks else f"{_RUNBOOKS} {_LIBRARY}"

    def runbook(self, kind: AlarmKind) -> str:
        """Return the address of the runbook page of an alarm, or its place in this library."""
        if not self.runbooks:
            return f"{_RUNBOOKS}/{kind}.md {_LIBRARY}"
        return f"{self.runbook_folder}/{kind}.md"


def _check_known(value: float | None, name: str) -> None:
    """Refuse a token: numbers are computed from it, and become part of an expression.

    Raises:
        ValueError: If it is one.
    """
    # The CDK cannot be asked about what is not finite: JSON has no such number.
    if value is not None and math.isfinite(value) and Token.is_unresolved(value):
        raise ValueError(f"{name}: expected a number that is known at synthesis, got a token")
