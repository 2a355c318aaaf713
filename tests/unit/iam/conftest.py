from textwrap import dedent

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from tests.support.iam import Policies

ENVIRONMENT = Environment(account="123456789012", region="us-east-1")
NGINX = "services: {web: {image: 'nginx:1.29', ports: ['80']}}"


class Roles:
    """A stack with a role that is granted something, and the resources that are."""

    def __init__(self):
        self.app = App()
        self.stack = Stack(self.app, "Test", env=ENVIRONMENT)
        self.role = self.new_role("Role")
        self._template = None

    def new_role(self, name):
        return iam.Role(
            self.stack,
            name,
            role_name=name,
            assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"),
        )

    def other_stack(self):
        return Stack(self.app, "Other", env=ENVIRONMENT)

    def table(self, name="posts", *, make=dynamodb.Table, stack=None, **props):
        return make(
            stack or self.stack,
            f"Table-{name}",
            table_name=name,
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            **props,
        )

    def bucket(self, name="photos", *, stack=None, **props):
        return s3.Bucket(stack or self.stack, f"Bucket-{name}", bucket_name=name, **props)

    def granted(self, *resources):
        """The statements of the role's policy."""
        for resource in resources:
            resource.grant(self.role)
        policies = self.template.find_resources("AWS::IAM::Policy").values()
        return [
            statement
            for policy in policies
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        ]

    @property
    def template(self):
        self._template = self._template or Template.from_stack(self.stack)
        return self._template

    @property
    def policies(self):
        return Policies.of(self.template)


@pytest.fixture
def roles():
    return Roles()


@pytest.fixture
def compose(project):
    """The folder of a Compose file."""

    def _compose(text=NGINX):
        project.compose(dedent(text))
        return project.path

    return _compose
