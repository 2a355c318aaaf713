"""Lets the emulator enforce IAM, where it was asked to.

The emulator is spoken to without TLS, and policies that deny just that would lock everybody out:
it takes every request for one by TLS. Whether such policies work is not shown here.
"""

import os

from serverless_containers.local.patches.private import private, replace

AUTH = "ministack.app:AUTH"
ORIGIN = "ministack.app:pin_request_origin"
PRIVATE = (AUTH, ORIGIN)
VARIABLE = "AUTH"
"""MiniStack's own variable, which it reads when it is loaded."""


def apply() -> None:
    """Take requests for secure ones, where that matters."""
    if os.environ.get(VARIABLE, "").lower() == "true":
        pin = private(ORIGIN)
        replace(ORIGIN, lambda source, _secure: pin(source, secure_transport=True))
