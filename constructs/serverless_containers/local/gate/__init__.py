"""The only way into the embedded AWS: signed requests, and a short list of others."""

from serverless_containers.local.gate import (
    data_plane,
    gate,
    operations,
    responses,
    signatures,
    unsigned,
)
from serverless_containers.local.gate.gate import STATUS_PATH, Gate

PRIVATE = (
    *gate.PRIVATE,
    *operations.PRIVATE,
    *responses.PRIVATE,
    *signatures.PRIVATE,
    *data_plane.PRIVATE,
    *unsigned.PRIVATE,
)
"""The private names of MiniStack that it uses."""

__all__ = ["PRIVATE", "STATUS_PATH", "Gate"]
