"""Reading files: what they hold, how a user would name them, and why they cannot be read."""

import os
from dataclasses import dataclass
from pathlib import Path

from serverless_containers.compose import limits, rules
from serverless_containers.findings import Findings, KeyPath, Location

SECRET_PREFIX = ".secret-"  # noqa: S105  # how a name starts
"""What the names of secrets' files start with, so that ``.gitignore`` knows them all."""


def is_file(path: Path) -> bool:
    """Whether there is a file of this name, which is any text that a user wrote.

    `os.path` says no where `pathlib` raises: for a name that is too long, or holds a zero byte.
    """
    return os.path.isfile(path)  # noqa: PTH113


def exists(path: Path) -> bool:
    """Whether there is anything of this name; see `is_file`."""
    return os.path.exists(path)  # noqa: PTH110


def is_secret(path: Path) -> bool:
    """Whether a file, or the one that it is a link to, has the name of a secret's file.

    Nothing here reads one: what a file holds may end up in a template, or in a finding.
    """
    names = (os.path.basename(path), os.path.basename(os.path.realpath(path)))  # noqa: PTH119  # any text
    return any(name.startswith(SECRET_PREFIX) for name in names)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads files and reports those that cannot be read.

    Attributes:
        directory: The project folder: what the names in findings are relative to.
        findings: Where problems are reported.
    """

    directory: Path
    findings: Findings

    def shown(self, path: Path | str) -> str:
        """A file as the user would name it: relative to the project folder where it can be."""
        absolute = os.path.normpath(os.path.join(self.directory, path))  # noqa: PTH118  # lexical
        relative = os.path.relpath(absolute, self.directory)
        return absolute if relative.count("..") > 2 else relative

    def read(self, path: Path, at: Location | None = None, keys: KeyPath = ()) -> bytes | None:
        """Give a file's bytes.

        Args:
            path: The file.
            at: Where it is named, None for a file that nothing names.
            keys: The keys that lead there.
        """
        shown = self.shown(path)
        if is_secret(path):
            self.findings.report(
                rules.SECRET_READ,
                at,
                keys,
                f"{shown} is the file of a secret, which nothing but `secrets push` reads",
                "define a secret with it, and list that under secrets",
            )
            return None
        try:
            if not path.is_file():
                reason = "is a folder" if path.is_dir() else "does not exist"
            elif (size := path.stat().st_size) > limits.LARGEST_FILE:
                self.findings.report(
                    rules.TOO_LARGE,
                    at,
                    keys,
                    f"{shown} has {size} bytes; at most {limits.LARGEST_FILE} are read",
                )
                return None
            else:
                return path.read_bytes()
        except (OSError, ValueError) as error:
            reason = f"cannot be read ({getattr(error, 'strerror', None) or error})"
        self.findings.report(
            rules.SOURCE_MISSING, at, keys, f"{shown} {reason}", "name a file that exists"
        )
        return None
