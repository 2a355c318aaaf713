"""Who wrote what a build is made of: nobody but the one who deploys may have."""

import pytest

from serverless_containers.local.patches import authorization
from serverless_containers.local.patches.authorization import acts, is_written_by_others

ARN = "arn:aws:s3:::assets/source.zip"


@pytest.fixture(autouse=True)
def nobody_wrote():
    authorization.written_by_others.clear()
    yield
    authorization.written_by_others.clear()


def note(action, arn, *, deploys):
    authorization._note_writer(action, arn, deploys=deploys)


@pytest.mark.parametrize("action", ["s3:PutObject", "s3:DeleteObject", "s3:RestoreObject"])
def test_an_object_that_somebody_else_wrote_is_his_until_it_is_written_anew(action):
    note(action, ARN, deploys=False)
    assert is_written_by_others("assets", "source.zip")
    assert not is_written_by_others("assets", "another.zip")
    note("s3:PutObject", ARN, deploys=True)
    assert not is_written_by_others("assets", "source.zip")


def test_whoever_only_reads_changes_nothing():
    note("s3:GetObject", ARN, deploys=False)
    note("s3:ListBucket", "arn:aws:s3:::assets", deploys=False)
    assert not is_written_by_others("assets", "source.zip")


@pytest.mark.parametrize("arn", ["arn:aws:s3:::assets", "arn:aws:s3:::assets/"])
def test_what_is_done_to_a_bucket_may_be_done_to_all_of_it_and_is_not_taken_back(arn):
    note("s3:PutObject", arn, deploys=False)
    assert is_written_by_others("assets", "source.zip")
    note("s3:PutBucketPolicy", arn, deploys=True)
    note("s3:PutObject", ARN, deploys=True)
    assert is_written_by_others("assets", "source.zip")


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
