"""Errors for which no client file can be written."""

from collections.abc import Iterable


class ClientConfigError(Exception):
    """The outputs or the file do not serve. The message says where, why and what to do."""

    @staticmethod
    def of(problems: Iterable[str]) -> "ClientConfigError":
        """Return one error for all that is wrong, a line each."""
        return ClientConfigError("\n".join(problems))
