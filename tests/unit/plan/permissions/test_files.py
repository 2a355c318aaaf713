"""The file itself: bytes, JSON (RFC 8259), places and size."""

import codecs
import json

import pytest

from serverless_containers.findings import Findings, Location
from serverless_containers.plan.permissions import read_policies

STATEMENT = '{"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::media/*"]}'


def messages_of(file):
    findings = Findings()
    assert read_policies(file, findings, environment=None) == ()
    assert {found.rule.code for found in findings} == {"policy-file"}
    return [str(found) for found in findings]


def test_a_file_that_does_not_exist(tmp_path):
    assert messages_of(tmp_path / "custom-policies.json") == [
        "custom-policies.json does not exist; name a file that exists"
    ]


def test_a_folder(tmp_path):
    assert messages_of(tmp_path) == [f"{tmp_path.name} is a folder; name a file that exists"]


@pytest.mark.parametrize("name", ["a\0b", "a" * 300])
def test_a_name_that_no_file_can_have(tmp_path, name):
    assert len(messages_of(tmp_path / name)) == 1


def test_a_file_that_cannot_be_opened(tmp_path, monkeypatch):
    file = tmp_path / "p.json"
    file.write_text("[]")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", refuse)
    assert messages_of(file) == [
        "p.json cannot be read (Permission denied); name a file that exists"
    ]


def test_a_file_of_256_kib_is_read_and_no_more(tmp_path):
    file = tmp_path / "p.json"
    file.write_text("[]".ljust(256 * 1024))
    findings = Findings()
    read_policies(file, findings, environment=None)
    assert len(findings) == 0

    file.write_text("[]".ljust(256 * 1024 + 1))
    assert messages_of(file) == [
        "p.json has more than 262144 bytes; a policy of at most 10240 characters needs no more"
    ]


def test_it_is_shown_as_the_user_would_name_it(read):
    assert read("1", shown="app/p.json").messages[0].startswith("app/p.json:1:1: ")
    assert read("1", shown=None).messages[0].startswith("custom-policies.json:1:1: ")


def test_a_byte_order_mark_is_no_part_of_it(read):
    assert read(codecs.BOM_UTF8 + b"[]").messages == []
    assert read(codecs.BOM_UTF8 + b"1").messages[0].startswith("p.json:1:1: ")


@pytest.mark.parametrize(
    ("content", "place", "byte"),
    [
        (b"\xff\xfe[\0]\0", "1:1", "ff"),
        (b'[\n "\xc3\xa9\xe9"]', "2:4", "e9"),
        (b'["\xed\xa0\x80"]', "1:3", "ed"),
    ],
)
def test_it_is_utf_8(read, content, place, byte):
    reading = read(content)

    assert reading.codes == ["policy-file"]
    assert reading.messages == [
        f"p.json:{place}: the byte 0x{byte} is not UTF-8 here; save the file as UTF-8 text"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: the file is empty; write [] where there are no policies"),
        (" \n ", "1:1: the file is empty; write [] where there are no policies"),
        ("[", "1:2: the file ends too early; close every bracket and brace"),
        ('[{"Action":\n\n', "1:12: the file ends too early; close every bracket and brace"),
        ("[1,\n]", "1:3: a comma stands before a closing bracket; remove the comma"),
        ("[1 ,]", "1:4: a comma stands before a closing bracket; remove the comma"),
        ('[{"a": 1,\n }]', "1:9: a comma stands before a closing bracket; remove the comma"),
        ("// x\n[]", "1:1: JSON has no comments; remove it"),
        ("[\n  # x\n]", "2:3: JSON has no comments; remove it"),
        ("[] /* x */", "1:4: JSON has no comments; remove it"),
        ('[{"a": 1, // x\n"b": 2}]', "1:11: JSON has no comments; remove it"),
        ('[{"a": 1 // x\n}]', "1:10: JSON has no comments; remove it"),
        ("['a']", '1:2: expected double quotes around text; write "…"'),
        ("[{'a': 1}]", '1:3: expected double quotes around text; write "…"'),
        ("[\u201ca\u201d]", '1:2: expected double quotes around text; write "…"'),
        ("[True]", "1:2: JSON has no True; write true"),
        ("[None]", "1:2: JSON has no None; write null"),
        ("[{a: 1}]", "1:3: expected a key in double quotes, got 'a'; write \"a\""),
        ("[s3]", "1:2: expected a value, got 's3'; write \"s3\""),
        ("[{1: 1}]", "1:3: expected a key in double quotes, got '1'; write \"key\": value"),
        (
            '[{"a" 1}]',
            "1:7: expected a colon after the key, got '1'; write \"key\": value",
        ),
        (
            '[\n"a"\n"b"]',
            "3:1: expected a comma or a closing bracket, got '\"'; put commas between entries",
        ),
        ("[01]", "1:3: expected a comma or a closing bracket, got '1'; put commas between entries"),
        (
            "[,1]",
            "1:2: expected a value, got ','; write text in double quotes, an array or an object",
        ),
        (
            "[{}]\n[{}]",
            "2:1: expected the end of the file, got '[';"
            " keep one array, with every statement in it",
        ),
        (
            "[]]",
            "1:3: expected the end of the file, got ']'; remove it, or complete what it closes",
        ),
        (
            '[{"a":}]',
            "1:7: expected a value, got '}'; remove it, or complete what it closes",
        ),
        ('["a', "1:2: the string that starts here has no end; close it with a double quote"),
        (
            '["a\nb"]',
            "1:4: a string ends in the line where it starts; close it with a double quote",
        ),
        ('["a\tb"]', "1:4: a string holds no control characters; write \\t"),
        ('["a\x01b"]', "1:4: a string holds no control characters; write \\u0001"),
        (
            '["arn:aws:s3:::$\\{env}"]',
            "1:17: JSON has no escape \\{; remove the backslash, or write two of them for one",
        ),
        ('["\\u12"]', "1:4: the escape is incomplete; write \\u and four hexadecimal digits"),
        ("[NaN]", "1:2: [0]: JSON has no NaN; write a number, or text in double quotes"),
        (
            '[{"a": -Infinity}]',
            "1:8: [0].a: JSON has no -Infinity; write a number, or text in double quotes",
        ),
    ],
)
def test_what_is_no_json(read, text, message):
    reading = read(text)

    assert reading.messages == [f"p.json:{message}"]
    assert reading.codes == ["policy-syntax"]


