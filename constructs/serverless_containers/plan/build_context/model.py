"""The files that are left out of build contexts and of a pipeline's source."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusions:
    """Files that are left out of everything that is packed, as absolute paths, sorted.

    Attributes:
        left_out: The credentials, and the history of git.
        links: The symbolic links that lead out of the folder that they are in.
    """

    left_out: tuple[Path, ...] = ()
    links: tuple[Path, ...] = ()

    def below(self, folder: Path) -> tuple[str, ...]:
        """All that is below a folder, against it: what the source of a pipeline leaves out."""
        return _below(folder, (*self.left_out, *self.links))

    def inside(self, context: str) -> tuple[str, ...]:
        """The credentials below the context of a build, against it.

        A link is left alone: an engine takes it as it stands, and follows none.
        """
        return _below(Path(context), self.left_out)


def _below(folder: Path, paths: tuple[Path, ...]) -> tuple[str, ...]:
    root = Path(os.path.realpath(folder))
    return tuple(str(each.relative_to(root)) for each in paths if each.is_relative_to(root))
