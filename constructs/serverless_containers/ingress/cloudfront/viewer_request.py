"""The CloudFront function before a site with sign-in: what it refuses and removes."""

from pathlib import Path

from aws_cdk import Names, Stack
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

_CODE = Path(__file__).with_suffix(".js")
_UNIQUE_PART = 47
"""Leaves room for a hyphen and a region's name in the 64 characters of a function's name
("CreateFunction", Amazon CloudFront API Reference)."""


def guard_paths(scope: Construct, construct_id: str) -> cloudfront.Function:
    """A function for the viewer requests of every behavior of a distribution with sign-in.

    The load balancer decides by the path whether a request needs a sign-in, and the containers may
    read that path in another way: ``/assets/..%2fme`` matches ``/assets/*`` there and is ``/me`` to
    many servers. CloudFront does not help: it normalises a path to find the behavior and sends it
    on as it came ("Cache behavior settings", Amazon CloudFront Developer Guide).

    So a request gets status 400, as plain text that is not cached, if its path has a control
    character, a backslash, an encoded slash, a fullwidth slash, an empty segment or a dot segment,
    also one with blanks around its dots and one before a semicolon, a question mark or a number
    sign, in any letter case, however often encoded, and also in characters that Unicode calls
    compatible with these (the fullwidth forms); or if it holds a percent sign that starts no
    encoded byte, or encoded bytes that are not UTF-8; or if it is encoded more than a few times.
    Query strings may hold anything. A function is given the path as it came where that is UTF-8
    ("Restrictions on all edge functions", in the same guide), and an error of its own is not
    replaced by an error page ("CloudFront Functions event structure").

    What it cannot see is where a container ends a path: ``/me;.css`` and ``/me.php/x.css`` are
    ``/me`` to some, so that a public path has no wildcard but a star at its end
    (``public_paths`` of `SignIn`).

    From other requests it removes ``x-amzn-oidc-data``, ``x-amzn-oidc-identity`` and
    ``x-amzn-oidc-accesstoken``, which the load balancer sets where visitors sign in, and which a
    viewer might send to a public path; and ``x-original-url`` and ``x-rewrite-url``, which some
    frameworks take for the path. They are not among the headers that a function cannot remove
    ("Restrictions on all edge functions").

    Its code has to stay below 10 KB ("Quotas on CloudFront Functions").

    Args:
        scope: The construct above it.
        construct_id: Its id there.

    Returns:
        The function, published. A behavior can have one for viewer requests.
    """
    guard = Construct(scope, construct_id)
    return cloudfront.Function(
        guard,
        "Function",
        # Unique in the account: stacks of one id may have several names and regions.
        function_name=f"{Names.unique_resource_name(guard, max_length=_UNIQUE_PART, separator='-')}"
        f"-{Stack.of(guard).region}",
        comment="Refuses paths that can be read in more than one way",
        code=cloudfront.FunctionCode.from_inline(_CODE.read_text(encoding="utf-8")),
        runtime=cloudfront.FunctionRuntime.JS_2_0,
        auto_publish=True,
    )
