"""Reading the values of secrets, on the machine that pushes them."""

import pytest

from serverless_containers.findings import Findings, Location
from serverless_containers.plan.secrets.files import LARGEST_VALUE, SecretText, read_value
from serverless_containers.plan.secrets.model import SecretPlan, SecretStore
from tests.support.other_user import as_a_user, folder_of_a_user

SENTINEL = "s3ntinel-value"


@pytest.fixture
def read(tmp_path):
    """Read a value; what is not given is as it should be."""

    def _read(content, *, mode=0o600, variables=None, **plan):
        file = tmp_path / ".secret-key"
        if content is not None:
            file.write_bytes(content)
            file.chmod(mode)
        findings = Findings()
        values = {"file": file, **plan}
        value = read_value(
            SecretPlan(
                key="KEY", name="shop/KEY", at=Location("compose.yaml", 3, 9),
                path=("secrets", "KEY"), **values,
            ),
            findings,
            variables=variables or {},
        )  # fmt: skip
        told = [(each.rule.code, str(each).replace(str(tmp_path), "")) for each in findings]
        assert SENTINEL not in str(told) + repr(value)
        return value, told

    return _read


@pytest.mark.parametrize(
    ("content", "value", "removed"),
    [
        (b"abc", "abc", False),
        (b"abc\n", "abc", True),
        (b"abc\r\n", "abc", True),
        (b" padded ", " padded ", False),
        ("grün\n".encode(), "grün", True),
    ],
)
def test_a_value_is_what_the_file_holds_but_for_one_newline(read, content, value, removed):
    text, told = read(content)
    assert told == []
    assert (text.reveal(), text.newline_removed) == (value, removed)


@pytest.mark.parametrize(
    ("content", "options", "code", "message"),
    [
        (None, {}, "secret-value-missing", "/.secret-key does not exist; create it, or push the "
         "others with --only and leave KEY to somebody who has it"),
        (b"", {}, "secret-value-empty", "/.secret-key holds no value; write the value into it"),
        (b" \n", {}, "secret-value-empty", "/.secret-key holds no value; write the value into it"),
        (b"\xc2\xa0", {}, "secret-value-empty", "/.secret-key holds no value; write the value into "
         "it"),
        (b"a\nb", {}, "secret-value-lines", "/.secret-key holds several lines; write one value on "
         "one line, or give the secret x-serverless-containers: {multiline: true}"),
        (b"a\n\n", {}, "secret-value-lines", "/.secret-key holds several lines; write one value on "
         "one line, or give the secret x-serverless-containers: {multiline: true}"),
        (b"a\r", {}, "secret-value-lines", "/.secret-key holds several lines; write one value on "
         "one line, or give the secret x-serverless-containers: {multiline: true}"),
        (b"\xff" + SENTINEL.encode(), {}, "secret-value-text", "/.secret-key holds no text in "
         "UTF-8 without zero bytes and byte-order mark; save it as plain UTF-8, or encode it, for "
         "instance with base64"),
        (b"a\0b", {}, "secret-value-text", "/.secret-key holds no text in UTF-8 without zero "
         "bytes and byte-order mark; save it as plain UTF-8, or encode it, for instance with "
         "base64"),
        (b"\xef\xbb\xbfa", {}, "secret-value-text", "/.secret-key holds no text in UTF-8 without "
         "zero bytes and byte-order mark; save it as plain UTF-8, or encode it, for instance with "
         "base64"),
        (b"x" * 65_537, {}, "secret-value-size", "/.secret-key holds more than 65536 bytes; store "
         "the key to the rest, and the rest elsewhere"),
        (b"x" * 4_097, {"store": SecretStore.PARAMETER_STORE}, "secret-value-size", "/.secret-key "
         "holds more than 4096 bytes; keep it in Secrets Manager (store: secrets-manager)"),
        (b"a", {"mode": 0o644}, "secret-file-open", "everybody on this machine can read or write "
         "/.secret-key (mode 0644); chmod 600 /.secret-key"),
        (b"a", {"mode": 0o602}, "secret-file-open", "everybody on this machine can read or write "
         "/.secret-key (mode 0602); chmod 600 /.secret-key"),
    ],
)  # fmt: skip
def test_a_value_that_is_none(read, content, options, code, message):
    value, told = read(content, **options)
    assert value is None
    assert told == [(code, f"compose.yaml:3:9: secrets.KEY.file: {message}")]


