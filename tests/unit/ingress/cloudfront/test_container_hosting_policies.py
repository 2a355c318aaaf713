"""What the roles of a site may do, as the policies of its template decide."""

import pytest

from serverless_containers import BuildPipeline, Rollout, SignIn
from tests.support.iam import Policies
from tests.unit.workload.sites import ACCOUNT, NAMED, host_in

PLACE = f"eu-west-1:{ACCOUNT}"
BALANCER = f"arn:aws:elasticloadbalancing:{PLACE}"
FORBIDDEN = [
    ("cloudfront:UpdateDistribution", f"arn:aws:cloudfront::{ACCOUNT}:distribution/ABC"),
    ("cognito-idp:AdminCreateUser", f"arn:aws:cognito-idp:{PLACE}:userpool/eu-west-1_abc"),
    ("cognito-idp:DescribeUserPoolClient", f"arn:aws:cognito-idp:{PLACE}:userpool/eu-west-1_abc"),
    ("ec2:AuthorizeSecurityGroupIngress", f"arn:aws:ec2:{PLACE}:security-group/sg-1"),
    ("elasticloadbalancing:ModifyRule", f"{BALANCER}:listener-rule/app/a/b/c/d"),
    ("s3:GetObject", "arn:aws:s3:::logs/cloudfront/1"),
    ("s3:PutObject", "arn:aws:s3:::logs/cloudfront/1"),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{PLACE}:secret:any-AbCdEf"),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/any"),
    ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/any"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    (folder / "web").mkdir()
    (folder / "web/Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    return host_in(
        folder,
        "services: {web: {build: web, ports: ['80']}}",
        images=BuildPipeline.managed(),
        sign_in=SignIn.cognito(),
        **NAMED,
    )


@pytest.fixture(scope="module")
def policies(site):
    return Policies.of(site.template, region="eu-west-1")


def roles(policies):
    return [
        policies.referred("AWS::ECS::TaskDefinition", key)
        for key in ("TaskRoleArn", "ExecutionRoleArn")
    ]


@pytest.mark.parametrize(("action", "resource"), FORBIDDEN)
def test_no_role_of_the_task_reaches_the_ingress(policies, action, resource):
    for role in roles(policies):
        assert not policies.allows(role, action, resource)


def test_the_execution_role_pulls_and_logs(policies, site):
    task, execution = roles(policies)
    repository = policies.arn("AWS::ECR::Repository")
    (group,) = [
        name for name in site.template.find_resources("AWS::Logs::LogGroup") if "Logsweb" in name
    ]
    stream = f"arn:aws:logs:{PLACE}:log-group:{group}:*"
    for action, resource in (("ecr:BatchGetImage", repository), ("logs:PutLogEvents", stream)):
        assert policies.allows(execution, action, resource)
        assert not policies.allows(task, action, resource)


def test_only_the_logs_of_this_account_are_written_beside_the_distributions(site):
    (policy,) = [
        each["PolicyDocument"]["Statement"]
        for each in site.resources("AWS::S3::BucketPolicy")
        if "AWSLogs" in str(each)
    ]
    (delivery,) = [each for each in policy if each["Effect"] == "Allow"]
    assert delivery["Action"] == "s3:PutObject"
    assert delivery["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert f"/AWSLogs/{ACCOUNT}/*" in str(delivery["Resource"])


def test_only_ecs_shifts_traffic(tmp_path):
    site = host_in(tmp_path, rollout=Rollout.canary())
    roles_of = [
        each
        for each in site.resources("AWS::IAM::Role")
        if "AmazonECSInfrastructureRolePolicyForLoadBalancers" in str(each)
    ]
    (role,) = roles_of
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "ecs.amazonaws.com"}
    assert site.statements("ShiftRole") == []
