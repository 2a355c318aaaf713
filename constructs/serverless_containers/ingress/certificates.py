"""Certificates that are validated by a DNS record."""

from collections.abc import Sequence

from aws_cdk import Annotations
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from constructs import Construct


def validated_certificate(
    scope: Construct,
    construct_id: str,
    *,
    names: Sequence[str],
    hosted_zone: route53.IHostedZone | None,
) -> acm.Certificate:
    """Make a certificate that ACM issues once a record shows whose the names are.

    Args:
        scope: The construct above it.
        construct_id: Its id there.
        names: The names, of which the first has at most 64 octets.
        hosted_zone: The Route 53 zone for the record. None: CloudFormation waits until somebody has
            made it, for 72 hours at most ("DNS validation", AWS Certificate Manager User Guide).
    """
    first, *others = names
    if hosted_zone is None:
        Annotations.of(scope).add_warning_v2(
            "serverless-containers:certificate-waits",
            f"without hosted_zone the certificate of {first} waits until its validation "
            "record exists, for 72 hours at most; the stack's events name the record",
        )
    return acm.Certificate(
        scope,
        construct_id,
        domain_name=first,
        subject_alternative_names=others or None,
        validation=acm.CertificateValidation.from_dns(hosted_zone),
    )