def test_a_long_word_is_cut_short(read):
    assert read(f"[{'x' * 9000}]").messages == [
        f"p.json:1:2: expected a value, got '{'x' * 60}…'; write \"{'x' * 60}…\""
    ]


def test_a_key_stands_once(read):
    text = STATEMENT.replace("}", ',\n "Action": "*", "Resource": "*"}')

    assert read(f"[{text}]").messages == [
        "p.json:2:2: [0].Action: the key stands here twice; remove it here or in line 1",
        "p.json:2:17: [0].Resource: the key stands here twice; remove it here or in line 1",
    ]


@pytest.mark.parametrize("text", ["[" * 100_000, '[{"a":' * 40_000, "[" * 5000 + "]" * 5000])
def test_a_file_that_is_nested_too_deeply(read, text):
    reading = read(text)

    assert reading.codes == ["policy-form"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[\t{"Sid":\t1}]', (1, 11)),
        ('[\r\n{\r\n\r\n"Sid": 1}]', (4, 8)),
        ('[\r{"Sid": 1}]', (2, 9)),
        ('[{"Sid"\n:\n1}]', (3, 1)),
        ('[{"x\U0001f600\u00e9": 2, "Sid": 1}]', (1, 20)),
        ('[{"\\ud83d\\ude00\\/\\ud800": 2, "Sid": 1}]', (1, 37)),
        ('[{"' + "k" * 2000 + '": 2, "Sid": 1}]', (1, 2017)),
        ('[{"a\x7f": 2, "Sid": 1}]', (1, 19)),
        ('[{"a": "[{,:\\"}]", "Sid": 1}]', (1, 27)),
        ('[{"a": [{}, []], "b": {"Sid": 3}, "Sid": 1}]', (1, 42)),
    ],
)
def test_places_whatever_yaml_would_make_of_it(read, text, place):
    places = [
        (found.at.line, found.at.column)
        for found in read(text).findings
        if found.rule.code == "policy-sid"
    ]

    assert places == [place]


def test_a_statement_stands_where_its_brace_does(read):
    assert read(f"[\n\n  {STATEMENT}]").statement.at == Location("p.json", 3, 3)


def policy_of(count):
    """A file whose policy has this many characters without white space."""
    frame = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": "arn:aws:s3:::a",
                "Sid": "S",
                "Condition": {"Bool": {"aws:x": "true"}, "StringLike": {"s3:prefix": ["a", "b"]}},
            }
        ],
    }
    text = json.dumps(frame, separators=(",", ":"))
    text = text.replace(":::a", f":::{'a' * (count - len(text) + 1)}")
    return json.dumps(json.loads(text)["Statement"], indent=4)


def test_a_policy_of_10240_characters_fits(read):
    assert read(policy_of(10_240)).statement


def test_a_larger_one_does_not(read):
    reading = read(policy_of(10_241))

    assert reading.messages == [
        "p.json:1:1: the policy has 10241 characters without white space; at most 10240 fit;"
        " join statements, or write wildcards in the names of actions and resources"
    ]
    assert reading.codes == ["policy-size"]
    assert reading.statements == ()


def test_what_is_only_known_later_counts_as_little_as_it_can(read_statement):
    def size(resource):
        padding = "/" + "a" * 10_300
        ((_, message),) = read_statement(
            Resource=f"arn:aws:s3:::{resource}{padding}"
        ).without_places
        return int(message.split()[3])

    assert size("${AWS::AccountId}") - size("") == 12
    assert size("${AWS::Region}") - size("") == 9
    assert size("${AWS::Partition}") - size("") == 3
    assert size("${env}") - size("") == 3
    assert size(" ") - size("") == 0


def test_white_space_in_the_file_does_not_count(read):
    assert read(f"[{STATEMENT}{' ' * 20_000}]").messages == []


def test_warnings_do_not_take_the_statements_away(read_statement):
    reading = read_statement(Resource="*")

    assert len(reading.statements) == 1
    assert reading.findings.errors == ()


def test_errors_of_other_files_do_not_either(read_statement, tmp_path):
    findings = Findings(read_statement(Action="*").findings)
    file = tmp_path / "sound.json"
    file.write_text(f"[{STATEMENT}]")

    assert len(read_policies(file, findings, environment=None)) == 1
    assert len(findings) == 1
