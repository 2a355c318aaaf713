"""What a statement may say: "IAM JSON policy elements", IAM User Guide."""

import json

import pytest

from serverless_containers.findings import Location
from serverless_containers.plan.permissions import Effect, Text

EXAMPLE = '{"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::media/*"]}'


def test_a_statement_is_read(read):
    statement = read(
        """[
          {"Sid": "Media1", "Effect": "Deny", "Action": ["s3:GetObject", "s3:Put*"],
           "Resource": ["arn:aws:s3:::media/*", "arn:aws:s3:::other/*"]}
        ]"""
    ).statement

    assert statement.sid == "Media1"
    assert statement.effect is Effect.DENY
    assert statement.actions == ("s3:GetObject", "s3:Put*")
    assert statement.resources == (
        Text(("arn:aws:s3:::media/*",)),
        Text(("arn:aws:s3:::other/*",)),
    )
    assert statement.condition == ()
    assert statement.at == Location("p.json", 2, 11)
    assert statement.path == (0,)


def test_statements_keep_their_order(read):
    text = f"[{EXAMPLE.replace('Get', 'Put')}, {EXAMPLE}]"

    assert [(each.path, each.actions) for each in read(text).statements] == [
        ((0,), ("s3:PutObject",)),
        ((1,), ("s3:GetObject",)),
    ]


def test_what_is_left_out_is_allow_and_no_sid(read_statement):
    statement = read_statement().statement

    assert statement.effect is Effect.ALLOW
    assert statement.sid is None


def test_a_single_string_stands_for_an_array(read_statement):
    statement = read_statement(Action="sqs:SendMessage", Resource="arn:aws:sqs:::q").statement

    assert statement.actions == ("sqs:SendMessage",)
    assert statement.resources == (Text(("arn:aws:sqs:::q",)),)


@pytest.mark.parametrize(
    "text",
    ["[]", " [ ]\n", '[{"Action": [], "Resource": []}]', '[{"Resource": [], "Action": []}]'],
)
def test_the_untouched_file_grants_nothing(read, text):
    reading = read(text)

    assert reading.statements == ()
    assert reading.messages == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('[{"Action": []}]', ["policy-key", "policy-form"]),
        ('[{"Action": [], "Resource": [], "Effect": "Allow"}]', ["policy-form"] * 2),
        (f'[{{"Action": [], "Resource": []}}, {EXAMPLE}]', ["policy-form"] * 2),
        ('[{"Action": [], "Resource": ["*"]}]', ["policy-form", "policy-wildcard"]),
    ],
)
def test_empty_arrays_elsewhere_are_errors(read, text, codes):
    reading = read(text)

    assert reading.codes == codes
    assert reading.statements == ()


def test_an_empty_array_says_what_is_missing(read_statement):
    assert read_statement(Action=[]).messages == [
        "p.json:1:13: [0].Action: expected at least one action, got an empty array; add one"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"Version": "2012-10-17", "Statement": []}',
            "a whole policy document; keep the array of its Statement only",
        ),
        (
            '{"Version": "2012-10-17"}',
            "a whole policy document; keep the array of its Statement only",
        ),
        (EXAMPLE, "a single statement; put [ and ] around it"),
        ('{"Action": "s3:Get*"}', "a single statement; put [ and ] around it"),
        ('{"Resource": "*"}', "a single statement; put [ and ] around it"),
        ('{"a": 1}', f"an object; write [{EXAMPLE}]"),
        ('"x"', f"'x'; write [{EXAMPLE}]"),
        ("null", f"null; write [{EXAMPLE}]"),
        ("1.50", f"1.50; write [{EXAMPLE}]"),
        ("true", f"true; write [{EXAMPLE}]"),
    ],
)
def test_a_file_holds_an_array(read, text, message):
    assert read(text).messages == [f"p.json:1:1: expected an array of statements, got {message}"]


@pytest.mark.parametrize(
    ("text", "shown"), [("[]", "an array"), ("3", "3"), ('"a"', "'a'"), ("null", "null")]
)
def test_an_array_holds_statements(read, text, shown):
    assert read(f"[{text}]").messages == [
        f"p.json:1:2: [0]: expected a statement, got {shown}; write {EXAMPLE}"
    ]


@pytest.mark.parametrize(
    ("key", "end"),
    [
        ("action", "did you mean 'Action'?"),
        ("Actions", "did you mean 'Action'?"),
        ("resource", "did you mean 'Resource'?"),
        ("Conditions", "did you mean 'Condition'?"),
        ("SID", "did you mean 'Sid'?"),
        ("Zyx", "remove it"),
        ("", "remove it"),
    ],
)
def test_unknown_keys_are_errors_with_the_nearest(read_statement, key, end):
    assert read_statement(**{key: "x"}).without_places == [
        (
            "policy-key",
            f"there is no key {key!r} here; the keys are Sid, Effect, Action, Resource, Condition;"
            f" {end}",
        )
    ]


