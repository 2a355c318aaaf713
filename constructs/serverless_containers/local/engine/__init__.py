"""The container engine: found, spoken to, and left as it was."""

from serverless_containers.local.engine.client import Engine, EngineError, sweep
from serverless_containers.local.engine.detect import FoundEngine, NoEngine, find_engine

__all__ = ["Engine", "EngineError", "FoundEngine", "NoEngine", "find_engine", "sweep"]
