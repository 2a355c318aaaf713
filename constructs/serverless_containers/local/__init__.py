"""The embedded AWS: deploys a CDK app to MiniStack on this machine, and shows what was made."""

from serverless_containers.local.failure import LocalError
from serverless_containers.local.result import Inspected, LocalResult, Outputs, Standing

__all__ = ["Inspected", "LocalError", "LocalResult", "Outputs", "Standing"]
