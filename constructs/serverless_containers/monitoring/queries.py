"""Queries of a service's logs: saved for CloudWatch Logs Insights, and shown on dashboards.

They go by the fields of JSON lines that the access log of an HTTP API and the sample application
have: ``requestId``, ``method``, ``path``, ``status``, ``responseLatency`` or ``durationMs``,
``level`` and ``message``. Of containers that write other lines, those about errors, about the
starts of tasks and by a request's id still find what they are for. "CloudWatch Logs Insights query
language", Amazon CloudWatch Logs User Guide.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aws_cdk import aws_logs as logs
from constructs import Construct

_MILLISECONDS = "1 * coalesce(responseLatency, durationMs)"
"""API Gateway writes numbers as strings, which a product is not."""
_ROUTE = r"parse path /^(?<route>\/(?:[A-Za-z][A-Za-z0-9_.~-]*\/?)*)/"
"""The path up to the first part that begins with no letter, which is taken for an id: ``/posts/``
of ``/posts/7``."""
_TEXT = "coalesce(error.message, message, @message)"
_TASK = r"parse @logStream /(?<task>[0-9a-f]{32})$/"
"""The end of a log stream's name ("awslogs-stream-prefix", Amazon ECS Developer Guide)."""

ERRORS_BY_MESSAGE = (
    f"fields {_TEXT} as text",
    (
        "filter level like /(?i)^(error|fatal|critical)/ or (not ispresent(level) and "
        "@message like /(?i)(error|exception|fatal|panic|traceback)/)"
    ),
    "stats count(*) as times, latest(@timestamp) as last by text",
    "sort times desc",
    "limit 20",
)
SLOWEST_ROUTES = (
    f"fields {_MILLISECONDS} as ms",
    "filter ispresent(path) and ispresent(ms)",
    _ROUTE,
    "stats pct(ms, 95) as p95_ms, max(ms) as max_ms, count(*) as requests by method, route",
    "sort p95_ms desc",
    "limit 20",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLogs:
    """The log groups of a service.

    Attributes:
        containers: Those of its containers.
        access: That of its ingress, where CloudWatch Logs has it. None: its requests are seen in
            the lines of the containers alone.
        events: That of its events.
    """

    containers: Sequence[logs.ILogGroup]
    access: logs.ILogGroup | None = None
    events: logs.ILogGroup

    @property
    def requests(self) -> Sequence[logs.ILogGroup]:
        """The log groups with one line a request."""
        return [self.access] if self.access else self.containers

    @property
    def all(self) -> Sequence[logs.ILogGroup]:
        """The log groups of containers and ingress."""
        return [*self.containers, *([self.access] if self.access else [])]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """A query that is saved.

    Attributes:
        construct_id: The id of its construct.
        name: Its name, after that of its folder.
        lines: Its commands.
        groups: The log groups that it reads.
        parameters: What is asked for when it runs, with a default.
    """

    construct_id: str
    name: str
    lines: Sequence[str]
    groups: Sequence[logs.ILogGroup]
    parameters: Sequence[logs.CfnQueryDefinition.QueryParameterProperty] = field(default=())


def save_queries(
    scope: Construct, service: ServiceLogs, *, folder: str
) -> Sequence[logs.CfnQueryDefinition]:
    """Save the queries of a service.

    Args:
        scope: The construct above them.
        service: The log groups.
        folder: The folder in the console, which may have folders above it.
    """
    return [
        logs.CfnQueryDefinition(
            scope,
            query.construct_id,
            name=f"{folder}/{query.name}",
            query_string=text_of(query.lines),
            log_group_names=[group.log_group_name for group in query.groups],
            parameters=list(query.parameters) or None,
        )
        for query in _queries(service)
        # Containers may log elsewhere.
        if query.groups
    ]


def text_of(lines: Sequence[str]) -> str:
    """Return the text of a query of some commands."""
    return "\n| ".join(lines)


def _queries(service: ServiceLogs) -> Sequence[_Query]:
    parameter = logs.CfnQueryDefinition.QueryParameterProperty
    return [
        _Query(
            construct_id="ErrorsByMessage",
            name="Errors by message",
            lines=ERRORS_BY_MESSAGE,
            groups=service.containers,
        ),
        _Query(
            construct_id="SlowRequests",
            name="Slow requests",
            lines=(
                f"fields @timestamp, {_MILLISECONDS} as ms, method, path, status, requestId",
                "filter ms >= {{milliseconds}}",
                "sort ms desc",
                "limit 100",
            ),
            groups=service.requests,
            parameters=[
                parameter(
                    name="milliseconds",
                    default_value="1000",
                    description="The least time of an answer",
                )
            ],
        ),
        _Query(
            construct_id="SlowestRoutes",
            name="Slowest routes",
            lines=SLOWEST_ROUTES,
            groups=service.requests,
        ),
        _Query(
            construct_id="RequestsByStatus",
            name="Requests by status and path",
            lines=(
                "filter ispresent(status) and ispresent(path)",
                _ROUTE,
                "stats count(*) as requests, latest(@timestamp) as last by status, method, route",
                "sort requests desc",
                "limit 100",
            ),
            groups=service.requests,
        ),
        _Query(
            construct_id="RequestById",
            name="A request by its id",
            lines=(
                "fields @timestamp, @log, @message",
                'filter @message like "{{request_id}}"',
                "sort @timestamp asc",
                "limit 1000",
            ),
            groups=service.all,
            parameters=[
                parameter(
                    name="request_id",
                    # Nothing is found before it is replaced.
                    default_value="the id of a request",
                    description="Of the header apigw-requestid, x-amz-cf-id or x-request-id of an "
                    "answer",
                )
            ],
        ),
        _Query(
            construct_id="TaskStarts",
            name="Cold starts (first line of each task)",
            lines=(
                _TASK,
                (
                    "stats earliest(@timestamp) as started, earliest(@message) as first_line, "
                    "count(*) as lines by task, @log"
                ),
                "sort started desc",
                "limit 50",
            ),
            groups=service.containers,
        ),
        _Query(
            construct_id="FirstRequests",
            name="Cold starts (first request of each task)",
            lines=(
                "filter ispresent(durationMs) and ispresent(path)",
                _TASK,
                (
                    "stats earliest(@timestamp) as first_request, earliest(path) as first_path, "
                    "earliest(durationMs) as first_ms, pct(durationMs, 50) as usual_ms "
                    "by task, @log"
                ),
                "sort first_request desc",
                "limit 50",
            ),
            groups=service.containers,
        ),
        _Query(
            construct_id="DeploymentChanges",
            name="What a deployment changed (messages by task)",
            lines=(
                f"fields {_TEXT} as text",
                _TASK,
                # What tasks of one version alone say has their number of tasks, and their times.
                (
                    "stats count_distinct(task) as tasks, count(*) as times, "
                    "earliest(@timestamp) as first, latest(@timestamp) as last by text, level"
                ),
                "sort first desc",
                "limit 200",
            ),
            groups=service.containers,
        ),
        _Query(
            construct_id="Events",
            name="Stopped tasks, deployments and pipeline runs",
            lines=(
                (
                    "fields @timestamp, `detail-type` as event, "
                    "coalesce(detail.eventName, detail.stopCode, detail.state) as kind, "
                    "coalesce(detail.stoppedReason, detail.reason) as reason, "
                    "coalesce(detail.taskArn, detail.deploymentId, detail.pipeline) as of"
                ),
                "sort @timestamp desc",
                "limit 100",
            ),
            groups=[service.events],
        ),
    ]
