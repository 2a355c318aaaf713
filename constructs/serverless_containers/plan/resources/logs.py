"""The log driver of a container.

By default it goes to a log group of the container's own in CloudWatch Logs. The drivers that
Fargate has besides are those of "LogConfiguration", Amazon ECS API Reference.
"""

from serverless_containers.compose.model import Logging, Service
from serverless_containers.compose.notation.sizes import FIX, parse_size
from serverless_containers.findings import Findings
from serverless_containers.findings.listing import listed
from serverless_containers.plan.model import AwsLogsPlan, LogDriverPlan
from serverless_containers.plan.places import place
from serverless_containers.plan.resources import rules

_BUFFER_SIZE = "max-buffer-size"
_LOCAL = frozenset({"json-file", "local", "journald", "syslog"})
_AWSLOGS_OPTIONS = frozenset(
    {
        "awslogs-datetime-format",
        "awslogs-multiline-pattern",
        "awslogs-stream-prefix",
        _BUFFER_SIZE,
        "mode",
    }
)
_FARGATE = ("awslogs", "awsfirelens", "splunk")


def plan_log(service: Service, findings: Findings) -> AwsLogsPlan | LogDriverPlan:
    """Plan where the output of a container goes."""
    default = AwsLogsPlan(stream_prefix=service.name)
    logging = service.logging
    if logging is None:
        return default
    if logging.driver is None:
        if logging.options:
            findings.report(
                rules.LOG_DRIVER_REPLACED,
                *place(logging, "options"),
                "the output goes to CloudWatch Logs instead of the local engine's own driver, for "
                f"which {listed(logging.options)} {'is' if len(logging.options) == 1 else 'are'}",
                "name the driver if it is another: driver: awslogs",
            )
        return default
    if logging.driver in _LOCAL:
        findings.report(
            rules.LOG_DRIVER_REPLACED,
            *place(logging, "driver"),
            f"the output goes to CloudWatch Logs instead of {logging.driver}",
        )
        return default
    if logging.driver not in _FARGATE:
        findings.report(
            rules.LOG_DRIVER_REJECTED,
            *place(logging, "driver"),
            f"expected one of {', '.join(_FARGATE)}, got {logging.driver!r}",
            "remove it: the output then goes to CloudWatch Logs",
        )
        return default
    if logging.driver == "awslogs":
        return _awslogs(service.name, logging, findings)
    return LogDriverPlan(driver=logging.driver, options=dict(sorted(logging.options.items())))


def _awslogs(name: str, logging: Logging, findings: Findings) -> AwsLogsPlan:
    options = logging.options
    for option in sorted(set(options) - _AWSLOGS_OPTIONS):
        _reject(
            option,
            f"the deployment makes the log group; the options are "
            f"{', '.join(sorted(_AWSLOGS_OPTIONS))}",
            "remove it",
            logging,
            findings,
        )
    mode = options.get("mode")
    if mode not in {None, "blocking", "non-blocking"}:
        _reject(
            "mode",
            f"expected blocking or non-blocking, got {mode!r}",
            "write mode: non-blocking, which loses lines rather than stop the application",
            logging,
            findings,
        )
    if mode == "blocking" and _BUFFER_SIZE in options:
        _reject(
            _BUFFER_SIZE,
            "only mode: non-blocking has a buffer",
            "remove it, or write mode: non-blocking",
            logging,
            findings,
        )
    return AwsLogsPlan(
        stream_prefix=options.get("awslogs-stream-prefix", name),
        datetime_format=options.get("awslogs-datetime-format"),
        multiline_pattern=options.get("awslogs-multiline-pattern"),
        # Only non-blocking delivery has a buffer.
        is_blocking=mode == "blocking" if mode or _BUFFER_SIZE in options else None,
        max_buffer_size=_buffer_size(logging, findings),
    )


def _buffer_size(logging: Logging, findings: Findings) -> int | None:
    size = logging.options.get(_BUFFER_SIZE)
    try:
        return None if size is None else parse_size(size)
    except ValueError:
        _reject(_BUFFER_SIZE, f"expected a size, got {size!r}", FIX, logging, findings)
        return None


def _reject(option: str, message: str, fix: str, logging: Logging, findings: Findings) -> None:
    findings.report(
        rules.LOG_OPTION_REJECTED,
        *place(logging, "options", option),
        message,
        fix,
    )
