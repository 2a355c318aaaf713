"""What a change of the source changes, and what it does not."""

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from serverless_containers import BuildPipeline, PipelineSource

MOVES = {
    "AWS::CloudFormation::WaitCondition",
    "AWS::CloudFormation::WaitConditionHandle",
    "AWS::CodePipeline::Pipeline",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
}
"""What names the source, or its images, or waits for them."""


def changed(one, other):
    names = one.keys() | other.keys()
    return {
        (one.get(name) or other[name])["Type"] for name in names if one.get(name) != other.get(name)
    }


def test_the_same_source_changes_nothing(pipe):
    one, other = pipe(), pipe()
    for each in (one, other):
        # Or its template might be that of the other.
        each.own()
    assert changed(one.resources, other.resources) == set()


def test_a_changed_source_changes_what_follows_from_it(pipe, shop):
    before = pipe().resources
    shop.write("web/new.txt", "new")
    moved = changed(before, pipe().resources)
    # The policies name the objects of the source.
    assert moved - {"AWS::IAM::Policy"} == MOVES


def test_it_is_waited_for_anew(pipe, shop):
    before = pipe().of_type("AWS::CloudFormation::WaitCondition").keys()
    shop.write("web/new.txt", "new")
    assert not before & pipe().of_type("AWS::CloudFormation::WaitCondition").keys()


@pytest.mark.parametrize("source", ["asset", "github"])
def test_whatever_is_waited_for_anew_restarts_the_pipeline(shop, source):
    # GIVEN the same source, built in another way
    def pipeline_of(**props):
        stack = Stack(App(), "Build")
        if source == "github":
            props["pipeline_source"] = PipelineSource.github(
                "https://github.com/acme/shop",
                connection_arn="arn:aws:codeconnections:us-east-1:123456789012:connection/x",
            )
        BuildPipeline(stack, "Build", source=shop.path, cluster_name="c", service_name="s", **props)
        template = Template.from_stack(stack)
        (handle,) = template.find_resources("AWS::CloudFormation::WaitConditionHandle")
        return handle, template.find_resources("AWS::CodePipeline::Pipeline")

    before, after = pipeline_of(), pipeline_of(before_build=["true"])
    # THEN the new wait condition comes with a change of the pipeline
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_a_changed_build_is_another_image_of_the_same_source(pipe):
    before, after = pipe(), pipe(before_build=["true"])
    tags = [
        [
            each["Image"]
            for each in piped.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
            if each["Name"] == "web"
        ]
        for piped in (before, after)
    ]
    assert tags[0] != tags[1]


def test_tags_are_hashes(pipe):
    definition = pipe().only("AWS::ECS::TaskDefinition")
    images = {each["Name"]: each["Image"] for each in definition["ContainerDefinitions"]}
    assert images["cache"] == "redis:8"
    for name in ("web", "worker"):
        *_, tag = images[name]["Fn::Join"][1]
        assert len(tag) == 13
        assert int(tag.removeprefix(":"), 16)


def test_secrets_and_dependencies_are_no_part_of_the_source(pipe, shop):
    before = pipe().resources
    shop.write(".secret-key", "x")
    shop.write("web/node_modules/x.js", "x")
    assert changed(before, pipe().resources) == set()
