"""What CloudFront may keep of a site whose visitors sign in."""

import re
from collections.abc import Mapping, Sequence

from aws_cdk import Token

from serverless_containers.ingress.cloudfront.behaviors import check_static_paths
from serverless_containers.ingress.load_balancer.sign_in_rules import is_public_pattern


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
    known = [_pattern(each) for each in patterns if not Token.is_unresolved(each)]
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


def _pattern(text: str) -> re.Pattern[str]:
    # The wildcard for one character does not cover the one for several.
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "[^*]"), re.DOTALL)
