"""A bucket for an access log."""

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Validations
from aws_cdk import aws_s3 as s3
from constructs import Construct


def make_log_bucket(
    scope: Construct,
    *,
    ownership: s3.ObjectOwnership,
    expiration: Duration,
    removal_policy: RemovalPolicy,
) -> s3.Bucket:
    """Make a bucket that nothing but TLS reaches, and that nobody outside reads.

    S3's own key encrypts it: the log of a load balancer can be written with no other ("Enable
    access logs for your Application Load Balancer", Elastic Load Balancing documentation).

    Args:
        scope: The construct above it; its id there is ``AccessLogs``.
        ownership: Whose the objects are, and whether there are ACLs.
        expiration: The time for which lines are kept, in whole days.
        removal_policy: The removal policy of it when the stack is deleted; CloudFormation deletes
            it only when it is empty.
    """
    bucket = s3.Bucket(
        scope,
        "AccessLogs",
        object_ownership=ownership,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        lifecycle_rules=[
            s3.LifecycleRule(
                expiration=expiration, abort_incomplete_multipart_upload_after=Duration.days(1)
            )
        ],
        removal_policy=removal_policy,
    )
    Validations.of(bucket).acknowledge(
        Acknowledgment(
            id="AwsSolutions-S1",
            reason="It holds an access log itself; a log of its reading would need a bucket too.",
        )
    )
    return bucket
