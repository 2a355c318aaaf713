"""Tags of everything in a scope."""

import re

import pytest
from aws_cdk import App, CfnParameter, Stack, Tags
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from serverless_containers import apply_tags

ALL = {"service": "shop", "environment": "prod", "owner": "Team A", "cost_center": "42"}


@pytest.fixture
def stack():
    return Stack(App(), "Test")


def tags_of(stack):
    (bucket,) = Template.from_stack(stack).find_resources("AWS::S3::Bucket").values()
    return {each["Key"]: each["Value"] for each in bucket.get("Properties", {}).get("Tags", [])}


def test_all_four_are_held(stack):
    s3.Bucket(stack, "Bucket")
    apply_tags(stack.node.root, **ALL)
    assert tags_of(stack) == {
        "Service": "shop",
        "Environment": "prod",
        "Owner": "Team A",
        "CostCenter": "42",
    }


def test_what_is_not_given_is_no_tag(stack):
    s3.Bucket(stack, "Bucket")
    apply_tags(stack, owner="a")
    assert tags_of(stack) == {"Owner": "a"}


def test_a_tag_nearer_to_a_resource_stays(stack):
    Tags.of(s3.Bucket(stack, "Bucket")).add("Owner", "b")
    apply_tags(stack, owner="a")
    assert tags_of(stack) == {"Owner": "b"}


@pytest.mark.parametrize("explicit", [True, False])
def test_the_stack_itself_has_none_that_would_reach_everything(explicit):
    app = App(context={"@aws-cdk/core:explicitStackTags": explicit})
    stack = Stack(app, "Test")
    s3.Bucket(stack, "Bucket")
    apply_tags(app, **ALL)
    assert app.synth().get_stack_by_name("Test").tags == {}


def test_a_token_passes(stack):
    s3.Bucket(stack, "Bucket")
    apply_tags(stack, owner=CfnParameter(stack, "Owner").value_as_string)
    assert tags_of(stack) == {"Owner": {"Ref": "Owner"}}


@pytest.mark.parametrize("value", ["x" * 256, "Zoë + 1_a.b:c/d=e@f-g", "東京", "saws:x"])
def test_what_aws_takes_passes(stack, value):
    apply_tags(stack, owner=value)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("", "owner: a tag has 1 to 256 characters, got an empty text"),
        ("x" * 257, "owner: a tag has 1 to 256 characters, got 257 characters"),
        ("aws:x", "owner: 'aws:x' starts with aws:, which AWS keeps for itself"),
        ("AWS:x", "owner: 'AWS:x' starts with aws:, which AWS keeps for itself"),
        (
            "a,b\n",
            "owner: 'a,b\\n' has '\\n', ','; tags of all services take letters, digits, spaces and "
            "+ - . / : = @ _",
        ),
    ],
)
def test_what_aws_refuses_is_told(stack, value, told):
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        apply_tags(stack, owner=value)


def test_no_tag_at_all_is_told(stack):
    told = "no tag was given; give one of service, environment, owner, cost_center"
    with pytest.raises(ValueError, match=told):
        apply_tags(stack)
