"""The first deployment: nothing that needs an image before there is one, and no circle."""

import ast
import json
import re

import pytest
from aws_cdk import Duration, Token
from aws_cdk.assertions import Annotations, Match

from serverless_containers.scaffold import files


def test_the_service_waits_for_the_build(pipe):
    piped = pipe()
    (condition,) = piped.of_type("AWS::CloudFormation::WaitCondition")
    (pipeline,) = piped.of_type("AWS::CodePipeline::Pipeline")
    assert condition in piped.before("AWS::ECS::Service")
    assert condition in piped.before("AWS::ECS::TaskDefinition")
    assert pipeline in piped.before("AWS::CloudFormation::WaitCondition")


def test_the_pipeline_waits_for_nothing_of_the_service(pipe):
    piped = pipe()
    before = piped.before("AWS::CodePipeline::Pipeline")
    assert not before & piped.of_type("AWS::ECS::Service").keys()
    assert not before & piped.of_type("AWS::ECS::TaskDefinition").keys()


def test_it_does_not_start_before_its_actions_may_do_anything(pipe):
    piped = pipe()
    before = piped.before("AWS::CodePipeline::Pipeline")
    policies = [
        name for name in piped.of_type("AWS::IAM::Policy")
        if "ContainersPipeline" in name and "Deploy" not in name
    ]  # fmt: skip
    assert len(policies) == 5
    assert set(policies) <= before


def test_it_finds_cluster_and_service_by_their_names(pipe):
    piped = pipe()
    service = piped.only("AWS::ECS::Service")["ServiceName"]
    cluster = piped.only("AWS::ECS::Cluster")["ClusterName"]
    deploy = piped.only("AWS::CodePipeline::Pipeline")["Stages"][2]["Actions"][0]
    assert deploy["Configuration"]["ServiceName"] == service
    assert deploy["Configuration"]["ClusterName"] == cluster
    assert isinstance(service, str)


def test_cloudformation_waits_longer_than_a_build_may_take(pipe):
    piped = pipe(build_timeout=Duration.minutes(10))
    condition = piped.only("AWS::CloudFormation::WaitCondition")
    project = piped.only("AWS::CodeBuild::Project")
    assert project["TimeoutInMinutes"] == 10
    # What fails before the first command tells nobody, and is waited for to the end.
    longest = project["TimeoutInMinutes"] + project["QueuedTimeoutInMinutes"]
    assert longest * 60 < int(condition["Timeout"]) <= (longest + 5) * 60


@pytest.mark.parametrize(
    ("timeout", "seconds"),
    [
        (Duration.minutes(700), "43200"),
        # How long CloudFormation has to wait is then unknown, and it waits as long as it can.
        (Duration.minutes(Token.as_number({"Ref": "Minutes"})), "43200"),
    ],
)
def test_cloudformation_waits_twelve_hours_at_most(pipe, timeout, seconds):
    piped = pipe(build_timeout=timeout)
    assert piped.only("AWS::CloudFormation::WaitCondition")["Timeout"] == seconds
    minutes = piped.only("AWS::CodeBuild::Project")["TimeoutInMinutes"]
    assert minutes in (700, {"Ref": "Minutes"})


@pytest.mark.parametrize(
    ("timeout", "message"),
    [
        (Duration.minutes(701), r"build_timeout: expected 5 to 700 minutes, got 701 \("),
        (Duration.hours(36), "expected 5 to 700 minutes, got 2160"),
        (Duration.minutes(4), "expected 5 to 700 minutes, got 4"),
        (Duration.seconds(330), "build_timeout: expected whole minutes, got 5.5"),
    ],
)
def test_a_build_that_outlasts_what_waits_for_it_is_refused(pipe, timeout, message):
    with pytest.raises(ValueError, match=message):
        pipe(build_timeout=timeout)


def test_a_snapshot_of_an_app_that_init_made_shows_nothing_of_the_sources(pipe, project):
    module = ast.parse(files._SNAPSHOT_TEST)
    (function,) = (
        each for each in module.body if isinstance(each, ast.FunctionDef) and each.name == "masked"
    )
    known = {"re": re}
    exec(compile(ast.Module([function], []), "test_snapshot.py", "exec"), known)  # noqa: S102
    texts = []
    for content in ("FROM a\n", "FROM b\n"):
        for name in ("web", "worker"):
            project.write(f"{name}/Dockerfile", content)
        texts.append(json.dumps(pipe().resources, indent=1))
    assert texts[0] != texts[1]
    assert known["masked"](texts[0]) == known["masked"](texts[1])


def test_the_pipeline_is_known_before_anything_is_made(pipe):
    piped = pipe()
    name = piped.only("AWS::CodePipeline::Pipeline")["Name"]
    assert isinstance(name, str)
    (note,) = Annotations.from_stack(piped.stack).find_info(
        "*", Match.string_like_regexp("CloudFormation waits")
    )
    assert f"/pipelines/{name}/view" in note.entry.data


def test_what_a_build_has_written_outlives_a_stack_that_is_rolled_back(pipe):
    groups = pipe().of_type("AWS::Logs::LogGroup")
    (build,) = (group for name, group in groups.items() if "PipelineBuild" in name)
    assert build["DeletionPolicy"] == "Retain"
    # A name of its own would be in the way of the next attempt.
    assert "LogGroupName" not in build["Properties"]


def test_there_is_no_lambda_function(pipe):
    kinds = {resource["Type"] for resource in pipe().resources.values()}
    assert not {kind for kind in kinds if "Lambda" in kind or kind.startswith("Custom::")}


def test_without_anything_to_build_there_is_no_pipeline(pipe, shop):
    shop.compose("services: {web: {image: nginx, ports: ['80']}}")
    assert pipe().of_type("AWS::CodePipeline::Pipeline") == {}
