"""Who wrote what a build is made of: the one who deploys, and nobody else."""

import pytest

from serverless_containers.local.patches import uploads
from serverless_containers.local.patches.authorization import acts
from serverless_containers.local.patches.uploads import is_deployers, note


@pytest.fixture(autouse=True)
def nobody_wrote():
    uploads._written.clear()
    yield
    uploads._written.clear()


def test_only_what_was_put_there_last_counts():
    assert not is_deployers("assets", "source.zip", b"one")
    note("assets", "source.zip", b"one")
    assert is_deployers("assets", "source.zip", b"one")
    assert not is_deployers("assets", "another.zip", b"one")
    note("assets", "source.zip", b"two")
    assert not is_deployers("assets", "source.zip", b"one")


@pytest.mark.parametrize(
    ("action", "does"),
    [
        ("cloudformation:CreateStack", True),
        ("codebuild:StartBuild", True),
        ("glue:StartJobRun", True),
        ("scheduler:CreateSchedule", True),
        ("ecs:RegisterTaskDefinition", True),
        ("something-new:DoIt", True),
        ("cloudformation:DescribeStacks", False),
        ("ecs:RunTask", False),
        ("events:PutEvents", False),
        ("dynamodb:PutItem", False),
        ("s3:PutObject", False),
        ("sts:AssumeRole", False),
    ],
)
def test_what_makes_others_act(action, does):
    assert acts(action) is does
