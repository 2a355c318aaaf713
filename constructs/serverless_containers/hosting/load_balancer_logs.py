"""The access log of a load balancer."""

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Stack, Validations
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

_DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com"
"""Writes the logs in every region; the accounts of single regions are the older way ("Enable access
logs for your Application Load Balancer", Elastic Load Balancing documentation)."""


def log_access(
    scope: Construct,
    load_balancer: elbv2.ApplicationLoadBalancer,
    *,
    expiration: Duration,
    removal_policy: RemovalPolicy,
) -> s3.Bucket:
    """Make a bucket, and a load balancer write its access log there.

    The CDK's own way looks the region's account up when it synthesises, and so needs a region.

    Args:
        scope: Where the bucket is made.
        load_balancer: What writes to it.
        expiration: How long lines are kept, in whole days.
        removal_policy: What becomes of the bucket when the stack is deleted; CloudFormation deletes
            it only when it is empty.
    """
    bucket = s3.Bucket(
        scope,
        "AccessLogs",
        # Logs can be written with no other key ("Enable access logs", as above).
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
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
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            sid="AccessLogsOfThisAccount",
            principals=[iam.ServicePrincipal(_DELIVERY)],
            actions=["s3:PutObject"],
            # Load balancers of other accounts write below their own number.
            resources=[bucket.arn_for_objects(f"AWSLogs/{Stack.of(scope).account}/*")],
        )
    )
    load_balancer.set_attribute("access_logs.s3.enabled", "true")
    load_balancer.set_attribute("access_logs.s3.bucket", bucket.bucket_name)
    # It writes a test file when the attributes are set.
    if bucket.policy is not None:
        load_balancer.node.add_dependency(bucket.policy)
    return bucket
