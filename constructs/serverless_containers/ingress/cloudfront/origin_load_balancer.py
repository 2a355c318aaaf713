"""The load balancer behind a distribution, which answers CloudFront alone."""

from collections.abc import Sequence

from aws_cdk import Aws, CfnMapping, Duration, RemovalPolicy, Stack, Token
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from serverless_containers.arguments.ranges import whole_seconds
from serverless_containers.ingress.cloudfront.origin_secret import OriginSecret
from serverless_containers.ingress.load_balancer.load_balancer import (
    LoadBalancerIngress,
    RequestSource,
    RequiredHeader,
    SourceRule,
)
from serverless_containers.ingress.load_balancer.rollout import Rollout
from serverless_containers.ingress.load_balancer.sign_in import SignIn
from serverless_containers.ingress.load_balancer.targets import TargetHealthCheck, TargetOptions
from serverless_containers.workload.service.service import ProjectService

_IDLE_MARGIN = 5
_DEFAULT_IDLE = 60
_LONGEST_ORIGIN_TIMEOUT = 120
_ATTRIBUTES = "LoadBalancerAttribute, Elastic Load Balancing API Reference"

_PREFIX_LISTS = {
    "ap-northeast-1": "pl-58a04531",
    "ap-northeast-2": "pl-22a6434b",
    "ap-south-1": "pl-9aa247f3",
    "ap-southeast-1": "pl-31a34658",
    "ap-southeast-2": "pl-b8a742d1",
    "ca-central-1": "pl-38a64351",
    "eu-central-1": "pl-a3a144ca",
    "eu-north-1": "pl-fab65393",
    "eu-west-1": "pl-4fa04526",
    "eu-west-2": "pl-93a247fa",
    "eu-west-3": "pl-75b1541c",
    "sa-east-1": "pl-5da64334",
    "us-east-1": "pl-3b927c52",
    "us-east-2": "pl-b6a144df",
    "us-west-1": "pl-4ea04527",
    "us-west-2": "pl-82a045eb",
}
"""``com.amazonaws.global.cloudfront.origin-facing`` in each region; the same in every account."""

_LIST_NAME = "com.amazonaws.global.cloudfront.origin-facing"


