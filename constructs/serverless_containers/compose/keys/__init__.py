"""One record a Compose key: what each phase of the reader does with it."""

from serverless_containers.compose.keys.sections import PROJECT

__all__ = ["PROJECT"]
