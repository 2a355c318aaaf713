"""What becomes of each Compose key on Fargate: the support matrix, and what is done by it."""

from serverless_containers.plan.support.check import check_keys
from serverless_containers.plan.support.explain import Effect, explain
from serverless_containers.plan.support.key import Key, Support

__all__ = ["Effect", "Key", "Support", "check_keys", "explain"]
