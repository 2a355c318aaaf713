"""The place of a key in the files, for findings."""

from serverless_containers.compose.model import Part
from serverless_containers.findings import KeyPath, Location


def place(part: Part, *below: str | int) -> tuple[Location, KeyPath]:
    """Return where a value of a part stands, and the keys that lead to it from the top.

    Args:
        part: The part of the project.
        *below: The keys that lead from the part to the value. Default: the part itself.
    """
    return part.at(*below), (*part.path, *below)
