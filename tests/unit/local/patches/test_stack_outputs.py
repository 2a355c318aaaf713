"""Outputs of stacks in other regions."""

import pytest

from tests.support.local_ministack import private

REGION = "ministack.core.responses:_request_region"
RESOLVE = "ministack.services.cloudformation.engine:_resolve_refs"
STACKS = "ministack.services.cloudformation:_stacks"


@pytest.fixture
def resolve(handlers):  # noqa: ARG001  # the patches
    """Resolve what a template says, in us-east-1."""

    def _resolve(value):
        return private(RESOLVE)(value, {}, {"Where": {"Value": "eu-west-1"}}, {}, {}, "S", "id")

    region = private(REGION)
    stacks = private(STACKS)
    for where in ("us-east-1", "eu-west-1"):
        token = region.set(where)
        stacks["Edge"] = {"Outputs": [{"OutputKey": "Arn", "OutputValue": f"of {where}"}]}
        region.reset(token)
    token = region.set("us-east-1")
    yield _resolve
    for where in ("us-east-1", "eu-west-1"):
        region.set(where)
        del stacks["Edge"]
    region.reset(token)


@pytest.mark.parametrize(
    ("region", "value"),
    [
        ({}, "of us-east-1"),
        ({"Region": "us-east-1"}, "of us-east-1"),
        ({"Region": "eu-west-1"}, "of eu-west-1"),
        ({"Region": {"Ref": "Where"}}, "of eu-west-1"),
    ],
)
def test_an_output_is_that_of_its_region(resolve, region, value):
    spec = {"StackName": "Edge", "OutputName": "Arn", **region}
    assert resolve({"Deep": [{"Fn::GetStackOutput": spec}]}) == {"Deep": [value]}
    assert private(REGION).get() == "us-east-1"


def test_an_output_that_is_not_there_ends_the_deployment(resolve):
    with pytest.raises(ValueError, match="Output 'None' not found in stack 'Edge'"):
        resolve({"Fn::GetStackOutput": {
            "StackName": "Edge", "OutputName": "None", "Region": "eu-west-1",
        }})  # fmt: skip
    assert private(REGION).get() == "us-east-1"
