"""Conditions: "IAM JSON policy elements: Condition operators", IAM User Guide."""

import json

import pytest

from serverless_containers.plan.permissions import ConditionTest, PseudoParameter, Text

EXAMPLE = '"Condition": {"StringLike": {"s3:prefix": ["media/*"]}}'
NAMES = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
]


@pytest.fixture
def read_condition(read_statement):
    def _read(condition, **options):
        return read_statement(Condition=condition, **options)

    return _read


def test_tests_keep_their_order(read_condition):
    statement = read_condition(
        {
            "StringLike": {"s3:prefix": ["media/*", "${env}/*"], "aws:PrincipalTag/team": "a"},
            "Bool": {"aws:SecureTransport": True},
        }
    ).statement

    assert statement.condition == (
        ConditionTest(
            operator="StringLike", key="s3:prefix", values=(Text(("media/*",)), Text(("dev/*",)))
        ),
        ConditionTest(operator="StringLike", key="aws:PrincipalTag/team", values=(Text(("a",)),)),
        ConditionTest(operator="Bool", key="aws:SecureTransport", values=(Text(("true",)),)),
    )


@pytest.mark.parametrize("written", ["1", "1.50", "-0", "1e400", "9" * 5000, "true", "false"])
def test_numbers_and_booleans_are_text_as_they_were_written(read, written):
    text = (
        '[{"Action": "s3:Get*", "Resource": "arn:aws:s3:::a", "Condition":'
        f' {{"NumericEquals": {{"s3:max-keys": [{written}, "{written}"]}}}}}}]'
    )

    (test,) = read(text).statement.condition

    assert test.values == (Text((written,)), Text((written,)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("prefix", ["", "ForAnyValue:", "ForAllValues:"])
def test_operators(read_condition, prefix, name):
    for suffix in ("", "IfExists"):
        operator = f"{prefix}{name}{suffix}"
        (test,) = read_condition({operator: {"aws:x": "y"}}).statement.condition
        assert test.operator == operator


def test_null_is_an_operator(read_condition):
    (test,) = read_condition({"Null": {"aws:TokenIssueTime": "true"}}).statement.condition

    assert test.operator == "Null"


@pytest.mark.parametrize(
    ("operator", "near"),
    [
        ("stringequals", "StringEquals"),
        ("StringEqual", "StringEquals"),
        ("stringLikeIfexists", "StringLikeIfExists"),
        ("NullIfExists", "Null"),
        ("ForAnyValues:StringLike", "ForAnyValue:StringLike"),
        ("ForAllValues:StringLik", "ForAllValues:StringLike"),
        ("ForAllValues:StringLikIfExists", "ForAllValues:StringLikeIfExists"),
        ("x:StringLike", "StringLike"),
        (" Bool", "Bool"),
    ],
)
def test_unknown_operators_are_errors_with_the_nearest(read_condition, operator, near):
    assert read_condition({operator: {"aws:x": "y"}}).without_places == [
        ("policy-condition", f"there is no operator {operator!r}; did you mean {near!r}?")
    ]


@pytest.mark.parametrize("operator", ["", "xyz", "IfExists", "ForAnyValue:"])
def test_an_operator_like_no_other(read_condition, operator):
    assert read_condition({operator: {"aws:x": "y"}}).without_places == [
        ("policy-condition", f"there is no operator {operator!r}; write {EXAMPLE}")
    ]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("x", "expected an object of operators, got 'x'"),
        ([], "expected an object of operators, got an array"),
        ({}, "expected an object of operators, got an empty one"),
        (None, "expected an object of operators, got null"),
        ({"Bool": 1}, "expected an object of keys, got 1"),
        ({"Bool": {}}, "expected an object of keys, got an empty one"),
    ],
)
def test_a_condition_is_an_object_of_objects(read_condition, condition, message):
    assert read_condition(condition).without_places == [
        ("policy-condition", f"{message}; write {EXAMPLE}")
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "expected at least one value, got an empty array; add one"),
        ([None], "expected text, a number or a boolean, got null"),
        ([{}], "expected text, a number or a boolean, got an object"),
        ([[]], "expected text, a number or a boolean, got an array"),
        (None, "expected text, a number or a boolean, or an array of them, got null"),
    ],
)
def test_values(read_condition, values, message):
    assert read_condition({"StringLike": {"aws:x": values}}).without_places == [
        ("policy-form", message)
    ]


@pytest.mark.parametrize(
    "key", ["SourceIp", "", ":x", "aws:", "a b:c", "aws:\u0100", "aws:\n", "Fn::GetAtt"]
)
def test_a_key_has_a_service(read_condition, key):
    assert read_condition({"StringLike": {key: "x"}}).without_places == [
        (
            "policy-condition",
            f"expected a key of the form service:name, got {key!r};"
            " write aws: or the service before the name, as in aws:SourceIp",
        )
    ]


def test_a_key_has_no_variables(read_condition):
    assert read_condition({"StringLike": {"aws:ResourceTag/${TagKey}": "x"}}).without_places == [
        (
            "policy-variable",
            "the key of a condition has no variables;"
            " write what is meant, as in aws:ResourceTag/team",
        )
    ]


@pytest.mark.parametrize("operator", ["StringLike", "ArnEqualsIfExists", "ForAnyValue:StringLike"])
def test_values_of_strings_and_arns_have_variables_of_iam(read_condition, operator):
    (test,) = read_condition({operator: {"s3:prefix": "${aws:userid}/*"}}).statement.condition

    assert test.values == (Text(("${aws:userid}/*",)),)


@pytest.mark.parametrize("operator", ["NumericEquals", "DateLessThanIfExists", "Null", "IpAddress"])
def test_other_values_have_none(read_condition, operator):
    name = operator.removesuffix("IfExists")

    assert read_condition({operator: {"aws:x": "${aws:userid}"}}).without_places == [
        (
            "policy-variable",
            f"IAM replaces no variables in values of {name};"
            " use an operator of strings or ARNs, or write the value itself",
        )
    ]


def test_any_value_may_have_what_is_known_before_a_request(read_condition):
    (test,) = read_condition(
        {"IpAddress": {"aws:x": ["${AWS::AccountId}", "${env}"]}}
    ).statement.condition

    assert test.values == (Text((PseudoParameter.ACCOUNT_ID,)), Text(("dev",)))


def test_a_value_may_be_empty(read_condition):
    (test,) = read_condition({"StringEquals": {"s3:prefix": ["", "a"]}}).statement.condition

    assert test.values == (Text(()), Text(("a",)))


def test_variables_that_do_not_exist_are_errors_here_too(read_condition):
    assert read_condition({"StringLike": {"aws:x": "${foo}"}}).codes == ["policy-variable"]
    assert read_condition({"StringLike": {"aws:x": "${env}"}}, environment=None).codes == [
        "policy-variable"
    ]


def test_places(read):
    condition = '{"Bol": {"aws:x":\n [1, null]}}'
    text = f'[{{"Action": "s3:Get*", "Resource": "arn:aws:s3:::a",\n"Condition": {condition}}}]'

    assert [(found.at.line, found.at.column, found.path) for found in read(text).findings] == [
        (2, 15, (0, "Condition", "Bol")),
        (3, 6, (0, "Condition", "Bol", "aws:x", 1)),
    ]


def test_characters_that_no_policy_may_have(read_condition):
    assert read_condition({"StringLike": {"aws:x": "\u0100"}}).codes == ["policy-character"]


def test_a_condition_is_hashable(read_condition):
    statement = read_condition({"Bool": {"aws:SecureTransport": json.loads("true")}}).statement

    assert hash(statement)
