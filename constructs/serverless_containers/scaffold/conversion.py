"""An app made of another tool's files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from serverless_containers.scaffold.model import EnvironmentSpec, Keyword, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A Compose project that is written, and the construct that it is for.

    Attributes:
        name: The service's name in the app.
        kind: The construct.
        path: The folder or the Compose file, absolute.
        keywords: Further arguments of the construct.
        managed: Whether a pipeline in AWS builds the images.
    """

    name: str
    kind: Kind
    path: Path
    keywords: tuple[Keyword, ...] = ()
    managed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """An app that is to be written.

    Attributes:
        name: The app's name.
        sources: Its services.
        environments: Its environments.
        files: What is written besides the app, by absolute paths: bytes, or a file to copy.
        steps: Commands that come before the deployment.
    """

    name: str
    sources: tuple[Source, ...]
    environments: tuple[EnvironmentSpec, ...]
    files: Mapping[Path, bytes | Path] = field(default_factory=dict)
    steps: tuple[str, ...] = ()


def shown_from_here(path: Path) -> str:
    """Return a path as somebody names it who works in the current folder.

    Args:
        path: An absolute path.
    """
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
