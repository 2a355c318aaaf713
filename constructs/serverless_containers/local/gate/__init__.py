"""The one entrance to the embedded AWS: signed requests, and a short list of others."""

from serverless_containers.local.gate.gate import STATUS_PATH, Gate

__all__ = ["STATUS_PATH", "Gate"]
