"""The detector of ``check --detect-secrets``: detect-secrets, which asks no service about a find.

The package is Bridgecrew's ``bc-detect-secrets``, which is kept up; the original's last release is
of May 2024. Both have one interface.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from serverless_containers.cli.extras import MissingExtraError, require_extra
from serverless_containers.plan.build_context.check import Detector, Likeness


@contextmanager
def detector() -> Iterator[Detector]:
    """Give the detector, with all of its plugins and without those that ask a service.

    Raises:
        click.UsageError: If it is not installed.
    """
    try:
        require_extra("detect")
    except MissingExtraError as error:
        raise click.UsageError(f"--detect-secrets: {error.message}") from None
    from detect_secrets.core.scan import scan_file  # noqa: PLC0415  # on request
    from detect_secrets.settings import default_settings  # noqa: PLC0415

    def detect(file: Path) -> Iterator[Likeness]:
        seen = {(found.line_number, found.type) for found in scan_file(str(file))}
        for line, what in sorted(seen):
            yield Likeness(line=line, what=what)

    with default_settings():
        yield detect
