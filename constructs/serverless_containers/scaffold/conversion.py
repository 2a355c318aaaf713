"""An app made of another tool's files."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from serverless_containers.compose.files import is_file
from serverless_containers.findings import Finding, dotted
from serverless_containers.scaffold.compose_text import Placed, origin_of
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
        models: The Compose project in each environment, whose values know where they come from.
        copied_from: The folder that the project's files are copied from. None: they are made.
    """

    name: str
    kind: Kind
    path: Path
    keywords: tuple[Keyword, ...] = ()
    managed: bool = False
    models: Mapping[str, Placed] = field(default_factory=dict)
    copied_from: Path | None = None

    def origin(self, finding: Finding, written: Path, environment: str) -> Finding:
        """Return a finding in a file that is written, at the place that it comes from.

        Args:
            finding: The finding, as it is shown.
            written: The file that it is in, absolute.
            environment: The environment.
        """
        at = finding.at
        if at and self.copied_from and written.is_relative_to(self.path):
            # What is no source lies beside the sources: the policies of an API of Amplify's.
            for folder in (self.copied_from, self.copied_from.parent):
                there = folder / written.relative_to(self.path)
                if is_file(there):
                    return replace(finding, at=replace(at, file=shown_from_here(there)))
        if environment not in self.models:
            return finding
        placed = origin_of(self.models[environment], finding.path)
        said = f" ({dotted(finding.path)} of {written.name})" if finding.path else ""
        return replace(finding, at=placed.at, path=placed.path, message=f"{finding.message}{said}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """An app that is to be written.

    Attributes:
        name: The app's name.
        sources: Its services.
        environments: Its environments.
        files: What is written besides the app, by absolute paths: bytes, or a file to copy.
        steps: Commands that come before the deployment.
        taken: A name that the app cannot have, because the other tool's stacks start with it.
    """

    name: str
    sources: tuple[Source, ...]
    environments: tuple[EnvironmentSpec, ...]
    files: Mapping[Path, bytes | Path] = field(default_factory=dict)
    steps: tuple[str, ...] = ()
    taken: str | None = None


def shown_from_here(path: Path) -> str:
    """Return a path as somebody names it who works in the current folder.

    Args:
        path: An absolute path.
    """
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
