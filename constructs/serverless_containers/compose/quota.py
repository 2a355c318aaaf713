"""Quota of what reading a project may take, counted while it is read.

A few bytes can ask for very much: an alias of aliases, a variable that holds another one ten times,
a file that is included by many. What they come to is counted where it comes into being, and reading
stops with a finding before it is made.
"""

from dataclasses import dataclass, field

from serverless_containers.compose import limits


class QuotaError(Exception):
    """A project that asks for more than it may.

    Attributes:
        fix: What to do about it.
    """

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.fix = fix


class StoppedError(Exception):
    """Reading that has come to an end early, for a reason that has been reported."""


@dataclass(slots=True)
class Quota:
    """Rest of the values and characters that a project may take.

    It grows with the files that are read, so that what is written out is never too much.
    """

    values: int = field(default_factory=lambda: limits.MOST_VALUES)
    characters: int = field(default_factory=lambda: limits.MOST_CHARACTERS)

    def grant(self, size: int) -> None:
        """Allow for a file that is read for the first time.

        Args:
            size: Its bytes.
        """
        self.values += size
        self.characters += size

    def take_values(self, amount: int) -> None:
        """Count values that are repeated.

        Raises:
            QuotaError: If there are more than are left.
        """
        self.values -= amount
        if self.values < 0:
            raise QuotaError(
                "aliases, `<<`, extends, include, ranges and files of variables make more than "
                f"{limits.MOST_VALUES} values of what is written",
                "repeat less, or divide the project",
            )

    def take_characters(self, amount: int) -> None:
        """Count characters that variables are replaced by, or that are read once more.

        Raises:
            QuotaError: If there are more than are left.
        """
        self.characters -= amount
        if self.characters < 0:
            raise QuotaError(
                f"variables come to more than {limits.MOST_CHARACTERS} characters beyond what is "
                "written",
                "use long values in fewer places",
            )
