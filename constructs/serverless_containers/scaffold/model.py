"""A CDK app that is to be made: its services and its environments."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_LONGEST_NAME = 64
"""Characters of an app's name; the environment and the service stand behind it in a stack's."""
LONGEST_STACK_NAME = 128
"""Characters of a stack's name ("CreateStack", AWS CloudFormation API Reference)."""


class Kind(StrEnum):
    """The construct that a service becomes."""

    API = "ContainerApi"
    HOSTING = "ContainerHosting"
    WORKER = "ContainerService"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyword:
    """A keyword argument of a construct, in Python.

    Attributes:
        text: The argument: ``port=80``.
        names: The public names of this library that it uses.
        also: Further names of the CDK that it uses.
    """

    text: str
    names: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def call(keyword: str, name: str, arguments: Iterable[str]) -> str:
    """Return a keyword argument that is a call, an argument a line, as a construct has it.

    Args:
        keyword: The keyword.
        name: The class or function.
        arguments: Its arguments.
    """
    inner = "".join(f"{' ' * 16}{each},\n" for each in arguments)
    return f"{keyword}={name}(\n{inner}{' ' * 12})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A Compose project that the app deploys.

    Attributes:
        name: Its name, in letters, digits and hyphens.
        kind: The construct.
        source: The folder or the Compose file, as a POSIX path from the app's folder.
        keywords: The construct's arguments besides.
        managed: Whether a pipeline in AWS builds its images, rather than Docker where one deploys.
    """

    name: str
    kind: Kind
    source: str
    keywords: tuple[Keyword, ...] = ()
    managed: bool = False

    @property
    def construct_id(self) -> str:
        """The construct's id, as CDK apps have them."""
        return construct_id(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """The scaling of a service's tasks.

    Attributes:
        least: The fewest tasks; None for the construct's default.
        most: The most tasks.
        cpu: Percent of CPU to keep to; None to ignore it.
        memory: Percent of memory to keep to; None to ignore it.
        requests: Requests a minute and task to keep to; None to ignore them.
    """

    least: int | None
    most: int
    cpu: int | None = None
    memory: int | None = None
    requests: int | None = None


RETENTIONS: Mapping[int, str] = {
    1: "ONE_DAY",
    3: "THREE_DAYS",
    5: "FIVE_DAYS",
    7: "ONE_WEEK",
    14: "TWO_WEEKS",
    30: "ONE_MONTH",
    60: "TWO_MONTHS",
    90: "THREE_MONTHS",
    120: "FOUR_MONTHS",
    150: "FIVE_MONTHS",
    180: "SIX_MONTHS",
    365: "ONE_YEAR",
    400: "THIRTEEN_MONTHS",
    545: "EIGHTEEN_MONTHS",
    731: "TWO_YEARS",
    1096: "THREE_YEARS",
    1827: "FIVE_YEARS",
    2192: "SIX_YEARS",
    2557: "SEVEN_YEARS",
    2922: "EIGHT_YEARS",
    3288: "NINE_YEARS",
    3653: "TEN_YEARS",
}
"""Members of the CDK's RetentionDays by their days ("PutRetentionPolicy", Amazon CloudWatch Logs
API Reference)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSpec:
    """An environment of the app.

    Attributes:
        name: Its name.
        region: Its region. None: that of the app.
        network_profile: A member of NetworkProfile.
        high_availability: Whether it has three zones.
        spot: Whether tasks run on spare capacity.
        strict: Whether guesses in reading the Compose files are errors; None leaves it to them.
        retain: Whether data and logs stay when it is deleted.
        log_retention: Days for which logs are kept, one of ``RETENTIONS``. None: three months where
            they are retained, else one.
        scaling: The scaling of services, by their names.
        execute: The services in which ECS Exec opens a shell.
    """

    name: str
    region: str | None = None
    network_profile: str = "PUBLIC"
    high_availability: bool = False
    spot: bool = False
    strict: bool | None = None
    retain: bool = False
    log_retention: int | None = None
    scaling: Mapping[str, Scaling] = field(default_factory=dict)
    execute: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSpec:
    """A CDK app.

    Attributes:
        name: What its stacks are called, or start with.
        services: What it deploys.
        environments: Its environments. None: one stack of one service, which knows of none.
        region: The region. None: that which the CDK CLI is signed in to.
        library: The line of requirements.txt that brings this library along.
        workflow: The folder of the app as a POSIX path from the repository's root, for a workflow
            of GitHub's. None: there is no workflow.
    """

    name: str
    services: tuple[Service, ...]
    environments: tuple[EnvironmentSpec, ...] = ()
    region: str | None = None
    library: str
    workflow: str | None = None


NETWORK_ID = "Network"
"""The id of the stack that the services of an environment share."""


def construct_id(name: str) -> str:
    """Return the id of a service's construct and stack: ``FrontEnd`` of ``front-end``."""
    return "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", name) if part)


def stack_name(text: str) -> str:
    """Return a name that stacks can have, made of another one.

    Args:
        text: Any name.
    """
    name = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:_LONGEST_NAME].rstrip("-")
    return name if _STACK_NAME.fullmatch(name) else f"app-{name}".rstrip("-")[:_LONGEST_NAME]


def matters(environment: str) -> bool:
    """Return whether an environment, by its name, serves those whom the application is for."""
    return environment.startswith("prod")


def is_stack_name(text: str) -> bool:
    """Return whether an app can have a name: a letter, then letters, digits and hyphens."""
    return bool(_STACK_NAME.fullmatch(text)) and len(text) <= _LONGEST_NAME
