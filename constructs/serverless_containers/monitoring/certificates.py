"""Alarms of certificates that nobody has renewed."""

from aws_cdk import Duration
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from serverless_containers.monitoring.alarm import Watch, make_alarm
from serverless_containers.monitoring.kinds import AlarmKind
from serverless_containers.monitoring.options import Monitoring


def certificate_alarm(
    scope: Construct,
    certificate: acm.ICertificate,
    *,
    options: Monitoring,
    of: str,
    suffix: str = "",
) -> cloudwatch.Alarm:
    """Make the alarm of a certificate that expires soon, in the certificate's region.

    ACM tells the days once a day at least, and nothing once the certificate has expired
    ("Supported CloudWatch metrics", AWS Certificate Manager User Guide).

    Args:
        scope: The construct above it.
        certificate: The certificate.
        options: The options.
        of: The name of the service.
        suffix: The end of its construct id, where there are several.
    """
    days = options.certificate_days
    return make_alarm(
        scope,
        AlarmKind.CERTIFICATE_EXPIRY,
        Watch(
            metric=cloudwatch.Metric(
                namespace="AWS/CertificateManager",
                metric_name="DaysToExpiry",
                dimensions_map={"CertificateArn": certificate.certificate_arn},
                statistic=cloudwatch.Stats.MINIMUM,
                period=Duration.days(1),
            ),
            threshold=days,
            operator=cloudwatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
            # What has expired tells nothing any more, and stays as bad as it was.
            missing=cloudwatch.TreatMissingData.IGNORE,
        ),
        options=options,
        of=of,
        suffix=suffix,
        detail=f"{days} days or less",
    )