def test_all_that_is_wrong_with_a_file_is_told_at_once(read):
    _, told = read(b"a\nb\xff", mode=0o644)
    assert [code for code, _ in told] == [
        "secret-value-text", "secret-value-lines", "secret-file-open",
    ]  # fmt: skip


@pytest.mark.parametrize("store", SecretStore)
def test_the_largest_value_fits(read, store):
    value, told = read(b"x" * LARGEST_VALUE[store] + b"\n", store=store)
    assert told == []
    assert len(value.reveal()) == LARGEST_VALUE[store]


def test_several_lines_where_they_are_meant(read):
    value, _ = read(b"-----BEGIN\nabc\n-----END\n", multiline=True)
    assert value.reveal() == "-----BEGIN\nabc\n-----END"


def test_a_group_may_read(read):
    assert read(b"a", mode=0o640)[1] == []


@pytest.mark.parametrize("link", ["file", "folder", "folder above"])
def test_a_symbolic_link_is_refused(read, tmp_path, link):
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "real" / ".secret-real").write_text(SENTINEL)
    (tmp_path / "real" / "deep" / ".secret-real").write_text(SENTINEL)
    if link == "file":
        file = tmp_path / ".secret-link"
        file.symlink_to(tmp_path / "real" / ".secret-real")
    else:
        (tmp_path / "linked").symlink_to(tmp_path / "real")
        below = ["deep"] if link == "folder above" else []
        file = tmp_path.joinpath("linked", *below, ".secret-real")
    value, told = read(None, file=file, folder=tmp_path / "app")
    assert value is None
    assert [code for code, _ in told] == ["secret-file-link"]


def test_a_link_above_both_the_project_and_its_secrets_is_nobodys_business(read, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "home").symlink_to(tmp_path / "real")
    file = tmp_path / "home" / ".secret-key"
    file.write_text("a")
    file.chmod(0o600)
    assert read(None, file=file, folder=tmp_path / "home" / "app")[1] == []


def test_a_folder_is_no_file(read, tmp_path):
    assert read(None, file=tmp_path)[1][0][0] == "secret-file-unreadable"


def test_a_name_that_no_file_has(read, tmp_path):
    assert read(None, file=tmp_path / "a\0b")[1][0][0] == "secret-file-unreadable"


READING = """
import sys
from pathlib import Path
from serverless_containers.findings import Findings, Location
from serverless_containers.plan.secrets.files import read_value
from serverless_containers.plan.secrets.model import SecretPlan
"""
READS = """
file = Path(sys.argv[1])
file.write_bytes(b"a")
file.chmod(int(sys.argv[2], 8))
findings = Findings()
plan = SecretPlan(key="KEY", name="shop/KEY", at=Location("compose.yaml", 3, 9),
                  path=("secrets", "KEY"), file=file)
value = read_value(plan, findings, variables={})
print(value and value.reveal(), *(each.rule.code for each in findings))
"""


@pytest.mark.parametrize(("mode", "told"), [("0200", "None secret-file-unreadable"), ("0600", "a")])
def test_a_file_that_may_not_be_read(mode, told):
    with folder_of_a_user() as folder:
        assert as_a_user(READING, READS, folder / ".secret-key", mode) == f"{told}\n"


def test_a_variable_of_the_shell(read):
    value, told = read(None, file=None, variable="KEY", variables={"KEY": SENTINEL})
    assert (value.reveal(), told) == (SENTINEL, [])


def test_a_variable_that_is_not_set(read):
    value, told = read(None, file=None, variable="KEY", variables={})
    assert value is None
    assert told == [
        (
            "secret-value-missing",
            "compose.yaml:3:9: secrets.KEY.environment: the variable KEY is not set in this "
            "shell; set it, or push the others with --only and leave KEY to somebody who has it",
        )
    ]


def test_a_value_shows_itself_to_nobody_who_does_not_ask():
    value = SecretText(SENTINEL)
    assert SENTINEL not in f"{value} {value!r} {vars} {[value]}"
    assert value != SecretText(SENTINEL)
