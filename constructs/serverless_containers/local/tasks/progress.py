"""What a running task tells of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from serverless_containers.local.tasks.order import Failed, Health, State


class Phase(StrEnum):
    """A task's ``lastStatus``, as far as one is told apart here."""

    PROVISIONING = "PROVISIONING"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    DEACTIVATING = "DEACTIVATING"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A task at one moment.

    Attributes:
        phase: How far it is.
        states: What each container has reached.
        ids: The engine's ids of the containers that were made.
        health: What its health checks say.
        serving: Whether it may get requests.
        address: Its address on the containers' network.
        published: Where each of its ports is found on this machine.
        failed: Why it ends although nobody asked it to.
    """

    phase: Phase
    states: Mapping[str, State] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    health: Health = Health.UNKNOWN
    serving: bool = False
    address: str = ""
    published: Mapping[int, int] = field(default_factory=dict)
    failed: Failed | None = None
