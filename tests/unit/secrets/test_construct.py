"""SecretsFromFiles: what a template says of secrets, and what it never does."""

import json
from textwrap import dedent

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template

from serverless_containers import ContainerApi, InvalidSourceError, SecretsFromFiles
from tests.support.secrets import flat


def values_from(template, container="web"):
    (definition,) = template.find_resources("AWS::ECS::TaskDefinition").values()
    for each in definition["Properties"]["ContainerDefinitions"]:
        if each["Name"] == container:
            return {secret["Name"]: flat(secret["ValueFrom"]) for secret in each["Secrets"]}
    raise LookupError(container)


def test_each_owned_secret_gets_a_policy_and_no_other_one(keep):
    policies = keep(environment_name="dev").resources("AWS::SecretsManager::ResourcePolicy")
    assert [each["SecretId"] for each in policies] == ["shop/dev/DB_PASSWORD"]
    assert policies[0]["BlockPublicPolicy"] is True


def test_a_policy_waits_for_nothing_so_that_a_missing_secret_is_found_at_once(keep):
    kept = keep()
    (policy,) = (
        Template.from_stack(kept.stack)
        .find_resources("AWS::SecretsManager::ResourcePolicy")
        .values()
    )
    assert "DependsOn" not in policy
    text = json.dumps(policy)
    assert "Ref" not in text
    assert "Fn::" not in text


def test_a_deployment_asks_for_the_parameter_before_it_changes_anything(keep):
    template = Template.from_stack(keep(environment_name="dev").stack)
    (parameter,) = template.find_parameters("*", {"Type": "AWS::SSM::Parameter::Name"}).values()
    assert parameter["Default"] == "/shop/dev/API_KEY"


def test_another_parameter_is_asked_for_by_another_name(keep):
    # The CDK CLI would hand the former value of a parameter to one of the same id.
    names = [
        set(Template.from_stack(keep(environment_name=name).stack).find_parameters("*"))
        for name in ("dev", "test")
    ]
    assert len(names[0] ^ names[1]) == 2


def test_no_secret_is_made_and_no_value_asked_for(keep):
    kept = keep()
    assert kept.resources("AWS::SecretsManager::Secret") == []
    assert "resolve:" not in json.dumps(Template.from_stack(kept.stack).to_json())


def test_the_note_names_the_secrets_and_the_command(keep, source):
    (note,) = keep(environment_name="dev").notes()
    assert note.startswith(
        "a deployment needs these secrets, whose values are in no template: "
        "/shop/dev/API_KEY, shop/dev/DB_PASSWORD; push them first: serverless-containers secrets "
        f"push {source} --environment dev"
    )


def test_without_secrets_there_is_nothing(keep, project):
    project.compose("services: {web: {image: nginx, ports: ['80']}}")
    kept = keep()
    assert (kept.notes(), kept.secrets.names) == ([], {})
    assert Template.from_stack(kept.stack).to_json().get("Resources") is None


def test_names(keep):
    assert keep(environment_name="dev").secrets.names == {
        "API_KEY": "/shop/dev/API_KEY",
        "DB_PASSWORD": "shop/dev/DB_PASSWORD",
        "LICENSE": "vendor/license",
    }


def test_mistakes_are_told_together(project):
    project.write("Dockerfile", "FROM scratch")
    project.compose(
        dedent("""
        services: {web: {build: ., ports: ['80'], secrets: [A, B]}}
        secrets: {A: {file: .secret-a}, B: {file: .secret-b, name: 'x y'}}
        """)
    )
    with pytest.raises(InvalidSourceError) as caught:
        SecretsFromFiles(Stack(App(), "S"), "Secrets", source=project.path)
    assert [each.rule.code for each in caught.value.findings] == [
        "secret-file-place", "secret-file-place", "secret-name-invalid",
    ]  # fmt: skip


