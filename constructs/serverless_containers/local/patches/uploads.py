# ruff: noqa: SLF001
"""Knows what the one who deploys has put on S3: builds are made of nothing else.

Held by content, so that it does not matter in how many ways an object can be replaced.
"""

import hashlib
from collections.abc import Callable
from typing import Any, Final

from serverless_containers.local.gate.callers import CALLER
from serverless_containers.local.ministack.declared import patch
from serverless_containers.local.ministack.names import s3

_written: Final[dict[tuple[str, str], str]] = {}
"""The digests of what was put there last, by bucket and key."""


def is_deployers(bucket: str, key: str, content: bytes) -> bool:
    """Return whether the one who deploys has put this content there."""
    return _written.get((bucket, key)) == hashlib.sha256(content).hexdigest()


def note(bucket: str, key: str, content: bytes) -> None:
    """Note what the one who deploys has put there."""
    _written[bucket, key] = hashlib.sha256(content).hexdigest()


@patch("ministack.services.s3:_put_object")
@patch("ministack.services.s3:_complete_multipart_upload")
def _write(
    shipped: Callable[..., Any],
    bucket_name: str,
    key: str,
    *arguments: Any,  # noqa: ANN401
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401  # MiniStack's answer
    """Note what is put on S3, in one request or in parts."""
    caller = CALLER.get()
    answer = shipped(bucket_name, key, *arguments, **options)
    if caller is not None and caller.deploys:
        content = s3._buckets.get(bucket_name, {}).get("objects", {}).get(key, {}).get("body")
        if isinstance(content, bytes):
            note(bucket_name, key, content)
    return answer
