"""Parts of a Dockerfile that ECS needs to know, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from serverless_containers.findings import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposedPort:
    """One port, or range of ports, of an EXPOSE instruction.

    Attributes:
        first: The lowest port, 1 to 65535.
        last: The highest port; equal to ``first`` for a single port.
        protocol: ``tcp``, ``udp`` or ``sctp``, in lower case.
        at: Where the port stands.
    """

    first: int
    last: int
    protocol: str
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageHealthCheck:
    """A HEALTHCHECK instruction. ``test`` starts with CMD or CMD-SHELL, or is ``("NONE",)``.

    An option that was not given, or was given as zero, is None: Docker's default applies. A shell
    command under a SHELL other than ``/bin/sh -c`` is a CMD that starts with that shell.
    """

    test: tuple[str, ...]
    interval: timedelta | None = None
    timeout: timedelta | None = None
    start_period: timedelta | None = None
    start_interval: timedelta | None = None
    retries: int | None = None
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedPath:
    """A path of the build's context that an instruction reads, or a pattern for such paths.

    Attributes:
        keyword: The instruction: ADD, COPY or RUN, for its bind mounts.
        path: The path, its variables replaced.
        at: Where it stands.
    """

    keyword: str
    path: str
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPath:
    """A path of the build's context, or of another stage, and its place in the image.

    Attributes:
        source: The path in the context or the stage, without a slash at either end; empty: all of
            it. It may be a pattern.
        target: The absolute path in the image.
        into: Whether the target is the folder that a file is put into, rather than the file's name.
        stage: The stage that it comes from, as ``--from`` names it. None: the context.
    """

    source: str
    target: str
    into: bool
    stage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledPath:
    """A path that an instruction makes in the image.

    Attributes:
        keyword: The instruction: ADD or COPY, or RUN for a folder that its mkdir makes.
        path: The absolute path in the image.
        at: Where the instruction stands.
    """

    keyword: str
    path: str
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Dockerfile:
    """The final stage of a Dockerfile, or the stage that was asked for, with what it inherits.

    Base images are not looked into. What depends on one is left out, never guessed.

    Attributes:
        exposed: The ports in the order of the file, inherited ones first.
        healthcheck: The last HEALTHCHECK, or None where only the base image can have one.
        user: The last USER, or None where the base image decides.
        working_dir: An absolute path, or None where the base image decides.
        environment: The ENV variables. One whose value needs a variable that has none in this file
            (``PATH=/app/bin:$PATH``) is left out.
        platform: ``--platform`` of the FROM that names the base image, or None where it was not
            given or follows the platform of the build (``$BUILDPLATFORM``, ``$TARGETPLATFORM``).
        base_image: The image that it builds on in the end, its variables replaced, or None where
            they have no value.
        copied: What the stage, and those that it builds on or copies from, read of the context.
        placed: What of the context is in the image, and where, as far as COPY and ADD say so; what
            comes through other stages is among it.
        filled: The paths that COPY, ADD and the mkdir of RUN make, where they are certain.
        volumes: The paths of VOLUME.
        at: The stage's FROM.
    """

    exposed: tuple[ExposedPort, ...] = ()
    healthcheck: ImageHealthCheck | None = None
    user: str | None = None
    working_dir: str | None = None
    environment: Mapping[str, str]
    platform: str | None = None
    base_image: str | None = None
    copied: tuple[CopiedPath, ...] = ()
    placed: tuple[PlacedPath, ...] = ()
    filled: tuple[FilledPath, ...] = ()
    volumes: tuple[str, ...] = ()
    at: Location
