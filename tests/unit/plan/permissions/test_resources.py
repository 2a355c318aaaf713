"""Resources and their variables: "Variables and tags", IAM User Guide."""

import pytest

from serverless_containers.findings import Severity
from serverless_containers.plan.permissions import PseudoParameter, Text

ACCOUNT, REGION, PARTITION = (
    PseudoParameter.ACCOUNT_ID,
    PseudoParameter.REGION,
    PseudoParameter.PARTITION,
)
NAMES = (
    "${env}, ${AWS::AccountId}, ${AWS::Region}, ${AWS::Partition}, and those of IAM, such as"
    " ${aws:PrincipalTag/team}"
)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:s3:::media",
        "arn:aws:s3:::*",
        "arn:aws-us-gov:s3:::media",
        "arn:aws-iso-b:s3:::media",
        "arn:*:s3:::media",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/a/index/*",
        "arn:aws:sns:*:*:topic",
        "arn:aws:logs:eu-west-1:123456789012:log-group:a:log-stream:b",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:s3:::m\u00e9dia/$x/{y}",
    ],
)
def test_arns(read_statement, arn):
    assert read_statement(Resource=arn).statement.resources == (Text((arn,)),)


def test_every_resource_is_a_warning(read_statement):
    reading = read_statement(Resource=["arn:aws:s3:::a", "*"])

    assert reading.messages == [
        "p.json:1:62: [0].Resource[1]: '*' allows the actions on every resource;"
        " write ARNs; suppress this where the actions take no resources"
    ]
    assert [found.rule.severity for found in reading.findings] == [Severity.WARNING]
    assert reading.statements[0].resources[1] == Text(("*",))


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ("media", 'expected an ARN or "*"'),
        ("**", 'expected an ARN or "*"'),
        ("", 'expected an ARN or "*"'),
        ("s3://media", 'expected an ARN or "*"'),
        ("ARN:aws:s3:::media", 'expected an ARN or "*"'),
        ("arn", "expected an ARN of 6 parts, found 1"),
        ("arn:aws:s3::media", "expected an ARN of 6 parts, found 5"),
        ("arn::s3:::media", "expected a partition after arn:"),
        ("arn:s3:eu-west-1:1:media:x", "expected a partition after arn:"),
        ("arn:aws::::x", "expected a service as the third part of an ARN, without wildcards"),
        ("arn:aws:*:::x", "expected a service as the third part of an ARN, without wildcards"),
        ("arn:aws:s?:::x", "expected a service as the third part of an ARN, without wildcards"),
        ("arn:aws:s3:::", "expected a resource as the last part of an ARN"),
    ],
)
def test_what_is_no_arn(read_statement, resource, message):
    ((code, said),) = read_statement(Resource=resource).without_places

    assert code == "policy-resource"
    assert said.startswith(f"{message}, got {resource!r}; ")


def test_a_long_value_is_cut_short(read_statement):
    ((_, said),) = read_statement(Resource="x" * 9000).without_places

    assert f"got '{'x' * 60}…';" in said


@pytest.mark.parametrize(
    ("resource", "parts"),
    [
        ("arn:aws:s3:::${env}-media", ("arn:aws:s3:::dev-media",)),
        ("arn:aws:s3:::${env}${env}", ("arn:aws:s3:::devdev",)),
        ("arn:aws:s3:::$${env}", ("arn:aws:s3:::$dev",)),
        ("arn:aws:s3:::${env}/${aws:userid}", ("arn:aws:s3:::dev/${aws:userid}",)),
        ("arn:aws:s3:::a-${AWS::AccountId}", ("arn:aws:s3:::a-", ACCOUNT)),
        (
            "arn:${AWS::Partition}:s3:${AWS::Region}:${AWS::AccountId}:${env}/x",
            ("arn:", PARTITION, ":s3:", REGION, ":", ACCOUNT, ":dev/x"),
        ),
        (
            "arn:aws:x:::${AWS::Region}${AWS::Region}${aws:userid}",
            ("arn:aws:x:::", REGION, REGION, "${aws:userid}"),
        ),
        ("arn:aws:${env}:::x", ("arn:aws:dev:::x",)),
    ],
)
def test_variables(read_statement, resource, parts):
    text = read_statement(Resource=resource).statement.resources[0]

    assert text.parts == parts


@pytest.mark.parametrize(
    "variable",
    [
        "${aws:username}",
        "${aws:PrincipalTag/team}",
        "${s3:prefix}",
        "${cognito-identity.amazonaws.com:sub}",
        "${*}",
        "${?}",
        "${$}",
        "${aws:x, 'y'}",
        "${aws:x,'a}b: {c'}",
        "${aws:x, ''}",
        "${aws:PrincipalTag/my team}",
    ],
)
def test_variables_of_iam_stay_literal(read_statement, variable):
    arn = f"arn:aws:s3:::a/{variable}/b"

    assert read_statement(Resource=arn).statement.resources == (Text((arn,)),)


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:s3:${aws:RequestedRegion}::x",
        "arn:aws:s3::${aws:PrincipalAccount}:x",
        "arn:aws:${s3:x}:::x",
        "arn:aws:s${*}:::x",
    ],
)
def test_iam_replaces_its_variables_in_the_last_part_alone(read_statement, resource):
    assert read_statement(Resource=resource).without_places == [
        (
            "policy-variable",
            "IAM replaces its variables in the last part of an ARN alone;"
            " write what comes before the fifth colon itself, or ${AWS::AccountId} and its like",
        )
    ]


@pytest.mark.parametrize(
    ("variable", "fix"),
    [
        ("Env", "write ${env}"),
        (" env ", "write ${env}"),
        ("ENV", "write ${env}"),
        ("AWS::Accountid", "write ${AWS::AccountId}"),
        ("AWS::Account", "write ${AWS::AccountId}"),
        ("AWS::StackName", "write the value itself"),
        ("environment-name", "write the value itself"),
        ("!env", "write ${env}"),
        ("", "write the value itself"),
        ("aws:", "write the value itself"),
        ("aws::x", "write the value itself"),
        ("aws:x, y", "write the value itself"),
        ("**", "write the value itself"),
    ],
)
def test_other_variables_are_errors_that_list_what_there_is(read_statement, variable, fix):
    shown = f"${{{variable}}}"

    assert read_statement(Resource=f"arn:aws:s3:::{shown}").without_places == [
        ("policy-variable", f"there is no variable {shown!r}; there are {NAMES}; {fix}")
    ]


@pytest.mark.parametrize(
    "resource", ["arn:aws:s3:::${env", "arn:aws:s3:::a${", "arn:aws:s3:::${a${"]
)
def test_a_variable_is_closed(read_statement, resource):
    assert read_statement(Resource=resource).without_places == [
        ("policy-variable", "a variable has no closing brace; write ${name}")
    ]


@pytest.mark.parametrize("environment", [None, ""])
def test_without_an_environment_its_name_is_an_error(read_statement, environment):
    reading = read_statement(Resource="arn:aws:s3:::${env}", environment=environment)

    assert reading.without_places == [
        (
            "policy-variable",
            "${env} stands for the environment's name, and there is no environment;"
            " name an environment with --environment, or write the value itself",
        )
    ]


def test_actions_have_no_variables(read_statement):
    assert read_statement(Action="s3:${env}").without_places == [
        ("policy-variable", "actions have no variables; write the action itself")
    ]


def test_the_arn_that_an_environment_makes_is_checked(read_statement):
    reading = read_statement(Resource="${env}", environment="arn:aws:s3:::a")

    assert reading.statement.resources == (Text(("arn:aws:s3:::a",)),)
    assert read_statement(Resource="${env}", environment="*").codes == ["policy-wildcard"]


def test_text_is_shown_as_it_is_written():
    text = Text(("arn:aws:s3:::a-", ACCOUNT, "/${aws:userid}"))

    assert str(text) == "arn:aws:s3:::a-${AWS::AccountId}/${aws:userid}"


def test_a_pseudo_parameter_is_not_mistaken_for_text():
    assert not any(isinstance(each, str) for each in PseudoParameter)
