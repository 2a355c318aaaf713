"""Result of a run, as data: printed as a table, written as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from serverless_containers.local.deploy.answers import Answer

Outputs: TypeAlias = Mapping[str, Mapping[str, str]]
"""Each stack's outputs."""


PROCESSES: Final = "processes"
"""In place of the address of an engine: commands that the services name, on this machine."""


class ResourceStatus(StrEnum):
    """Status of a resource that CloudFormation lists: how much stands behind it."""

    REAL = "real"
    """The service's own API, as the emulator has it, knows the resource."""
    RECORDED = "only recorded"
    """No part of the emulator knows the type; a patch of ours recorded it."""
    NOT_RUNNING = "not running (no Docker engine)"
    """A task whose containers nobody started."""
    PROCESSES = "processes of this machine"
    """A task whose containers are processes, as the caller asked for."""
    NO_PROCESS = "not running (no dev command)"
    """A task whose services do not say which processes could stand for their containers."""
    NO_IMAGE = "not in the registry"
    """An image that nobody built and pushed; a task with it could not start."""
    UNCHECKED = "not checked"
    """CloudFormation lists it, and there is no check for its type here."""
    MISSING = "missing"
    """CloudFormation lists it, and the service's API does not know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """A resource, and what was found when its service was asked.

    Attributes:
        stack: The stack's name.
        type: CloudFormation's type, ``ECS task`` for a task of a service, or ``Container image``.
        name: Where it stands in the CDK app, below its stack.
        physical_id: What the service calls it.
        status: What was found.
        note: The error that the service gave, or what else is to be said of it.
    """

    stack: str
    type: str
    name: str
    physical_id: str
    status: ResourceStatus
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalResult:
    """One run.

    Attributes:
        endpoint: Where the emulator listens (or listened).
        account: The account number that was deployed to.
        regions: The regions that were deployed to.
        resources: What exists, in the order of the stacks.
        outputs: The stacks' outputs.
        diff_empty: Whether `cdk diff` of a second synth found no difference.
        made_up_secrets: The names of secrets that nobody had pushed, and that got a random value.
        seconds: How long each step took.
        kept: Whether the emulator runs on.
        engine: What runs the containers: the address of an engine, or ``processes``; empty if
            nothing does.
        answers: What answered requests at the addresses that the outputs name.
    """

    endpoint: str
    account: str
    regions: tuple[str, ...]
    resources: tuple[Inspected, ...]
    outputs: Outputs
    diff_empty: bool
    made_up_secrets: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    kept: bool = False
    engine: str = ""
    answers: tuple[Answer, ...] = ()

    @property
    def holds(self) -> bool:
        """Return whether all is there that the stacks say, and a diff finds no difference."""
        return self.diff_empty and not any(
            found.status is ResourceStatus.MISSING for found in self.resources
        )

    def to_json(self) -> str:
        """Everything, for `--json`."""
        content = asdict(self)
        # For people: it is gone by the time that a program reads this.
        del content["answers"]
        return json.dumps({"holds": self.holds, **content}, indent=2) + "\n"
