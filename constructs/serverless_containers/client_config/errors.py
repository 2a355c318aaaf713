"""Errors for which no client file can be written."""

from collections.abc import Iterable

from serverless_containers.findings import Location


class ClientConfigError(Exception):
    """The outputs or the file do not serve. The message says where, why and what to do."""

    @staticmethod
    def of(problems: Iterable[str]) -> "ClientConfigError":
        """Return one error for all that is wrong, a line each."""
        return ClientConfigError("\n".join(problems))


def location(file: str, text: str, offset: int) -> Location:
    """Return the location of an offset into a text.

    Args:
        file: The file as the user would name it.
        text: Its text.
        offset: In characters, from 0.
    """
    before = text[:offset]
    return Location(file, before.count("\n") + 1, offset - before.rfind("\n"))
