"""The commands that a diagnosis suggests, which are pasted into a shell."""

import shlex

from serverless_containers.diagnosis.rule import fill


def test_a_value_of_aws_is_one_word_of_the_command():
    command = "aws cloudwatch describe-alarms --alarm-names {alarm} --region {region}"

    filled = fill(command, {"alarm": "web cpu; touch /tmp/x $(id)", "region": "eu-central-1"})

    assert shlex.split(filled)[4] == "web cpu; touch /tmp/x $(id)"
    assert filled.endswith("'web cpu; touch /tmp/x $(id)' --region eu-central-1")


def test_a_value_that_is_not_known_is_in_capitals():
    assert fill("cdk deploy {stack}", {"stack": ""}) == "cdk deploy STACK"
