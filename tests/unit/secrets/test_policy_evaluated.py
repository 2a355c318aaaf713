"""Who may read a secret: the policies of a template, evaluated."""

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template

from serverless_containers import ContainerApi, SecretsFromFiles
from tests.support.iam import Policies

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/dev/DB_PASSWORD-AbCdEf"
READ = "secretsmanager:GetSecretValue"
WRITE = ("secretsmanager:PutSecretValue", "secretsmanager:DescribeSecret")


class Account:
    """A service with a secret, another service, and an administrator, all with wide policies."""

    def __init__(self, source, other):
        self.stack = Stack(App(), "Test")
        self.api = ContainerApi(self.stack, "Api", source=source, environment_name="dev")
        self.other = ContainerApi(self.stack, "Other", source=other, environment_name="dev")
        self.admin = iam.Role(
            self.stack, "Admin", assumed_by=iam.AccountRootPrincipal(),
            role_name="Administrator",
        )  # fmt: skip
        for role in (
            self.admin, self.other.task_definition.task_role,
            self.other.task_definition.obtain_execution_role(),
        ):  # fmt: skip
            iam.Policy(
                role, "Wide", roles=[role],
                statements=[
                    iam.PolicyStatement(actions=["secretsmanager:*"], resources=["*"])
                ],
            )  # fmt: skip
        template = Template.from_stack(self.stack)
        self.policies = Policies.of(template)
        self._resources = template.to_json()["Resources"]

    def arn(self, role):
        name = self.stack.get_logical_id(role.node.default_child)
        return self.policies._stand_ins.arn(name)

    def allows(self, role, action, **options):
        return self.policies.allows(
            self.arn(role), action, SECRET,
            resource_policy=self.policies.resource_policy("shop/dev/DB_PASSWORD"), **options,
        )  # fmt: skip


@pytest.fixture
def account(source, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "compose.yaml").write_text("services: {web: {image: nginx, ports: ['80']}}")
    return Account(source, other)


def test_the_service_reads_its_own_secret(account):
    role = account.api.task_definition.execution_role
    assert account.allows(role, READ)
    assert not account.allows(role, "secretsmanager:PutSecretValue")
    assert not account.allows(role, "secretsmanager:DeleteSecret")


def test_the_application_itself_does_not(account):
    assert not account.allows(account.api.task_definition.task_role, READ)


def test_another_service_does_not_whatever_its_policies_say(account):
    definition = account.other.task_definition
    assert not account.allows(definition.execution_role, READ)
    assert not account.allows(definition.task_role, READ)
    # It is the secret's own policy that says so.
    assert account.policies.allows(account.arn(definition.task_role), READ, SECRET)


def test_who_administers_and_pushes_is_not_locked_out(account):
    for action in (READ, *WRITE, "secretsmanager:DeleteResourcePolicy"):
        assert account.allows(account.admin, action), action


def test_nobody_uses_an_open_connection(account):
    for role in (account.admin, account.api.task_definition.execution_role):
        assert not account.allows(role, READ, context={"aws:SecureTransport": False})


def test_another_secret_is_out_of_reach(account):
    role = account.arn(account.api.task_definition.execution_role)
    for name in ("shop/prod/DB_PASSWORD", "shop/dev/DB_PASSWORD_OLD", "shop/dev/OTHER"):
        other = f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-AbCdEf"
        assert not account.policies.allows(role, READ, other), name


def test_the_parameter_and_the_external_secret_are_within_reach(account):
    role = account.arn(account.api.task_definition.execution_role)
    parameter = "arn:aws:ssm:us-east-1:123456789012:parameter/shop/dev/API_KEY"
    assert account.policies.allows(role, "ssm:GetParameters", parameter)
    assert not account.policies.allows(role, "ssm:PutParameter", parameter)
    assert not account.policies.allows(role, "ssm:GetParameters", parameter + "2")
    external = "arn:aws:secretsmanager:us-east-1:123456789012:secret:vendor/license-AbCdEf"
    assert account.policies.allows(role, READ, external)


KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize("where", ["imported", "another stack"])
@pytest.mark.parametrize(
    ("store", "service"), [("secrets-manager", "secretsmanager"), ("parameter-store", "ssm")]
)
def test_ecs_decrypts_through_the_store_and_no_other_way(project, where, store, service):
    source = project.compose(
        "services: {web: {image: nginx, ports: ['80'], secrets: [A]}}\n"
        f"secrets: {{A: {{file: ../.secret-a, x-serverless-containers: {{store: {store}}}}}}}\n"
    )
    app = App()
    stack, other = Stack(app, "Test"), Stack(app, "Keys")
    key = kms.Key.from_key_arn(stack, "Key", KEY) if where == "imported" else kms.Key(other, "Key")
    kept = SecretsFromFiles(stack, "Secrets", source=source, encryption_key=key)
    ContainerApi(stack, "Api", source=source, secrets=kept)
    others = Policies.of(Template.from_stack(other))
    policies = Policies.of(Template.from_stack(stack), others=[others])
    arn = KEY if where == "imported" else others.arn("AWS::KMS::Key")
    role = policies.referred("AWS::ECS::TaskDefinition", "ExecutionRoleArn")
    task = policies.referred("AWS::ECS::TaskDefinition", "TaskRoleArn")
    via = {"kms:ViaService": f"{service}.us-east-1.amazonaws.com"}
    account = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }

    def allows(who, action="kms:Decrypt", context=via):
        return policies.allows(who, action, arn, context=context, resource_policy=account)

    assert allows(role)
    assert not allows(role, context={"kms:ViaService": "s3.us-east-1.amazonaws.com"})
    assert not allows(role, context={})
    assert not allows(role, action="kms:Encrypt")
    assert not allows(task)
