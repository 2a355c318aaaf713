"""The access log of a distribution."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3
from aws_cdk.region_info import RegionInfo
from constructs import Construct

from serverless_containers.ingress.log_bucket import log_bucket


def make_log_bucket(
    scope: Construct, *, expiration: Duration, removal_policy: RemovalPolicy
) -> s3.Bucket:
    """A bucket for CloudFront's standard logs.

    CloudFront writes them as another account, which it adds to the bucket's ACL, so that ACLs are
    on; nothing about them is public. It writes to no bucket in a region that an
    account has to opt in to ("Configure standard logging (legacy)", Amazon CloudFront Developer
    Guide).

    Raises:
        ValueError: If the stack is in such a region.
    """
    region = Stack.of(scope).region
    if RegionInfo.get(region).is_opt_in_region:
        raise ValueError(
            f"CloudFront writes no access logs to a bucket in {region}, a region to opt in to; "
            "give access_log_bucket, one with ACLs in a region such as us-east-1, or set "
            "access_logs=False"
        )
    return log_bucket(
        scope,
        ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
        expiration=expiration,
        removal_policy=removal_policy,
    )
