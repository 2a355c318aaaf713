"""What CloudFront may keep of a site whose visitors sign in."""

import re
from collections.abc import Iterable, Mapping, Sequence

from aws_cdk import Token

from serverless_containers.hosting.behaviors import check_static_paths


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
            if not _is_covered(path, public_paths):
                raise ValueError(
                    f"{what}: {path!r} needs a sign-in, and CloudFront would show what it kept of "
                    "it to everybody; make it one of the public_paths of sign_in, or leave it out"
                )


def _is_covered(path: str, patterns: Iterable[str]) -> bool:
    # Every path starts with a slash, which a star at the start of a pattern stands for.
    whole = f"/{path}" if path.startswith("*") else path
    return Token.is_unresolved(path) or any(
        Token.is_unresolved(pattern) or _pattern(pattern).fullmatch(whole) for pattern in patterns
    )


def _pattern(text: str) -> re.Pattern[str]:
    # The wildcard for one character does not cover the one for several.
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "[^*]"), re.DOTALL)
