"""The container engine: found, spoken to, and left as it was."""

from serverless_containers.local.engine.client import Engine, EngineError, sweep
from serverless_containers.local.engine.detect import FoundEngine, NoEngine, find_engine
from serverless_containers.local.engine.tasks import TaskEngine

__all__ = [
    "Engine",
    "EngineError",
    "FoundEngine",
    "NoEngine",
    "TaskEngine",
    "find_engine",
    "sweep",
]
