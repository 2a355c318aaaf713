"""Which paths a distribution treats in a way of their own."""

import re
from collections.abc import Mapping, Sequence

from aws_cdk import Token

_PATTERN = re.compile(r"[A-Za-z0-9_.*?$/~\"'@:+&-]{1,255}")
"""PathPattern, CacheBehavior, Amazon CloudFront API Reference."""

_ERROR_STATUSES = frozenset({400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504})
"""ErrorCode, CustomErrorResponse, Amazon CloudFront API Reference."""

ALWAYS_CACHED = (404, 414, 500, 501, 502, 503, 504)
"""What CloudFront keeps whatever the origin's headers say; "How CloudFront processes HTTP 4xx and
5xx status codes from your origin", Amazon CloudFront Developer Guide."""


def check_static_paths(paths: Sequence[str]) -> tuple[str, ...]:
    """Path patterns, each with a slash or a star at its start.

    Raises:
        ValueError: If one is no pattern, is there twice, or covers every path.
    """
    if isinstance(paths, str):
        raise ValueError(f"static_paths is the string {paths!r}; give a list of path patterns")  # noqa: TRY004  # as the other mistakes in a value
    patterns: list[str] = []
    for path in paths:
        if Token.is_unresolved(path):
            patterns.append(path)
            continue
        if not _PATTERN.fullmatch(path):
            raise ValueError(
                f"static path {path!r} is no path pattern; allowed are 1 to 255 letters, digits "
                "and _ - . * ? $ / ~ \" ' @ : + &, as in '/assets/*'"
            )
        pattern = path if path.startswith(("/", "*")) else f"/{path}"
        if not pattern.strip("/*"):
            raise ValueError(
                f"static path {path!r} covers every path; name the static ones, or give "
                "cache_policy to have the origin's Cache-Control decide"
            )
        if pattern in patterns:
            raise ValueError(f"static path {path!r} is there twice; leave one")
        patterns.append(pattern)
    return tuple(patterns)


def check_error_pages(pages: Mapping[int, str]) -> None:
    """Hold error pages to what CloudFront takes.

    Raises:
        ValueError: If a status is none that CloudFront has pages for, or a page is no plain path.
    """
    for status, page in pages.items():
        if status not in _ERROR_STATUSES:
            raise ValueError(
                f"error_pages has the status {status!r}; allowed are "
                f"{', '.join(map(str, sorted(_ERROR_STATUSES)))}"
            )
        if Token.is_unresolved(page):
            continue
        if not page.startswith("/") or set("*?") & set(page) or not _PATTERN.fullmatch(page):
            raise ValueError(
                f"the error page {page!r} for {status} is no path; give one without wildcards such "
                f"as '/errors/{status}.html'"
            )
