"""The names of files in findings, for somebody who works in the current folder."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from serverless_containers.findings import Finding, Location


class Places:
    """Names files as they are found from here.

    A file below the current folder is named from there, so that editors and reports find it; any
    other one from the project folder.

    Args:
        source: The folder or the file as it was given.
        folder: The absolute project folder.
    """

    def __init__(self, source: Path, folder: Path) -> None:
        self._folder = os.path.normpath(folder)
        self._here = os.getcwd()  # noqa: PTH109  # text, as all paths here
        self._source = str(source)
        self._absolute_source = str(source.absolute())

    def absolute(self, file: str) -> Path:
        """Return the absolute path of a file that a finding names."""
        return Path(os.path.normpath(os.path.join(self._folder, file)))  # noqa: PTH118  # lexical

    def displayed(self, finding: Finding) -> Finding:
        """Return a finding for a person, or for a program that runs here."""
        return self._placed(finding, self._from_here, self._source)

    def portable(self, finding: Finding) -> Finding:
        """Return a finding without anything of this machine in it."""
        source = self._source
        if os.path.isabs(source):  # noqa: PTH117  # text
            source = self._from_here(source) if self._is_below(source) else Path(source).name
        return self._placed(finding, self._relative, source)

    def _placed(self, finding: Finding, name: Callable[[str], str], source: str) -> Finding:
        at = finding.at
        if at is None:
            # Without a place, the message names the folder; the reader knows it as absolute.
            message = finding.message.replace(self._absolute_source, source)
            return replace(finding, message=message)
        return replace(finding, at=Location(name(at.file), at.line, at.column))

    def _is_below(self, path: str) -> bool:
        return path == self._here or path.startswith(os.path.join(self._here, ""))  # noqa: PTH118

    def _from_here(self, file: str) -> str:
        path = str(self.absolute(file))
        return os.path.relpath(path, self._here) if self._is_below(path) else file

    def _relative(self, file: str) -> str:
        path = str(self.absolute(file))
        return os.path.relpath(path, self._here if self._is_below(path) else self._folder)
