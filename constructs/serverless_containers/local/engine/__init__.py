"""The container engine: found, spoken to, and left as it was."""

from serverless_containers.local.engine.client import Engine, EngineError
from serverless_containers.local.engine.detect import Found, NoEngine, find_engine
from serverless_containers.local.engine.sweep import sweep

__all__ = ["Engine", "EngineError", "Found", "NoEngine", "find_engine", "sweep"]
