"""What Cognito and Elastic Load Balancing allow in the names that sign-in is told."""

import re
from collections.abc import Sequence

from aws_cdk import Token

_PREFIX = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_RESERVED = ("aws", "amazon", "cognito")
_PATH = re.compile(r"[A-Za-z0-9_.$/~\"'@:+&*?-]{1,128}", re.ASCII)
_COOKIE = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)


def check_domain_prefix(prefix: str) -> None:
    """Refuse what cannot be the first label of a name of Cognito's; a token passes."""
    if Token.is_unresolved(prefix):
        return
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(
            "domain_prefix: expected 1 to 63 small letters, digits and hyphens, no hyphen first or "
            f"last, got {prefix!r} (CreateUserPoolDomain, Amazon Cognito User Pools API Reference)"
        )
    for word in _RESERVED:
        if word in prefix:
            raise ValueError(
                f"domain_prefix: {prefix!r} contains {word!r}, which Cognito keeps for itself"
            )


def check_public_path(path: str, callback: str) -> None:
    """Refuse what is no pattern of a path, or would open what has to stay shut; a token passes.

    A star may stand at the end alone. What the load balancer matches is the path as it was sent,
    with no way to leave out a character ("Path conditions", User Guide for Application Load
    Balancers), and containers read less of it: ``/*.css`` would match ``/me;.css``,
    ``/me%3fx.css`` and ``/me.php/x.css``, all of which some take for ``/me``. Question marks do the
    same, one for each character. What starts as the pattern does stays below it.

    Args:
        path: The pattern.
        callback: The path at which the load balancer takes a visitor who signed in.

    Raises:
        ValueError: If it is refused.
    """
    if Token.is_unresolved(path):
        return
    if not _PATH.fullmatch(path) or not path.startswith("/"):
        raise ValueError(
            "public_paths: expected at most 128 letters, digits and _-.$/~\"'@:+&*? that start "
            f"with /, got {path!r} (RuleCondition, Elastic Load Balancing API Reference)"
        )
    pattern = re.escape(path).replace(r"\*", ".*").replace(r"\?", ".")
    if re.fullmatch(pattern, callback):
        raise ValueError(
            f"public_paths: {path!r} matches {callback}, where visitors come back from signing in; "
            "a pattern that leaves something to sign in for does not"
        )
    if not is_public_pattern(path):
        raise ValueError(
            f"public_paths: expected no wildcard but a * at the end, got {path!r}, which lets in "
            "paths such as /private;.css, that many servers take for /private; serve what is "
            'public from a folder of its own, and write "/assets/*"'
        )


def is_public_pattern(path: str) -> bool:
    """Whether a pattern of a path has no wildcard but a star at its end."""
    return not {"*", "?"} & set(path.removesuffix("*"))


def check_cookie_name(name: str) -> None:
    """Refuse what no cookie can be called; a token passes."""
    if not Token.is_unresolved(name) and not _COOKIE.fullmatch(name):
        raise ValueError(f"session_cookie_name: expected the name of a cookie, got {name!r}")


def check_site_names(names: Sequence[str]) -> None:
    """Refuse names that Cognito cannot send a visitor back to."""
    if not names:
        raise ValueError(
            "sign-in needs a domain name: visitors are sent back to https://<name>, which takes a "
            "certificate, and there is none for the names of CloudFront and load balancers"
        )
    for name in names:
        if not Token.is_unresolved(name) and "*" in name:
            raise ValueError(
                f"sign-in cannot send visitors back to {name!r}; name each host of the site"
            )