@pytest.mark.parametrize(
    ("key", "why", "fix"),
    [
        (
            "NotAction",
            "it stands for everything that is not listed, also for what AWS will add",
            "list the actions under Action",
        ),
        (
            "NotResource",
            "it stands for everything that is not listed, also for what AWS will add",
            "list the resources under Resource",
        ),
        (
            "Principal",
            "the statements are the task role's, which is their principal",
            "remove it",
        ),
        (
            "NotPrincipal",
            "the statements are the task role's, which is their principal",
            "remove it",
        ),
    ],
)
def test_what_a_role_cannot_be_given_is_refused_with_the_reason(read_statement, key, why, fix):
    reading = read_statement(**{key: "*"})

    assert reading.without_places == [("policy-key", f"{key} is not read: {why}; {fix}")]
    assert reading.messages[0].startswith(f"p.json:1:69: [0].{key}: ")


def test_what_is_missing_is_said_at_the_statement(read):
    assert read("[\n  {}]").messages == [
        f"p.json:2:3: [0]: the statement has no Action; write {EXAMPLE}",
        f"p.json:2:3: [0]: the statement has no Resource; write {EXAMPLE}",
    ]


@pytest.mark.parametrize("other", ["NotAction", "action"])
def test_what_stands_under_another_key_is_not_missing_as_well(read, other):
    text = json.dumps([{other: "s3:Get*", "Resource": "arn:aws:s3:::a"}])

    assert len(read(text).messages) == 1


@pytest.mark.parametrize(
    ("effect", "end"),
    [
        ("allow", "'allow'; did you mean 'Allow'?"),
        ("DENY", "'DENY'; did you mean 'Deny'?"),
        ("Alow", "'Alow'; did you mean 'Allow'?"),
        ("", "''; write one of them, or remove the key to allow"),
        (1, "1; write one of them, or remove the key to allow"),
        (["Allow"], "an array; write one of them, or remove the key to allow"),
        (None, "null; write one of them, or remove the key to allow"),
    ],
)
def test_an_effect_is_allow_or_deny(read_statement, effect, end):
    assert read_statement(Effect=effect).without_places == [
        ("policy-effect", f"expected 'Allow' or 'Deny', got {end}")
    ]


@pytest.mark.parametrize("sid", ["A", "media1", "0"])
def test_a_sid_has_letters_and_digits(read_statement, sid):
    assert read_statement(Sid=sid).statement.sid == sid


@pytest.mark.parametrize(
    "sid", ["", "read media", "read-media", "m\u00e9dia", "a\n", 1, ["a"], None]
)
def test_other_sids_are_refused(read_statement, sid):
    assert read_statement(Sid=sid).codes == ["policy-sid"]


def test_a_sid_stands_once(read):
    text = EXAMPLE.replace("{", '{"Sid": "A", ')

    assert read(f"[{text},\n{text}]").messages == [
        "p.json:2:9: [1].Sid: 'A' is the name of the statement in line 1; "
        "give each statement a name of its own, or none"
    ]


@pytest.mark.parametrize(
    ("value", "end"),
    [
        (1.5, 'got 1.5; write "1.5"'),
        (True, 'got true; write "true"'),
        (None, "got null"),
        ([], "got an array"),
        ({}, "got an object"),
    ],
)
@pytest.mark.parametrize("key", ["Action", "Resource"])
def test_what_is_listed_is_text(read_statement, key, value, end):
    assert read_statement(**{key: [value]}).without_places == [
        ("policy-form", f"expected text, {end}")
    ]


def test_what_stands_alone_may_also_be_an_array(read_statement):
    assert read_statement(Action={}).without_places == [
        ("policy-form", "expected text, or an array of it, got an object")
    ]


@pytest.mark.parametrize("key", ["Action", "Resource"])
@pytest.mark.parametrize(
    ("text", "code"),
    [("\u0100", "0100"), ("\0", "0000"), ("\x1f", "001F"), ("\U0001f600", "1F600")],
)
def test_characters_that_no_policy_may_have(read_statement, key, text, code):
    assert read_statement(**{key: f"s3:{text}"}).without_places == [
        (
            "policy-character",
            f"expected characters from U+0020 to U+00FF, got U+{code};"
            " leave it out; where wildcards are allowed, ? stands for it",
        )
    ]


def test_half_a_surrogate_pair_is_one_of_them(read):
    text = EXAMPLE.replace("media", "\\ud800")

    assert read(f"[{text}]").codes == ["policy-character"]


def test_all_errors_are_reported_at_once(read):
    text = '[{"Effect": "x", "Sid": "?", "Action": "*", "Resource": "x", "Condition": 1}, 2]'

    assert read(text).codes == [
        "policy-effect",
        "policy-sid",
        "policy-action",
        "policy-resource",
        "policy-condition",
        "policy-form",
    ]
