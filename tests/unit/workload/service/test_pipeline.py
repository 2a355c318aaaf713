"""The pipeline beside the service: built, waited for and rolled out alike behind each ingress."""

import graphlib

import pytest

from serverless_containers import BuildPipeline
from tests.support.iam import Policies

COMPOSE = """
    services:
      web: {build: ./web, ports: ["80"]}
      cache: {image: "redis:8"}
    """


@pytest.fixture(scope="module")
def deployed(deploy_once, virginia):
    return deploy_once(COMPOSE, ["web/Dockerfile"], env=virginia, images=BuildPipeline.managed())


def before(deployed, kind):
    """The types of everything that is made before a resource of a type; a circle raises."""
    resources = deployed.template.to_json()["Resources"]
    needs = {
        name: {*each.get("DependsOn", ()), *_references(each, resources)}
        for name, each in resources.items()
    }
    tuple(graphlib.TopologicalSorter(needs).static_order())
    todo = [name for name, each in resources.items() if each["Type"] == kind]
    found = set()
    while todo:
        for name in needs[todo.pop()] - found:
            found.add(name)
            todo.append(name)
    return {resources[name]["Type"] for name in found}


def _references(value, names):
    """Every resource that a part of the template refers to."""
    match value:
        case {"Ref": str(name)} if name in names:
            yield name
        case {"Fn::GetAtt": [name, *_]} if name in names:
            yield name
        case dict():
            for each in value.values():
                yield from _references(each, names)
        case list():
            for each in value:
                yield from _references(each, names)


def test_the_service_waits_until_its_images_are_there(deployed):
    for kind in ("AWS::ECS::Service", "AWS::ECS::TaskDefinition"):
        assert before(deployed, kind) >= {
            "AWS::CloudFormation::WaitCondition",
            "AWS::CodePipeline::Pipeline",
        }
    assert "AWS::ECS::Service" not in before(deployed, "AWS::CodePipeline::Pipeline")


def test_it_builds_and_deploys_what_has_a_build(deployed):
    source, build, rollout = deployed.only("AWS::CodePipeline::Pipeline")["Stages"]
    assert [each["Name"] for each in (source, build, rollout)] == ["Source", "Build", "Deploy"]
    (action,) = rollout["Actions"]
    assert action["ActionTypeId"]["Provider"] == "ECS"
    service = deployed.only("AWS::ECS::Service")
    assert action["Configuration"]["ServiceName"] == service["ServiceName"]
    cluster = deployed.only("AWS::ECS::Cluster")
    assert action["Configuration"]["ClusterName"] == cluster["ClusterName"]
    deployed.template.resource_count_is("AWS::ECR::Repository", 1)


def test_tasks_run_the_tag_that_it_pushes(deployed):
    image = str(deployed.containers()["web"]["Image"])
    assert deployed.ingress.build_pipeline.source_tag in image
    assert deployed.containers()["cache"]["Image"] == "redis:8"


def test_only_the_execution_role_pulls_the_images(deployed):
    policies = Policies.of(deployed.template)
    repository = policies.arn("AWS::ECR::Repository")
    task, execution = (
        policies.referred("AWS::ECS::TaskDefinition", key)
        for key in ("TaskRoleArn", "ExecutionRoleArn")
    )
    assert policies.allows(execution, "ecr:BatchGetImage", repository)
    assert not policies.allows(execution, "ecr:PutImage", repository)
    assert not policies.allows(task, "ecr:BatchGetImage", repository)


def test_a_rollout_may_pass_the_roles_of_the_task_to_ecs(deployed):
    (statement,) = [
        statement
        for policy in deployed.resources("AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Action"] == "iam:PassRole" and "TaskRole" in str(statement["Resource"])
    ]
    assert "ExecutionRole" in str(statement["Resource"])
