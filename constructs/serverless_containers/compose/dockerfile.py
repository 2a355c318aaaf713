"""What a Dockerfile says of the image it builds, where ECS needs to know it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from serverless_containers.findings import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposedPort:
    """One port, or range of ports, of an EXPOSE instruction."""

    first: int
    last: int
    protocol: str
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageHealthCheck:
    """A HEALTHCHECK instruction. ``test`` starts with CMD or CMD-SHELL, or is ``("NONE",)``."""

    test: tuple[str, ...]
    interval: timedelta | None = None
    timeout: timedelta | None = None
    start_period: timedelta | None = None
    start_interval: timedelta | None = None
    retries: int | None = None
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Dockerfile:
    """The final stage of a Dockerfile, or the stage that was asked for, with what it inherits."""

    exposed: tuple[ExposedPort, ...] = ()
    healthcheck: ImageHealthCheck | None = None
    user: str | None = None
    working_dir: str | None = None
    environment: Mapping[str, str]
    platform: str | None = None
    at: Location