class OriginLoadBalancer(LoadBalancerIngress):
    """A load balancer in front of a service, which only CloudFront can reach.

    Its security group lets in the addresses from which CloudFront calls origins. Those serve every
    distribution in the world, so that a request to a load balancer on the internet also has to
    carry the origin secret. An internal one can be reached only through VPC origins of its own
    account.

    Args:
        service: The service that requests are sent to.
        certificate: Its certificate, in its region. Default: none, and the listener speaks HTTP,
            which only an internal load balancer may.
        internal: Whether it has private addresses only, for a VPC origin.
        origin_secret: The secret that a request has to carry.
        sign_in: The sign-in of visitors. Default: they do not sign in.
        site_names: The names under which visitors call the site, for ``sign_in``.
        rollout: The replacement of the old version by a new one. Default: `Rollout.rolling`.
        health_check: The check of whether a task can take requests. Default: `TargetHealthCheck`.
        target: The options of the target group. Default: `TargetOptions`.
        subnets: Its subnets, in two zones or more. Default: public ones, one in each zone; private
            or isolated ones if it is internal.
        prefix_list_id: CloudFront's prefix list in the region. Default: from a table.
        origin_timeout: The longer of the times for which CloudFront waits for an answer and keeps a
            connection open. Default: 30 seconds.
        idle_timeout: The time for which a connection may be silent; longer than
            ``origin_timeout``, at most 4000 seconds. Default: 60 seconds, or 5 more than
            ``origin_timeout``.
        deletion_protection: Whether it can be deleted only after that was turned off.
        log_expiration: The time for which its access log is kept. Default: 30 days.
        removal_policy: The removal policy of the access log when the stack is deleted.

    Raises:
        ValueError: If arguments contradict each other, or something is out of its range.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: ProjectService,
        certificate: acm.ICertificate | None = None,
        internal: bool = False,
        origin_secret: OriginSecret | None = None,
        sign_in: SignIn | None = None,
        site_names: Sequence[str] = (),
        rollout: Rollout | None = None,
        health_check: TargetHealthCheck | None = None,
        target: TargetOptions | None = None,
        subnets: ec2.SubnetSelection | None = None,
        prefix_list_id: str | None = None,
        origin_timeout: Duration | None = None,
        idle_timeout: Duration | None = None,
        deletion_protection: bool = False,
        log_expiration: Duration | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        _check_closed(certificate, origin_secret, internal=internal, signs_in=sign_in is not None)
        super().__init__(
            scope,
            construct_id,
            service=service,
            source=_CloudFront(prefix_list_id),
            idle_seconds=_idle_seconds(idle_timeout, origin_timeout or Duration.seconds(30)),
            certificate=certificate,
            internal=internal,
            required_header=RequiredHeader(name=origin_secret.header, values=origin_secret.accepted)
            if origin_secret
            else None,
            sign_in=sign_in,
            site_names=site_names,
            rollout=rollout,
            health_check=health_check,
            target=target,
            subnets=subnets,
            deletion_protection=deletion_protection,
            log_expiration=log_expiration,
            removal_policy=removal_policy,
        )


class _CloudFront(RequestSource):
    def __init__(self, prefix_list_id: str | None) -> None:
        self._prefix_list_id = prefix_list_id

    def bind(self, scope: Construct) -> SourceRule:
        return SourceRule(
            description="CloudFront",
            prefix_list_id=self._prefix_list_id or cloudfront_prefix_list(scope),
        )


def cloudfront_prefix_list(scope: Construct) -> str:
    """Return the id of the list of the addresses from which CloudFront calls origins.

    AWS keeps the list ("AWS-managed prefix lists", Amazon VPC User Guide). Nothing that
    CloudFormation knows gives its id, hence a table; where the region is known only at deployment,
    the template carries the table.

    Raises:
        ValueError: If the table does not have the region.
    """
    region = Stack.of(scope).region
    if Token.is_unresolved(region):
        table = CfnMapping(
            scope,
            "PrefixLists",
            mapping={key: {"Id": value} for key, value in _PREFIX_LISTS.items()},
        )
        return table.find_in_map(Aws.REGION, "Id")
    if region not in _PREFIX_LISTS:
        raise ValueError(
            f"the id of CloudFront's prefix list in {region} is not known here; give "
            f"prefix_list_id, which `aws ec2 describe-managed-prefix-lists --region {region} "
            f"--filters Name=prefix-list-name,Values={_LIST_NAME}` shows as PrefixListId"
        )
    return _PREFIX_LISTS[region]


def _check_closed(
    certificate: acm.ICertificate | None,
    secret: OriginSecret | None,
    *,
    internal: bool,
    signs_in: bool,
) -> None:
    if certificate is None and not internal:
        raise ValueError(
            "a load balancer on the internet needs a certificate: without one the origin secret "
            "would cross it in the clear; give a domain name, or use a VPC origin"
        )
    if secret is None and not internal:
        raise ValueError(
            "a load balancer on the internet needs an origin_secret: its security group lets in "
            "every distribution of CloudFront, not only this site's"
        )
    if certificate is None and signs_in:
        raise ValueError(
            "sign-in needs a certificate: load balancers sign visitors in over HTTPS alone "
            "(Authenticate users using an Application Load Balancer, Elastic Load Balancing "
            "documentation); give a domain name"
        )


def _idle_seconds(given: Duration | None, origin: Duration) -> float:
    """Longer than CloudFront waits, or it would find its connections closed."""
    waits = origin.to_seconds()
    if given is None:
        longest = _LONGEST_ORIGIN_TIMEOUT if Token.is_unresolved(waits) else waits
        return max(_DEFAULT_IDLE, longest + _IDLE_MARGIN)
    idle = whole_seconds("idle_timeout", given, 1, 4000, source=_ATTRIBUTES)
    known = not Token.is_unresolved(idle) and not Token.is_unresolved(waits)
    if known and idle <= waits:
        raise ValueError(
            f"idle_timeout: expected more than the {waits:g} seconds that CloudFront waits for an "
            f"answer or keeps a connection, got {idle:g}; the load balancer would hang up first"
        )
    return idle
