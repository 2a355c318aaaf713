"""Route 53 zones by what the configuration says of them."""

from aws_cdk import aws_route53 as route53
from constructs import Construct

from stacks.environments import Domain


def zone_of(scope: Construct, domain: Domain | None) -> route53.IHostedZone | None:
    """The zone of a domain, without a lookup; None where its records are kept elsewhere."""
    if domain is None or domain.hosted_zone_id is None or domain.hosted_zone_name is None:
        return None
    return route53.HostedZone.from_hosted_zone_attributes(
        scope,
        "Zone",
        hosted_zone_id=domain.hosted_zone_id,
        zone_name=domain.hosted_zone_name,
    )
