"""Paths that a distribution caches or shows in place of errors, and checks of them."""

import re
from collections.abc import Mapping, Sequence

from aws_cdk import Token

from serverless_containers.ingress.load_balancer.sign_in import is_public_pattern

_PATTERN = re.compile(r"[A-Za-z0-9_.*?$/~\"'@:+&-]{1,255}")
"""PathPattern, CacheBehavior, Amazon CloudFront API Reference."""

_ERROR_STATUSES = frozenset({400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504})
"""ErrorCode, CustomErrorResponse, Amazon CloudFront API Reference."""


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


def check_cached_paths(
    public_paths: Sequence[str],
    static_paths: Sequence[str],
    error_pages: Mapping[int, str],
    *,
    caches_others: bool,
) -> None:
    """Refuse to cache what takes a sign-in: a cache shows it to whoever asks.

    Args:
        public_paths: The patterns of paths that need no sign-in.
        static_paths: The patterns of paths that CloudFront caches.
        error_pages: The pages that it shows in place of errors.
        caches_others: Whether it may keep something of all other paths, too.

    Raises:
        ValueError: If one of these is not public, as far as it is known.
    """
    if caches_others:
        raise ValueError(
            "cache_policy and sign_in exclude each other: CloudFront would show the pages that it "
            "kept for one visitor to the others; list what is for everybody in static_paths"
        )
    for what, paths in (
        ("static_paths", check_static_paths(static_paths)),
        ("error_pages", error_pages.values()),
    ):
        for path in paths:
            uncovered = _uncovered(path, public_paths)
            if uncovered is not None:
                matched = "" if uncovered == path else f" matches {uncovered!r}, which"
                fix = (
                    f"make {uncovered!r} one of the public_paths of sign_in"
                    if is_public_pattern(uncovered)
                    else "keep to a folder that is one of the public_paths of sign_in, as in "
                    "'/assets/*'"
                )
                raise ValueError(
                    f"{what}: {path!r}{matched} needs a sign-in, and CloudFront would show what it "
                    f"kept of it to everybody; {fix}, or leave it out"
                )


def _uncovered(path: str, patterns: Sequence[str]) -> str | None:
    """A pattern of some of a path's matches that no other pattern covers, if there is one."""
    if Token.is_unresolved(path):
        return None
    known = [_to_regex(each) for each in patterns if not Token.is_unresolved(each)]
    if len(known) < len(patterns):
        return None
    return next(
        (each for each in _rooted(path) if not any(one.fullmatch(each) for one in known)), None
    )


def _rooted(path: str) -> list[str]:
    """Patterns that start with a slash and together match the paths that a pattern does.

    A star at the start stands for a slash and what follows it, or for nothing: ``*/foo`` matches
    ``/foo`` ("PathPattern", CacheBehavior, Amazon CloudFront API Reference).
    """
    rest = path.lstrip("*")
    if rest == path:
        return [path]
    whole = [f"/*{rest}"]
    return [f"/{rest[1:]}", *whole] if rest.startswith(("/", "?")) else whole


def _to_regex(text: str) -> re.Pattern[str]:
    # The wildcard for one character does not cover the one for several.
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "[^*]"), re.DOTALL)
