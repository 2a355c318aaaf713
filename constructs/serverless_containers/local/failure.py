"""The error that ends a run, and its message to the user."""


class LocalError(Exception):
    """The run cannot go on. The message says why and what to do, without a traceback.

    Attributes:
        details: Lines of a log that show the cause, to print below the message.
    """

    def __init__(self, message: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.details = details
