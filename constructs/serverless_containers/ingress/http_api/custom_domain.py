"""An API's own domain name."""

import re

from aws_cdk import Token
from aws_cdk import aws_apigatewayv2 as apigwv2
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct

from serverless_containers.ingress.certificates import validated_certificate

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_LONGEST_NAME = 253
"""Octets, of which DNS counts two more (RFC 1035, 2.3.4)."""


class CustomDomain(Construct):
    """A regional domain name for an HTTP API, with its certificate and records.

    HTTP APIs accept TLS 1.2 alone, and their certificate is in the API's own region; "Custom domain
    names for HTTP APIs", Amazon API Gateway Developer Guide.

    Args:
        domain_name: The name, such as ``api.example.com``.
        certificate: Its certificate. Default: one is made and validated in ``hosted_zone``; without
            a zone it waits for a record that somebody makes.
        hosted_zone: The Route 53 zone that gets the records. Default: no record is made, and
            ``regional_domain_name`` is what a CNAME elsewhere has to name.

    Raises:
        ValueError: If the name is no host name, or not in the zone.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        domain_name: str,
        certificate: acm.ICertificate | None,
        hosted_zone: route53.IHostedZone | None,
    ) -> None:
        super().__init__(scope, construct_id)
        _check_name(domain_name)
        if hosted_zone is not None:
            _check_in_zone(domain_name, hosted_zone.zone_name)
        self.certificate = certificate or validated_certificate(
            self, "Certificate", names=[domain_name], hosted_zone=hosted_zone
        )
        self.domain_name = apigwv2.DomainName(
            self,
            "DomainName",
            domain_name=domain_name,
            certificate=self.certificate,
            endpoint_type=apigwv2.EndpointType.REGIONAL,
            security_policy=apigwv2.SecurityPolicy.TLS_1_2,
        )
        self.regional_domain_name = self.domain_name.regional_domain_name
        if hosted_zone is not None:
            self._make_records(domain_name, hosted_zone)

    def _make_records(self, domain_name: str, hosted_zone: route53.IHostedZone) -> None:
        target = route53.RecordTarget.from_alias(
            targets.ApiGatewayv2DomainProperties(
                self.domain_name.regional_domain_name, self.domain_name.regional_hosted_zone_id
            )
        )
        # The trailing dot keeps the CDK from appending the zone's name to a token.
        name = f"{domain_name}."
        route53.ARecord(self, "Alias", zone=hosted_zone, record_name=name, target=target)
        route53.AaaaRecord(self, "AliasIpv6", zone=hosted_zone, record_name=name, target=target)


def _check_name(domain_name: str) -> None:
    if Token.is_unresolved(domain_name):
        return
    if len(domain_name) > _LONGEST_NAME or not _HOST_NAME.fullmatch(domain_name):
        raise ValueError(
            f"domain_name: expected a host name such as api.example.com, in lower case and without "
            f"scheme, path and a dot at its end (letters beyond ASCII as xn--), got {domain_name!r}"
        )


def _check_in_zone(domain_name: str, zone_name: str) -> None:
    if Token.is_unresolved(domain_name) or Token.is_unresolved(zone_name):
        return
    zone = zone_name.rstrip(".").lower()
    name = domain_name.rstrip(".").lower()
    if name != zone and not name.endswith(f".{zone}"):
        raise ValueError(
            f"domain_name {domain_name!r} is not in the hosted zone {zone_name!r}; give the zone "
            f"of {name.partition('.')[2] or name}, or a name that ends in .{zone}"
        )
