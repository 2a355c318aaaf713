"""The rules of a listener: what is let in, and where it goes."""

from collections.abc import Sequence

from aws_cdk import Token
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from serverless_containers.ingress.cloudfront.origin_secret import OriginSecret

_VALUES = 5
_WILDCARDS = 5
"""What the conditions of a rule may hold between them ("Quotas for your Application Load
Balancers", which has allowed a sixth wildcard since)."""
_ACCEPTED_SECRETS = 2
_LAST = 50_000
"""The last priority that there is ("CreateRule", Elastic Load Balancing API Reference)."""


def add_rules(
    scope: Construct,
    listener: elbv2.ApplicationListener,
    *,
    secret: OriginSecret | None,
    action: elbv2.ListenerAction,
    public_paths: Sequence[str],
    public_action: elbv2.ListenerAction,
) -> elbv2.ApplicationListenerRule:
    """Let in what came through CloudFront; all else meets the listener's default action.

    Args:
        scope: Where the rules are made.
        listener: The listener.
        secret: What a request has to carry. None: nothing, since nothing else reaches the listener.
        action: What becomes of a request.
        public_paths: Patterns of paths for which that is something else.
        public_action: What that is.

    Returns:
        The rule for all paths that are not public.
    """
    # Room for two values, even while one is accepted: a rotation must not move paths between rules.
    room = _VALUES - (_ACCEPTED_SECRETS if secret else 0)
    came_through_cloudfront = (
        [elbv2.ListenerCondition.http_header(secret.header, list(secret.accepted))]
        if secret
        else []
    )
    for number, paths in enumerate(_portions(public_paths, room), start=1):
        elbv2.ApplicationListenerRule(
            scope,
            f"PublicRule{number}",
            listener=listener,
            priority=number,
            conditions=[*came_through_cloudfront, elbv2.ListenerCondition.path_patterns(paths)],
            action=public_action,
        )
    return elbv2.ApplicationListenerRule(
        scope,
        "Rule",
        listener=listener,
        # Public paths come and go without moving it.
        priority=_LAST,
        conditions=came_through_cloudfront or [elbv2.ListenerCondition.path_patterns(["/*"])],
        action=action,
    )


def _portions(paths: Sequence[str], room: int) -> list[list[str]]:
    """Paths in portions that a rule has room for, in their order."""
    portions: list[list[str]] = []
    wildcards = 0
    for path in paths:
        more = 0 if Token.is_unresolved(path) else path.count("*") + path.count("?")
        if not portions or len(portions[-1]) == room or wildcards + more > _WILDCARDS:
            portions.append([])
            wildcards = 0
        portions[-1].append(path)
        wildcards += more
    return portions
