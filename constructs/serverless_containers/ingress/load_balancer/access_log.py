"""The access log of a load balancer."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_containers.ingress.log_bucket import log_bucket

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

    The CDK's own way looks the region's account up when it synthesises, and so needs a region. Only
    load balancers of this account may write there, by the path: the policy of "Enable access logs
    for your Application Load Balancer", Elastic Load Balancing documentation, has no condition, and
    reports differ on whether a request to write carries aws:SourceArn at all.

    Args:
        scope: Where the bucket is made.
        load_balancer: What writes to it.
        expiration: How long lines are kept, in whole days.
        removal_policy: What becomes of the bucket when the stack is deleted; CloudFormation deletes
            it only when it is empty.
    """
    bucket = log_bucket(
        scope,
        ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        expiration=expiration,
        removal_policy=removal_policy,
    )
    stack = Stack.of(scope)
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            sid="AccessLogsOfThisAccount",
            principals=[iam.ServicePrincipal(_DELIVERY)],
            actions=["s3:PutObject"],
            # Load balancers of other accounts write below their own number.
            resources=[bucket.arn_for_objects(f"AWSLogs/{stack.account}/*")],
        )
    )
    load_balancer.set_attribute("access_logs.s3.enabled", "true")
    load_balancer.set_attribute("access_logs.s3.bucket", bucket.bucket_name)
    # It writes a test file when the attributes are set.
    if bucket.policy is not None:
        load_balancer.node.add_dependency(bucket.policy)
    return bucket
