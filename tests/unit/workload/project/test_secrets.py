"""Secrets of a project: where containers read them, and who may, behind each ingress."""

import json
from textwrap import dedent

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template

from serverless_containers import SecretsFromFiles
from tests.support.iam import Policies
from tests.support.secrets import FILE, flat
from tests.unit.workload.deployed import Deployed

PLACE = "us-east-1:123456789012"


@pytest.fixture
def source(project):
    """A folder that reads one secret of each kind."""
    return project.compose(dedent(FILE))


@pytest.fixture(scope="module")
def deployed(deploy_once, virginia):
    return deploy_once(FILE, env=virginia, environment_name="dev")


def values_from(containers):
    return {each["Name"]: flat(each["ValueFrom"]) for each in containers["web"]["Secrets"]}


def test_values_come_from_where_they_are_kept(deployed):
    arn = "arn:<AWS::Partition>:{}:" + PLACE + ":{}"
    assert values_from(deployed.containers()) == {
        "API_KEY": arn.format("ssm", "parameter/shop/dev/API_KEY"),
        "DB_PASSWORD": arn.format("secretsmanager", "secret:shop/dev/DB_PASSWORD"),
        "LICENSE": arn.format("secretsmanager", "secret:vendor/license") + ":key::",
    }


def test_the_policy_of_an_owned_secret_is_made(deployed):
    policy = deployed.only("AWS::SecretsManager::ResourcePolicy")
    assert policy["SecretId"] == "shop/dev/DB_PASSWORD"


def test_a_deployment_asks_for_the_parameter_before_it_changes_anything(deployed):
    parameters = deployed.template.find_parameters("*", {"Type": "AWS::SSM::Parameter::Name"})
    (parameter,) = parameters.values()
    assert parameter["Default"] == "/shop/dev/API_KEY"


def test_secrets_whose_names_differ_in_punctuation_are_all_asked_for(deploy, virginia):
    # GIVEN names that are one without their punctuation, and one that is not
    text = """
        name: shop
        services:
          web:
            image: nginx
            ports: ["80"]
            secrets: [a_b, a-b, plain, p_q, p-q]
        secrets:
          a_b: {file: ../secrets/.secret-1}
          a-b: {file: ../secrets/.secret-2}
          plain: {file: ../secrets/.secret-3}
          p_q: {file: ../secrets/.secret-4, x-serverless-containers: {store: parameter-store}}
          p-q: {file: ../secrets/.secret-5, x-serverless-containers: {store: parameter-store}}
        """

    # WHEN they are deployed
    template = deploy(text, env=virginia).template

    # THEN each has a policy, or is checked, and the first keeps the id that it would have alone
    policies = template.find_resources("AWS::SecretsManager::ResourcePolicy")
    by_name = {found["Properties"]["SecretId"]: key for key, found in policies.items()}
    assert by_name.keys() == {"shop/a_b", "shop/a-b", "shop/plain"}
    assert by_name["shop/a-b"] == "SecretPolicyshopab"
    assert by_name["shop/plain"] == "SecretPolicyshopplain"
    parameters = template.find_parameters("*", {"Type": "AWS::SSM::Parameter::Name"})
    assert {each["Default"] for each in parameters.values()} == {"/shop/p_q", "/shop/p-q"}


def test_the_roles_of_the_task_are_marked_as_those_of_this_service(deployed):
    marked = [
        role
        for role in deployed.resources("AWS::IAM::Role")
        if {"Key": "serverless-containers-service", "Value": "shop/dev"} in role.get("Tags", [])
    ]
    assert [role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] for role in marked] == [
        {"Service": "ecs-tasks.amazonaws.com"}
    ] * 2


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        (
            "secretsmanager:GetSecretValue",
            f"secretsmanager:{PLACE}:secret:shop/dev/DB_PASSWORD-a1b2c3",
        ),
        ("secretsmanager:GetSecretValue", f"secretsmanager:{PLACE}:secret:vendor/license-a1b2c3"),
        ("ssm:GetParameters", f"ssm:{PLACE}:parameter/shop/dev/API_KEY"),
    ],
)
def test_the_execution_role_reads_them_and_the_task_role_does_not(deployed, action, resource):
    policies = Policies.of(deployed.template)
    task, execution = (
        policies.referred("AWS::ECS::TaskDefinition", key)
        for key in ("TaskRoleArn", "ExecutionRoleArn")
    )
    assert policies.allows(execution, action, f"arn:aws:{resource}")
    assert not policies.allows(task, action, f"arn:aws:{resource}")
    assert not policies.allows(execution, action, f"arn:aws:{resource}".replace("dev", "prod", 1)
                               .replace("vendor", "other"))  # fmt: skip


def test_one_construct_serves_two_stacks(ingress, source):
    app = App()
    kept = SecretsFromFiles(Stack(app, "Secrets"), "Secrets", source=source, environment_name="dev")
    stacks = [Stack(app, name) for name in ("One", "Two")]
    for stack in stacks:
        ingress(stack, "Front", source=source, environment_name="dev", secrets=kept)
    for template in map(Template.from_stack, stacks):
        template.resource_count_is("AWS::SecretsManager::ResourcePolicy", 0)
        (definition,) = template.find_resources("AWS::ECS::TaskDefinition").values()
        (web, *_) = definition["Properties"]["ContainerDefinitions"]
        assert len(web["Secrets"]) == 3
        assert "ImportValue" not in json.dumps(template.to_json())


def test_secrets_of_another_file_are_refused(ingress, source, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "compose.yaml").write_text("services: {web: {image: nginx, ports: ['80']}}")
    with pytest.raises(ValueError, match="has no API_KEY, DB_PASSWORD, LICENSE; it has none"):
        Deployed(
            ingress,
            source,
            secrets=lambda stack: SecretsFromFiles(stack, "Secrets", source=other),
        )


def test_tasks_may_decrypt_with_the_key_that_was_pushed_with(ingress, source):
    deployed = Deployed(
        ingress,
        source,
        secrets=lambda stack: SecretsFromFiles(
            stack, "Secrets", source=source, encryption_key=kms.Key(stack, "PushKey")
        ),
    )
    statements = [
        each for each in deployed.statements("ExecutionRole") if "kms:Decrypt" in each["Action"]
    ]
    assert statements
    assert all("PushKey" in str(each["Resource"]) for each in statements)
    assert "kms:Decrypt" not in str(deployed.statements("TaskRole"))


def test_a_variable_for_all_containers_cannot_be_a_secret_too(ingress, source):
    with pytest.raises(ValueError, match="API_KEY: a variable for every container, and a sec"):
        Deployed(ingress, source, environment={"API_KEY": "x"})
