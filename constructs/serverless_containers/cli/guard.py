"""A defect of this program is told in words: nobody is shown a traceback."""

import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def guarded() -> Iterator[None]:
    """Tell what goes wrong, other than in the user's files, in a sentence.

    Raises:
        click.ClickException: In place of any exception that is none of click's. Its traceback is
            in a file that the message names.
    """
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except OSError as error:
        # Of the machine, such as a full disk: no finding, and no defect either.
        raise click.ClickException(str(error)) from error
    except Exception as error:
        with tempfile.NamedTemporaryFile(
            "w", prefix="serverless-containers-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            traceback.print_exc(file=log)
        raise click.ClickException(
            f"this is a defect of serverless-containers ({type(error).__name__}); "
            f"its traceback is in {log.name}"
        ) from error
