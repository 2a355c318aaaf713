"""The embedded AWS: deploys a CDK app to MiniStack on this machine, and shows what was made."""

from serverless_containers.local.failure import LocalError
from serverless_containers.local.result import Inspected, LocalResult, Outputs, ResourceStatus

__all__ = ["Inspected", "LocalError", "LocalResult", "Outputs", "ResourceStatus"]
