"""``custom-policies.json`` in a template."""

import json
from contextlib import nullcontext

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks

from serverless_containers import InvalidSourceError

WEB = "name: shop\nservices: {web: {image: nginx, ports: ['80']}}"


@pytest.fixture
def statements(ingress, project):
    """The statements that a file adds to the task role."""

    def _statements(*content, where="custom-policies.json", **props):
        project.compose(WEB)
        project.write(where, json.dumps(content))
        stack = Stack(App(), "Test")
        ingress(stack, "Front", source=project.path, **props)
        policies = [
            policy["Properties"]
            for policy in Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
            if "CustomPolicies" in policy["Properties"]["PolicyName"]
        ]
        for policy in policies:
            assert "TaskRole" in str(policy["Roles"])
        return [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]

    return _statements


def test_what_it_allows_and_denies(statements):
    assert statements(
        {"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::${env}-media/a"]},
        {"Sid": "Never", "Effect": "Deny", "Action": "iam:*", "Resource": "*"},
        environment_name="dev",
    ) == [
        {"Action": "s3:GetObject", "Effect": "Allow", "Resource": "arn:aws:s3:::dev-media/a"},
        {"Action": "iam:*", "Effect": "Deny", "Resource": "*", "Sid": "Never"},
    ]


def test_without_an_environment_the_argument_of_the_construct_is_named(statements):
    with pytest.raises(InvalidSourceError, match="with environment_name of Test/Front") as caught:
        statements({"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::${env}-media/a"]})
    assert "--environment" not in str(caught.value)


def test_the_account_and_the_region_are_cloudformations_and_the_rest_is_iams(statements):
    (statement,) = statements(
        {
            "Action": ["sqs:SendMessage"],
            "Resource": [
                "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:q-${aws:userid}"
            ],
        }
    )
    assert statement["Resource"] == {
        "Fn::Join": [
            "",
            [
                "arn:", {"Ref": "AWS::Partition"}, ":sqs:", {"Ref": "AWS::Region"}, ":",
                {"Ref": "AWS::AccountId"}, ":q-${aws:userid}",
            ],
        ]
    }  # fmt: skip


def test_conditions(statements):
    (statement,) = statements(
        {
            "Action": ["s3:ListBucket"],
            "Resource": ["arn:aws:s3:::media"],
            "Condition": {"StringLike": {"s3:prefix": ["a/*", "b/*"]}, "Bool": {"x:y": True}},
        }
    )
    assert statement["Condition"] == {
        "StringLike": {"s3:prefix": ["a/*", "b/*"]},
        "Bool": {"x:y": ["true"]},
    }


@pytest.mark.parametrize("content", [(), ({"Action": [], "Resource": []},)])
def test_the_default_file_is_none(statements, content):
    assert statements(*content) == []


def test_a_file_elsewhere(statements, project):
    given = {"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::media/a"]}
    file = project.path.parent / "permissions.json"
    assert len(statements(given, where=file, custom_policies=file)) == 1


def test_its_mistakes_are_told_with_those_of_the_compose_file(ingress, project):
    project.compose("services: {web: {image: nginx, ports: ['80'], privileged: true}}")
    project.write("custom-policies.json", '[\n  {"Action": ["*"], "Resource": ["x"]}\n]')
    with pytest.raises(InvalidSourceError) as caught:
        ingress(Stack(App(), "Test"), "Front", source=project.path)
    places = [str(each.at) for each in caught.value.findings]
    assert places == [
        "custom-policies.json:2:15", "custom-policies.json:2:34", "docker-compose.yml:1:47",
    ]  # fmt: skip


def test_a_file_that_was_named_and_is_not_there_is_an_error(ingress, project):
    project.compose(WEB)
    with pytest.raises(InvalidSourceError, match=r"nowhere\.json"):
        ingress(Stack(App(), "Test"), "Front", source=project.path, custom_policies="nowhere.json")


def test_wildcards_that_were_warned_of_pass_cdk_nag(ingress, by_design, project):
    project.compose(WEB)
    project.write(
        "custom-policies.json",
        json.dumps(
            [
                {"Action": ["s3:Get*"], "Resource": ["arn:${AWS::Partition}:s3:::${env}-media/*"]},
                {"Action": ["ec2:DescribeRegions"], "Resource": ["*"]},
            ]
        ),
    )
    app = App()
    stack = Stack(app, "Test")
    front = ingress(stack, "Front", source=project.path, environment_name="dev")
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    # An open API is for its own app to acknowledge.
    with by_design(api=pytest.raises(Exception, match="APIG4"), hosting=nullcontext()) as caught:
        app.synth()
    assert "IAM5" not in str(caught)
    warnings = [
        str(entry.data)
        for each in front.node.find_all()
        for entry in each.node.metadata
        if entry.type == "aws:cdk:warning"
    ]
    assert any("custom-policies.json" in each for each in warnings)
