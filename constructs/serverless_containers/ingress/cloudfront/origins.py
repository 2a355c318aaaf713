"""Origins of a distribution: a load balancer on the internet, or one reached by a VPC origin."""

from collections.abc import Sequence

from aws_cdk import Duration, Names, Stack, Token
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct, IDependable

from serverless_containers.ingress.load_balancer.load_balancer import SHARE_HINT
from serverless_containers.ingress.untagged import keep_untagged

_LONGEST = 120
"""Seconds of either timeout without a raised quota; "Quotas", Amazon CloudFront Developer Guide."""


def load_balancer_origin(
    scope: Construct,
    load_balancer: elbv2.IApplicationLoadBalancer,
    *,
    server_name: str | None,
    header: tuple[str, str] | None = None,
    vpc: bool = False,
    read_timeout: Duration | None = None,
    keepalive_timeout: Duration | None = None,
    connection_attempts: int | None = None,
    ready: Sequence[IDependable] = (),
) -> cloudfront.IOrigin:
    """Make a load balancer the origin of a distribution of the same stack.

    With a server name CloudFront speaks HTTPS, and TLS 1.2 at least, to port 443. The certificate
    there has to cover the name in the ``Host`` header, which therefore has to be forwarded
    ("Requiring HTTPS between CloudFront and your custom origin", Amazon CloudFront Developer
    Guide). Without one it speaks HTTP to port 80: nobody issues a certificate for the load
    balancer's own name.

    A VPC origin cannot be changed while a distribution uses it; one that is to speak another
    protocol therefore is another resource.

    Args:
        scope: The construct above a VPC origin, which is ``VpcOriginHttps`` or ``VpcOriginHttp``.
        load_balancer: The load balancer; an internal one for a VPC origin, else a public one.
        server_name: The site's main name, for which the load balancer has a certificate.
        header: A header that CloudFront adds to each request. The value should be a reference to
            a secret.
        vpc: Whether CloudFront reaches into the VPC instead of coming from outside.
        read_timeout: The time for which CloudFront waits for an answer and between its packets; 1
            to 120 seconds. Default: 30 seconds.
        keepalive_timeout: The time for which it keeps an idle connection; 1 to 120 seconds.
            Default: 5 seconds.
        connection_attempts: The number of attempts to connect, 1 to 3. Default: 3.
        ready: The constructs that have to exist before a VPC origin.

    Raises:
        ValueError: If a value is out of its range.
    """
    check_timeouts(read_timeout, keepalive_timeout)
    read_timeout, keepalive_timeout = _known(read_timeout), _known(keepalive_timeout)
    if (
        connection_attempts is not None
        and not Token.is_unresolved(connection_attempts)
        and not 1 <= connection_attempts <= 3
    ):
        raise ValueError(f"connection_attempts is {connection_attempts}; allowed are 1 to 3")
    protocol = (
        cloudfront.OriginProtocolPolicy.HTTPS_ONLY
        if server_name
        else cloudfront.OriginProtocolPolicy.HTTP_ONLY
    )
    headers = dict([header]) if header else None
    if not vpc:
        return origins.HttpOrigin(
            load_balancer.load_balancer_dns_name,
            protocol_policy=protocol,
            origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
            custom_headers=headers,
            read_timeout=read_timeout,
            keepalive_timeout=keepalive_timeout,
            connection_attempts=connection_attempts,
        )
    kind = "Https" if server_name else "Http"
    # Stacks of one name may be in several regions, and VPC origins all are in one place.
    name = Names.unique_resource_name(scope, max_length=40, separator="-")
    vpc_origin = cloudfront.VpcOrigin(
        scope,
        f"VpcOrigin{kind}",
        endpoint=cloudfront.VpcOriginEndpoint.application_load_balancer(load_balancer),
        vpc_origin_name=f"{name}-{kind.lower()}-{Stack.of(scope).region}",
        protocol_policy=protocol,
        origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
    )
    vpc_origin.node.add_dependency(*ready)
    keep_untagged(vpc_origin)
    return origins.VpcOrigin.with_vpc_origin(
        vpc_origin,
        domain_name=server_name,
        custom_headers=headers,
        read_timeout=read_timeout,
        keepalive_timeout=keepalive_timeout,
        connection_attempts=connection_attempts,
    )


def check_timeouts(read: Duration | None, keepalive: Duration | None) -> None:
    """Hold the times that CloudFront waits to what it takes.

    Raises:
        ValueError: If one is out of its range, as far as it is known.
    """
    _check_seconds("read_timeout", read)
    _check_seconds("keepalive_timeout", keepalive)


def set_unknown_timeouts(
    distribution: cloudfront.Distribution,
    *,
    read: Duration | None,
    keepalive: Duration | None,
    vpc: bool,
) -> None:
    """Set times that are known only at deployment on the resource.

    The CDK compares a token as the number that it stands in, and refuses it.

    Args:
        distribution: The distribution, whose only origin it is.
        read: The time for which CloudFront waits for an answer.
        keepalive: The time for which it keeps an idle connection.
        vpc: Whether it is a VPC origin.
    """
    resource = distribution.node.default_child
    place = f"DistributionConfig.Origins.0.{'Vpc' if vpc else 'Custom'}OriginConfig"
    for name, value in (("OriginReadTimeout", read), ("OriginKeepaliveTimeout", keepalive)):
        unknown = value is not None and value.is_unresolved()
        if value is not None and unknown and isinstance(resource, cloudfront.CfnDistribution):
            resource.add_property_override(f"{place}.{name}", value.to_seconds())


def longest_wait(read: Duration | None, keepalive: Duration | None) -> Duration:
    """The longer of the times for which CloudFront keeps a connection; unknown if one is.

    Args:
        read: The time for which it waits for an answer. None: 30 seconds.
        keepalive: The time for which it keeps an idle connection. None: less than that.
    """
    given = [each for each in (read or Duration.seconds(30), keepalive) if each is not None]
    unknown = [each for each in given if each.is_unresolved()]
    return unknown[0] if unknown else max(given, key=lambda each: each.to_seconds())


def _known(value: Duration | None) -> Duration | None:
    return None if value is None or value.is_unresolved() else value


def _check_seconds(what: str, value: Duration | None) -> None:
    if value is None or value.is_unresolved():
        return
    seconds = value.to_milliseconds() / 1000
    if not (seconds.is_integer() and 1 <= seconds <= _LONGEST):
        raise ValueError(
            f"{what} is {value.to_human_string()}; allowed are 1 to {_LONGEST} whole seconds"
        )


def check_gateway(vpc: ec2.IVpc) -> None:
    """Refuse a VPC that CloudFront makes no VPC origin in, as far as it is known.

    Raises:
        ValueError: If it has no internet gateway.
    """
    if isinstance(vpc, ec2.Vpc) and vpc.internet_gateway_id is None:
        raise ValueError(
            "a VPC origin takes an internet gateway at the VPC, even though nothing passes through "
            "it (Restrict access with VPC origins, Amazon CloudFront Developer Guide); give the "
            f"VPC one, for instance with a public subnet{SHARE_HINT}"
        )


def gateway_attachment(vpc: ec2.IVpc) -> list[IDependable]:
    """Return the attachment of a VPC's internet gateway, if both are made in this app."""
    attachment = vpc.node.try_find_child("VPCGW")
    return [] if attachment is None else [attachment]
