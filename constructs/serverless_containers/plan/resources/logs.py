"""Where a container's output goes.

By default it goes to a log group of the container's own in CloudWatch Logs. The drivers that
Fargate has besides are those of "LogConfiguration", Amazon ECS API Reference.
"""

from serverless_containers.compose.model import Logging, Service
from serverless_containers.compose.notation.sizes import FIX, parse_size
from serverless_containers.findings import Findings
from serverless_containers.plan.model import LogPlan
from serverless_containers.plan.resources import rules

_LOCAL = frozenset({"json-file", "local", "journald", "syslog"})
_AWSLOGS_OPTIONS = frozenset(
    {
        "awslogs-datetime-format",
        "awslogs-multiline-pattern",
        "awslogs-stream-prefix",
        "max-buffer-size",
        "mode",
    }
)
_FARGATE = ("awslogs", "awsfirelens", "splunk")


def plan_log(service: Service, findings: Findings) -> LogPlan | None:
    """The log driver of a container, or None for its own log group."""
    logging = service.logging
    if logging is None or logging.driver is None:
        return None
    if logging.driver in _LOCAL:
        findings.report(
            rules.LOG_DRIVER_REPLACED,
            logging.at("driver"),
            (*logging.path, "driver"),
            f"the output goes to CloudWatch Logs instead of {logging.driver}",
        )
        return None
    if logging.driver not in _FARGATE:
        findings.report(
            rules.LOG_DRIVER_REJECTED,
            logging.at("driver"),
            (*logging.path, "driver"),
            f"expected one of {', '.join(_FARGATE)}, got {logging.driver!r}",
            "remove it: the output then goes to CloudWatch Logs",
        )
        return None
    if logging.driver == "awslogs":
        for name in sorted(set(logging.options) - _AWSLOGS_OPTIONS):
            findings.report(
                rules.LOG_OPTION_REJECTED,
                logging.at("options", name),
                (*logging.path, "options", name),
                f"the deployment makes the log group; the options are "
                f"{', '.join(sorted(_AWSLOGS_OPTIONS))}",
                "remove it",
            )
        _check_buffer(logging, findings)
    return LogPlan(driver=logging.driver, options=dict(sorted(logging.options.items())))


def _check_buffer(logging: Logging, findings: Findings) -> None:
    size = logging.options.get("max-buffer-size")
    if size is None:
        return
    try:
        parse_size(size)
    except ValueError:
        findings.report(
            rules.LOG_OPTION_REJECTED,
            logging.at("options", "max-buffer-size"),
            (*logging.path, "options", "max-buffer-size"),
            f"expected a size, got {size!r}",
            FIX,
        )
