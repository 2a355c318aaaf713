"""A patched MiniStack inside the test process, without a server."""

import atexit
import os
import tempfile
from collections.abc import Callable
from typing import Any

import pytest

from serverless_containers.local.ministack.declared import HANDLERS
from serverless_containers.local.patches import apply_patches
from tests.support.local_ministack import private

# MiniStack reads it when it is imported, and writes a key there: by default to a fixed folder.
_STATE = tempfile.TemporaryDirectory(prefix="serverless-containers-test-")
atexit.register(_STATE.cleanup)
os.environ["STATE_DIR"] = _STATE.name


@pytest.fixture(scope="session")
def handlers() -> dict[str, dict[str, Any]]:
    apply_patches()
    table: dict[str, dict[str, Any]] = private(HANDLERS)
    return table


@pytest.fixture
def act(handlers: dict[str, dict[str, Any]]) -> Callable[..., Any]:
    """Provision as the engine does: `act("create", type, ...)`."""

    def acting(operation: str, resource_type: str, *arguments: object) -> Any:
        return handlers[resource_type][operation](*arguments)

    return acting


@pytest.fixture
def api(handlers: dict[str, dict[str, Any]]) -> Callable[..., Any]:  # noqa: ARG001
    """Read what a service of MiniStack keeps: `api("ecs", "_services")`."""

    def reading(service: str, name: str) -> Any:
        return private(f"ministack.services.{service}:{name}")

    return reading
