"""The records that lead a site's names to its distribution."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aws_cdk import Token
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct

from serverless_containers.ingress.cloudfront.domain_name import DomainNames, parse_domain_names


class RecordToCreate(NamedTuple):
    """A record for a zone that is kept elsewhere.

    Attributes:
        type: ``CNAME``, or ``ALIAS or ANAME`` where DNS allows no CNAME.
        target: The name that it points at.
    """

    type: str
    target: str


class SiteRecords(Construct):
    """Alias records, for IPv4 and IPv6, of each name of a site.

    Args:
        domain: The names.
        hosted_zone: The public zone that gets the records.
        distribution: The distribution that they lead to.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        domain: DomainNames,
        hosted_zone: route53.IHostedZone,
        distribution: cloudfront.IDistribution,
    ) -> None:
        super().__init__(scope, construct_id)
        target = route53.RecordTarget.from_alias(targets.CloudFrontTarget(distribution))
        for index, name in enumerate(domain.names):
            # By name, so that another order of the names replaces no record.
            place = Construct(self, f"Name{index}" if Token.is_unresolved(name) else name)
            # The trailing dot keeps the CDK from appending the zone's name to a token.
            route53.ARecord(place, "Ipv4", zone=hosted_zone, record_name=f"{name}.", target=target)
            route53.AaaaRecord(
                place, "Ipv6", zone=hosted_zone, record_name=f"{name}.", target=target
            )


def zone_name_of(hosted_zone: route53.IHostedZone) -> str:
    """The name of a zone.

    Raises:
        ValueError: If the zone was imported by its id alone.
    """
    try:
        return hosted_zone.zone_name
    except RuntimeError:
        raise ValueError(
            f"hosted zone {hosted_zone.node.path!r} has no name; import it with "
            "HostedZone.from_hosted_zone_attributes, which takes id and name"
        ) from None


def records_to_create(domain: DomainNames, target: str) -> Mapping[str, RecordToCreate]:
    """The records that lead the names to the distribution, where no zone of Route 53 is given.

    Args:
        domain: The names.
        target: The distribution's domain name.
    """
    return {
        name: RecordToCreate("ALIAS or ANAME" if domain.is_apex(name) else "CNAME", target)
        for name in domain.names
    }


def site_domain(
    names: str | Sequence[str] | None, hosted_zone: route53.IHostedZone | None
) -> DomainNames | None:
    """The names of a site, read and held against their zone.

    Args:
        names: The names, or None if it has none of its own.
        hosted_zone: The zone, if there is one.

    Raises:
        ValueError: If there is a zone and no name, or a name is none, or not in the zone.
    """
    if names is None:
        if hosted_zone is not None:
            raise ValueError("a hosted_zone is given, and no domain_names; give them too")
        return None
    return parse_domain_names(
        names, zone_name=zone_name_of(hosted_zone) if hosted_zone is not None else None
    )
