"""Whatever the bytes: statements or findings, soon, and never a traceback."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from serverless_containers.findings import Findings
from serverless_containers.findings.formats import to_json, to_line
from serverless_containers.plan.permissions import read_policies
from tests.support.thorough import thoroughly
from tests.support.work import is_planned_within_limits

SEEDS = [
    b"""[{"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::${env}-media/*"],
    "Effect": "Allow"}]""",
    b"""[
    {"Sid": "A1", "Action": "s3:*", "Resource": "*"}, {"Effect": "Deny", "Action": "*",
    "Resource": "arn:${AWS::Partition}:s3:::a/${aws:x, 'y'}/${*}"}
    ]""",
    b"""[{"Action": ["a:b"], "Resource": ["arn:aws:a:::b"], "Condition": {\r
    "Bool": {"aws:x": true},\r
    "ForAnyValue:StringLikeIfExists": {"aws:y": ["\\ud83d\\ude00", 1.5e3, "${env}"]}}}]""",
]
SNIPPETS = [
    b"[", b"]", b"{", b"}", b",", b":", b'"', b"\\", b"\\u", b"\\ud800", b"\\udc00", b"\\/",
    b"null", b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"${", b"}", b"${env}", b"${a:b}",
    b"${AWS::Region}", b"'", b"*", b"?", b"\t", b"\n", b"\r", b"\x00", b"\x7f", b"\xc2\x85",
    b"\xe2\x80\xa8", b"\xff", b"\xef\xbb\xbf", b'"Action"', b'"NotAction"', b'"Condition"',
    b'"Sid"', b'"Effect"', b'{"a":1}',
]  # fmt: skip


@st.composite
def mutated(draw):
    content = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        gone = draw(st.sampled_from([0, 0, 1, 4, 12]))
        content = content[:at] + draw(st.sampled_from([b"", *SNIPPETS])) + content[at + gone :]
    return content


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Action", "Resource", "Condition", "Effect", "Sid", "Bool", "aws:x"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
CONTENTS = st.binary(max_size=60) | mutated() | JSON.map(lambda value: json.dumps([value]).encode())


def read(file, content, environment):
    file.write_bytes(content)
    findings = Findings()
    statements = read_policies(file, findings, environment=environment)
    lines = content.decode("utf-8", "replace").splitlines()
    for found in findings:
        assert to_line(found).encode()
        if found.at:
            assert 1 <= found.at.line <= len(lines) + 1
            assert found.at.column >= 1
    assert to_json(findings).encode()
    assert not (statements and findings.errors)
    return statements, findings


def refuse(constant):
    raise ValueError(constant)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("policies") / "p.json"


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(content=CONTENTS, environment=st.sampled_from([None, "", "dev"]))
@example(content=b"\xef\xbb\xbf\xef\xbb\xbf[]", environment=None)
@example(content=b'[{"\\ud800": 1, "\\ud800": 2}]', environment=None)
@example(content=b'[{"Effect": "\\ud800", "Sid": "\\ud800"}]', environment=None)
@example(content=b'[{"Condition": {"\\ud800": {"\\ud800": "\\ud800"}}}]', environment=None)
def test_any_bytes_are_read(file, content, environment):
    statements, findings = read(file, content, environment)

    for statement in statements:
        assert statement.actions
        assert statement.resources
    try:
        parsed = json.loads(content.decode("utf-8-sig"), parse_constant=refuse, parse_int=str)
    except ValueError:
        assert findings.errors
    else:
        assert findings.errors or len(statements) in {0, len(parsed)}


BOMBS = {
    "brackets": b"[" * 260_000,
    "braces": b'{"a":' * 50_000,
    "statements": b"[" + b"{}," * 85_000 + b"{}]",
    "keys": b"[{" + b",".join(b'"A%d":1' % at for at in range(25_000)) + b"}]",
    "one key": b"[{" + b'"Action":1,' * 23_000 + b'"Action":1}]',
    "operators": b'[{"Condition":{' + b",".join(b'"S%d":1' % at for at in range(25_000)) + b"}}]",
    "variables": b'[{"Resource": "' + b"${a}" * 60_000 + b'"}]',
    "open variables": b'[{"Resource": "' + b"${" * 120_000 + b'"}]',
    "open defaults": b'[{"Resource": "' + b"${'" * 80_000 + b'"}]',
    "a long number": b"[" + b"9" * 260_000 + b"]",
    "a long string": b'["' + b"\\u0041" * 40_000 + b'"]',
    "lines": b"[" + b"\n" * 260_000 + b"]",
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [*(name for name in BOMBS if name != "statements"), *thoroughly("statements")]
)
def test_files_made_to_exhaust(project, name):
    project.write("compose.yaml", "services: {web: {image: a, ports: ['80']}}\n")
    (project.path / "custom-policies.json").write_bytes(BOMBS[name])

    assert is_planned_within_limits(project.path)