class TestInAnApi:
    """What the containers are given."""

    @pytest.fixture
    def template(self, source):
        stack = Stack(App(), "Test")
        ContainerApi(stack, "Api", source=source, environment_name="dev")
        return Template.from_stack(stack)

    def test_the_execution_role_reads_values_and_nothing_more(self, template):
        actions = {
            action
            for policy in template.find_resources("AWS::IAM::Policy").values()
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            for action in [statement["Action"]]
            if "ssm:" in str(action) or "secretsmanager:" in str(action)
        }
        assert actions == {"ssm:GetParameters", "secretsmanager:GetSecretValue"}

    def test_a_secret_is_asked_for_once_in_a_stack(self, source):
        stack = Stack(App(), "Test")
        for name in ("One", "Two"):
            ContainerApi(stack, name, source=source, environment_name="dev")
        template = Template.from_stack(stack)
        template.resource_count_is("AWS::SecretsManager::ResourcePolicy", 1)
        assert len(template.find_parameters("*", {"Type": "AWS::SSM::Parameter::Name"})) == 1

    def test_the_construct_may_be_renamed_without_another_policy(self, source):
        ids = []
        for name in ("One", "Two"):
            stack = Stack(App(), "Test")
            ContainerApi(stack, name, source=source, environment_name="dev")
            kind = "AWS::SecretsManager::ResourcePolicy"
            ids += Template.from_stack(stack).find_resources(kind)
        assert ids[0] == ids[1]

    def test_two_stacks_cannot_each_ask_for_it(self, source):
        app = App()
        ContainerApi(Stack(app, "One"), "Api", source=source, environment_name="dev")
        with pytest.raises(ValueError, match="asked for by the stacks One and Two; make one Secre"):
            ContainerApi(Stack(app, "Two"), "Api", source=source, environment_name="dev")
        ContainerApi(Stack(app, "Three"), "Api", source=source, environment_name="prod")

    @pytest.mark.parametrize("apart", [True, False])
    def test_two_projects_of_one_name_are_told_to_have_two(self, tmp_path, apart):
        app = App()
        stack = Stack(app, "One")
        for team in ("shop", "blog"):
            folder = tmp_path / team / "src"
            folder.mkdir(parents=True)
            (folder / "compose.yaml").write_text(
                "services: {web: {image: nginx, ports: ['80'], secrets: [A]}}\n"
                "secrets: {A: {file: ../.secret-a}}\n"
            )
        ContainerApi(stack, "Shop", source=tmp_path / "shop" / "src")
        stack = Stack(app, "Two") if apart else stack
        with pytest.raises(ValueError, match=r"of two folders, .* the same name; give one of them"):
            ContainerApi(stack, "Blog", source=tmp_path / "blog" / "src")

    def test_a_name_that_others_may_have_gets_no_policy(self, project):
        project.compose("""
services: {web: {image: nginx, ports: ['80'], secrets: [A]}}
secrets: {A: {file: ../.secret-a, name: ours}}
""")
        stack = Stack(App(), "Test")
        ContainerApi(stack, "Api", source=project.path)
        template = Template.from_stack(stack)
        template.resource_count_is("AWS::SecretsManager::ResourcePolicy", 0)
        assert values_from(template)["A"].endswith(":secret:ours")

    def test_secrets_of_another_stack_are_deployed_first(self, source):
        app = App()
        secrets = Stack(app, "Secrets")
        stack = Stack(app, "App")
        kept = SecretsFromFiles(secrets, "Secrets", source=source)
        ContainerApi(stack, "Api", source=source, secrets=kept)
        assert stack.dependencies == [secrets]

    def test_secrets_of_another_environment_are_refused(self, source):
        stack = Stack(App(), "Test")
        kept = SecretsFromFiles(stack, "Secrets", source=source)
        with pytest.raises(ValueError, match="API_KEY is /shop/API_KEY in the secrets that are g"):
            ContainerApi(stack, "Api", source=source, secrets=kept, environment_name="dev")

    @pytest.mark.parametrize(
        ("props", "message"),
        [
            (
                {"secrets": {"API_KEY": "plain s3ntinel"}},
                r"secrets\['API_KEY'\]: got a str; give ecs.S",
            ),
            ({"resources": "posts"}, r"resources: got 'posts' .str.; give a list of ResourceAc"),
        ],
    )
    def test_what_is_no_secret_and_no_resource_is_named_by_its_type(self, source, props, message):
        with pytest.raises(TypeError, match=message) as caught:
            ContainerApi(Stack(App(), "Test"), "Api", source=source, **props)
        assert "s3ntinel" not in str(caught.value)

    def test_an_alias_is_no_key(self, source):
        stack = Stack(App(), "Test")
        alias = kms.Alias.from_alias_name(stack, "Alias", "alias/secrets")
        with pytest.raises(ValueError, match=r"expected a key, got alias/secrets"):
            SecretsFromFiles(stack, "Secrets", source=source, encryption_key=alias)


def test_the_key_of_a_secret_is_no_token(project):
    source = project.compose(
        dedent("""
        services: {web: {image: nginx, ports: ["80"], secrets: [KEY]}}
        secrets:
          KEY: {external: true, x-serverless-containers: {json-key: "$${Token[A.1]}"}}
        """)
    )
    with pytest.raises(InvalidSourceError, match="what the CDK takes for a token of its own"):
        SecretsFromFiles(Stack(App(), "Stack"), "Secrets", source=source)
