"""Certificates and the web ACL of a site, in us-east-1 and beside its load balancer."""

import hashlib
import json

from aws_cdk import CfnDeletionPolicy, Stack, Token
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from constructs import Construct

from serverless_containers.ingress.certificates import validated_certificate
from serverless_containers.ingress.cloudfront.domain_name import DomainNames
from serverless_containers.ingress.cloudfront.firewall import Firewall, WebAcl
from serverless_containers.ingress.cloudfront.support_stack import EDGE_REGION, EdgeScope, refer
from serverless_containers.monitoring.certificates import certificate_alarm
from serverless_containers.monitoring.notify import notify
from serverless_containers.monitoring.options import Monitoring


class Edge(Construct):
    """The certificates of a site's domain, and the web ACL before it.

    CloudFront takes both from us-east-1; the load balancer's certificate is in the region of the
    stack. In us-east-1 one certificate serves both. Elsewhere what is missing is made in a support
    stack; see `EdgeScope`.

    A certificate is validated through a record in ``hosted_zone``. Without a zone CloudFormation
    waits until somebody has created the record, for 72 hours at most; the stack's events name it
    ("DNS validation", AWS Certificate Manager User Guide). The record is the same for both
    certificates.

    Another certificate because the names changed is in another support stack, and the earlier one
    is left behind unused: the distribution still has its certificate at that moment, and a rollback
    wants it back. So is the web ACL when the firewall is taken away. Delete such a stack once the
    site is what it should be.

    Args:
        domain: The site's names. None makes no certificate.
        hosted_zone: The zone in which certificates are validated.
        certificate: CloudFront's certificate, of us-east-1. Default: one is made.
        load_balancer_certificate: The load balancer's, of the stack's region. Default: one is made.
        firewall: The rules of the web ACL, or the ARN of one that exists. None has no web ACL.

    Attributes:
        certificate: CloudFront's certificate, if there is a domain.
        load_balancer_certificate: The load balancer's, if there is a domain.
        hosted_zone: The zone, as this stack can name it.
        web_acl: The web ACL, if one was made.
        web_acl_arn: Its ARN, or the one that was given.
        support_stacks: The stacks in us-east-1, if it took any.

    Raises:
        ValueError: If a certificate or web ACL is of the wrong region or has no domain, the stack's
            region is not known and something has to be made in us-east-1, or the zone cannot be
            referred to from there.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        domain: DomainNames | None,
        hosted_zone: route53.IHostedZone | None = None,
        certificate: acm.ICertificate | None = None,
        load_balancer_certificate: acm.ICertificate | None = None,
        firewall: Firewall | str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._region = Stack.of(self).region
        self._place = EdgeScope(self)
        self._made_in_edge: tuple[Construct, acm.ICertificate] | None = None
        self.hosted_zone = self._here(hosted_zone)
        self.certificate: acm.ICertificate | None = None
        self.load_balancer_certificate: acm.ICertificate | None = None
        if domain is not None:
            _check_region("certificate", certificate, EDGE_REGION, "CloudFront's")
            _check_region(
                "load_balancer_certificate", load_balancer_certificate, self._region,
                "the load balancer's",
            )  # fmt: skip
            if self._region == EDGE_REGION:
                certificate = certificate or load_balancer_certificate
            self.certificate = (
                self._bring(certificate)
                if certificate
                else self._make_viewer_certificate(domain, hosted_zone)
            )
            if self._region == EDGE_REGION:
                load_balancer_certificate = load_balancer_certificate or self.certificate
            self.load_balancer_certificate = load_balancer_certificate or validated_certificate(
                self,
                "LoadBalancerCertificate",
                names=domain.certificate_names(),
                hosted_zone=self.hosted_zone,
            )
        elif certificate or load_balancer_certificate:
            raise ValueError("a certificate is given, and no domain names; give them too")
        self._has_certificate_of_its_own = not (
            self.certificate is None or self.certificate is self.load_balancer_certificate
        )
        self.web_acl: WebAcl | None = None
        self.web_acl_arn = self._guard(firewall) if firewall is not None else None
        self.support_stacks = self._place.support_stacks

    def watch_certificate(self, options: Monitoring, *, of: str) -> None:
        """Make the alarm of CloudFront's certificate, where it is not the load balancer's, too.

        It is in us-east-1 as the certificate is, out of reach for alarms and topics of the site's
        region, and so notifies by itself, a topic there.

        Args:
            options: The options.
            of: The name of the service.
        """
        if not self._has_certificate_of_its_own or self.certificate is None:
            return
        if self._made_in_edge is not None:
            place, certificate = self._made_in_edge
        elif self._region == EDGE_REGION:
            place, certificate = self, self.certificate
        else:
            # One that was given is watched by whoever made it: a stack for the alarm alone would
            # be made, and with it what only deploys where that region is bootstrapped.
            return
        topic = options.topic if self._region == EDGE_REGION else options.edge_topic
        notify(certificate_alarm(place, certificate, options=options, of=of), topic)

    def _make_viewer_certificate(
        self, domain: DomainNames, hosted_zone: route53.IHostedZone | None
    ) -> acm.ICertificate:
        digest = self._digest(domain, hosted_zone)
        place = self._place.need("CloudFront's certificate", instead="the certificate", kind=digest)
        if hosted_zone is not None:
            hosted_zone = self._reachable(hosted_zone, place)
        made = validated_certificate(
            place, "Certificate", names=domain.certificate_names(), hosted_zone=hosted_zone
        )
        if place is self:
            return made
        self._made_in_edge = (place, made)
        resource = made.node.default_child
        if isinstance(resource, acm.CfnCertificate):
            resource.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN
            resource.cfn_options.deletion_policy = CfnDeletionPolicy.DELETE
        arn = self._place.value(
            made.certificate_arn,
            of=place,
            # A name that changes with the certificate: nothing else tells the distribution's stack
            # where somebody has made a support stack for all of them.
            name=f"CertificateArn{digest}",
        )
        return acm.Certificate.from_certificate_arn(self, "Certificate", arn)

    def _reachable(self, zone: route53.IHostedZone, place: Construct) -> route53.IHostedZone:
        """The zone, as the certificate in us-east-1 can name it."""
        if place is self or not Token.is_unresolved(zone.hosted_zone_id):
            return zone
        if Stack.of(zone) is Stack.of(self):
            raise ValueError(
                f"hosted zone {zone.node.path!r} is known to the stack of the site alone, and the "
                f"certificate in {EDGE_REGION} is made before that; make the zone in a stack of "
                "its own, give its literal id, or give the certificate"
            )
        zone_id = refer(
            zone.hosted_zone_id, producer=zone, name="IdForOtherRegions", consumer=place
        )
        return route53.HostedZone.from_hosted_zone_id(place, "HostedZone", zone_id)

    def _here(self, zone: route53.IHostedZone | None) -> route53.IHostedZone | None:
        """The zone, as the stack of the site can name it."""
        if zone is None:
            return None
        theirs, ours = Stack.of(zone).account, Stack.of(self).account
        if theirs != ours and not Token.is_unresolved([theirs, ours]):
            raise ValueError(
                f"hosted zone {zone.node.path!r} is in the account {theirs}, and the site in "
                f"{ours}: CloudFormation makes no records in another account; give the "
                "certificates, and no zone, and make the records there"
            )
        zone_id = refer(zone.hosted_zone_id, producer=zone, name="IdForOtherRegions", consumer=self)
        if zone_id == zone.hosted_zone_id:
            return zone
        return route53.HostedZone.from_hosted_zone_attributes(
            self, "HostedZone", hosted_zone_id=zone_id, zone_name=zone.zone_name
        )

    def _bring(self, certificate: acm.ICertificate) -> acm.ICertificate:
        """A certificate that was given, from whatever stack."""
        arn = refer(
            certificate.certificate_arn,
            producer=certificate,
            name="ArnForOtherRegions",
            consumer=self,
        )
        if arn == certificate.certificate_arn:
            return certificate
        return acm.Certificate.from_certificate_arn(self, "Certificate", arn)

    def _guard(self, firewall: Firewall | str) -> str:
        if isinstance(firewall, str):
            _check_web_acl(firewall)
            return firewall
        place = self._place.need("a web ACL for CloudFront", instead="the ARN of a web ACL")
        self.web_acl = WebAcl(place, "Firewall", firewall=firewall)
        return self._place.value(self.web_acl.arn, of=place, name="WebAclArn")

    def _digest(self, domain: DomainNames, hosted_zone: route53.IHostedZone | None) -> str:
        parts = [*domain.certificate_names(), hosted_zone.hosted_zone_id if hosted_zone else None]
        if hosted_zone and Token.is_unresolved(hosted_zone.hosted_zone_id):
            # In another stack another zone may have the same id in the template.
            parts.append(hosted_zone.node.path)
        text = json.dumps(Stack.of(self).resolve(parts), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def _check_region(what: str, certificate: acm.ICertificate | None, wanted: str, whose: str) -> None:
    if certificate is None:
        return
    region = _region_of(certificate)
    if region is None or Token.is_unresolved(wanted) or region == wanted:
        return
    raise ValueError(
        f"{what} is in {region}, and {whose} has to be in {wanted}; give one of {wanted}, or none "
        "to have one made"
    )


def _region_of(certificate: acm.ICertificate) -> str | None:
    """The region of a certificate, as far as it is known."""
    arn = certificate.certificate_arn
    if not Token.is_unresolved(arn):
        return arn.split(":")[3] if arn.count(":") >= 5 else None
    # An imported one says that it is in the region of the stack that imports it.
    made = isinstance(certificate.node.default_child, acm.CfnCertificate)
    region = Stack.of(certificate).region
    return region if made and not Token.is_unresolved(region) else None


def _check_web_acl(arn: str) -> None:
    if Token.is_unresolved(arn) or (
        arn.startswith("arn:aws:wafv2:us-east-1:") and ":global/webacl/" in arn
    ):
        return
    raise ValueError(
        f"firewall {arn!r} is no web ACL for CloudFront; give an ARN such as "
        "'arn:aws:wafv2:us-east-1:123456789012:global/webacl/NAME/ID', or a Firewall"
    )
