"""The path of a stack, told by the CDK's own paths and logical ids."""

import pytest
from aws_cdk import App, CfnResource, Stack, Stage
from constructs import Construct

from serverless_containers.operations.stacks import path_of_stack


@pytest.mark.parametrize(
    "ids",
    [
        ("Containers", "Service", "Service"),
        ("My Cluster", "Resource"),
        ("Web", "Default"),
        ("Default", "Web", "Web"),
        ("Top-1",),
    ],
    ids="/".join,
)
def test_the_path_is_what_stands_before_the_ids_in_the_stack(ids):
    for names in (("Shop",), ("staging", "Api")):
        scope = App()
        for name in names[:-1]:
            scope = Stage(scope, name)
        stack = scope = Stack(scope, names[-1], stack_name="shop-staging-api")
        for name in ids[:-1]:
            scope = Construct(scope, name)
        resource = CfnResource(scope, ids[-1], type="AWS::ECS::Service")

        path = path_of_stack(resource.node.path, stack.resolve(resource.logical_id))

        assert path == "/".join(names)


def test_a_logical_id_of_ones_own_tells_nothing():
    assert path_of_stack("staging/Api/Web/Service", "TheService") == ""
    assert path_of_stack("", "TheService") == ""
