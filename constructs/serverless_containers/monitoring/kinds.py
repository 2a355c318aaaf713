"""Kinds of alarms: the name that each has in its runbook, and the meaning of each."""

from collections.abc import Mapping
from enum import StrEnum


class AlarmKind(StrEnum):
    """The kinds of alarms; the value is the name of the runbook page."""

    AVAILABILITY_BURN_RATE = "availability-burn-rate"
    LATENCY_BURN_RATE = "latency-burn-rate"
    TARGET_ERRORS = "target-errors"
    UNHEALTHY_TARGETS = "unhealthy-targets"
    NO_HEALTHY_TASK = "no-healthy-task"
    CPU_HIGH = "cpu-high"
    MEMORY_HIGH = "memory-high"
    CONTAINERS_RESTARTING = "containers-restarting"
    OUT_OF_MEMORY = "out-of-memory"
    DEPLOYMENT_FAILED = "deployment-failed"
    PIPELINE_FAILED = "pipeline-failed"
    CERTIFICATE_EXPIRY = "certificate-expiry"
    ERRORS_ANOMALY = "errors-anomaly"
    LATENCY_ANOMALY = "latency-anomaly"

    @property
    def construct_id(self) -> str:
        """The id of its construct, such as ``CpuHigh``."""
        return "".join(word.capitalize() for word in self.value.split("-"))


MEANINGS: Mapping[AlarmKind, str] = {
    AlarmKind.AVAILABILITY_BURN_RATE: "answers with a status of 5xx use up the error budget",
    AlarmKind.LATENCY_BURN_RATE: "too many requests take longer than promised",
    AlarmKind.TARGET_ERRORS: "requests are answered with 5xx",
    AlarmKind.UNHEALTHY_TARGETS: "tasks fail the load balancer's health check",
    AlarmKind.NO_HEALTHY_TASK: "no task can take requests or work",
    AlarmKind.CPU_HIGH: "tasks have hardly any CPU left",
    AlarmKind.MEMORY_HIGH: "a task has hardly any memory left, and is killed at its limit",
    AlarmKind.CONTAINERS_RESTARTING: "tasks stop by themselves again and again, or do not start",
    AlarmKind.OUT_OF_MEMORY: "a container was killed (exit code 137), mostly for lack of memory",
    AlarmKind.DEPLOYMENT_FAILED: "a deployment failed; ECS put the version before back, if any",
    AlarmKind.PIPELINE_FAILED: "the pipeline failed, and nothing new is rolled out",
    AlarmKind.CERTIFICATE_EXPIRY: "a certificate was not renewed, and expires soon",
    AlarmKind.ERRORS_ANOMALY: "more answers have a status of 5xx than usual at this time",
    AlarmKind.LATENCY_ANOMALY: "requests take longer than usual at this time",
}
"""By kind, the meaning of an alarm of it."""
