"""Actions: "IAM JSON policy elements: Action", IAM User Guide."""

import pytest

from serverless_containers.findings import Severity
from serverless_containers.plan.permissions import Text


@pytest.mark.parametrize(
    "action",
    [
        "s3:GetObject",
        "s3:Get*",
        "s3:*Object",
        "s3:Get?bject",
        "S3:getobject",
        "application-autoscaling:Describe*",
        "apigateway:GET",
    ],
)
def test_actions_that_are_named(read_statement, action):
    assert read_statement(Action=action).statement.actions == (action,)


@pytest.mark.parametrize("action", ["s3:*", "s3:**", "s3:?*", "sqs:*"])
def test_all_actions_of_a_service_are_a_warning(read_statement, action):
    reading = read_statement(Action=["sns:Publish", action])

    service = action.partition(":")[0]
    assert reading.messages == [
        f"p.json:1:29: [0].Action[1]: {action!r} allows every action of {service}, also those that"
        " AWS will add; name the actions that the application calls"
    ]
    assert [found.rule.severity for found in reading.findings] == [Severity.WARNING]
    assert reading.statements[0].actions == ("sns:Publish", action)


@pytest.mark.parametrize("action", ["*", "*:*"])
def test_all_actions_of_all_services_are_refused(read_statement, action):
    reading = read_statement(Action=[action])

    assert reading.without_places == [
        (
            "policy-action",
            f'{action!r} is every action of every service; name the actions, as in "s3:GetObject"',
        )
    ]
    assert reading.statements == ()


@pytest.mark.parametrize(
    ("action", "fix"),
    [
        ("GetObject", 'write a service and its action, as in "s3:GetObject"'),
        ("s3:", 'write a service and its action, as in "s3:GetObject"'),
        (":GetObject", 'write a service and its action, as in "s3:GetObject"'),
        ("", 'write a service and its action, as in "s3:GetObject"'),
        ("s3:Get:Object", 'write a service and its action, as in "s3:GetObject"'),
        ("s3: GetObject", 'write "s3:GetObject"'),
        ("s3:GetObject\n", 'write "s3:GetObject"'),
        ("s*:GetObject", "write the service without wildcards"),
        ("*:GetObject", "write the service without wildcards"),
        ("s?:GetObject", "write the service without wildcards"),
        ("s3*", "write the service without wildcards"),
    ],
)
def test_other_actions_are_refused(read_statement, action, fix):
    assert read_statement(Action=action).without_places == [
        ("policy-action", f"expected service:Name, got {action!r}; {fix}")
    ]


def test_what_denies_may_deny_everything(read_statement):
    for action in ("*", "s3:*"):
        statement = read_statement(Effect="Deny", Action=action, Resource="*").statement
        assert statement.actions == (action,)
        assert statement.resources == (Text(("*",)),)


def test_a_denied_service_has_no_wildcards_either(read_statement):
    assert read_statement(Effect="Deny", Action="*:*").without_places == [
        ("policy-action", "'*:*' is every action of every service; write \"*\"")
    ]
