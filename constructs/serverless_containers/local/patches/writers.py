"""Knows what the one who deploys has put on S3: builds are made of nothing else.

Held by content, so that it does not matter in how many ways an object can be replaced.
"""

import functools
import hashlib
from collections.abc import Callable
from typing import Any, Final

from serverless_containers.local.gate.callers import CALLER
from serverless_containers.local.patches.private import private, replace

PUT = "ministack.services.s3:_put_object"
COMPLETE = "ministack.services.s3:_complete_multipart_upload"
BUCKETS = "ministack.services.s3:_buckets"
PRIVATE = (PUT, COMPLETE, BUCKETS)

_written: Final[dict[tuple[str, str], str]] = {}
"""The digests of what was put there last, by bucket and key."""


def apply() -> None:
    """Note what is put on S3, in one request or in parts."""
    replace(PUT, _noting(private(PUT)))
    replace(COMPLETE, _noting(private(COMPLETE)))


def is_deployers(bucket: str, key: str, content: bytes) -> bool:
    """Whether the one who deploys has put this content there."""
    return _written.get((bucket, key)) == hashlib.sha256(content).hexdigest()


def note(bucket: str, key: str, content: bytes) -> None:
    """Note what the one who deploys has put there."""
    _written[bucket, key] = hashlib.sha256(content).hexdigest()


def _noting(write: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(write)
    def noting(bucket: str, key: str, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        caller = CALLER.get()
        answer = write(bucket, key, *arguments, **options)
        if caller is not None and caller.deploys:
            content = private(BUCKETS).get(bucket, {}).get("objects", {}).get(key, {}).get("body")
            if isinstance(content, bytes):
                note(bucket, key, content)
        return answer

    return noting
