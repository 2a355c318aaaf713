"""The support of each Compose key on Fargate: the records, and the report on a project's keys."""

from serverless_containers.plan.support.record import KeySupport, Support
from serverless_containers.plan.support.report import KeyOutcome, check_keys, explain

__all__ = ["KeyOutcome", "KeySupport", "Support", "check_keys", "explain"]
