"""Files are written whole or not at all, and stay what they are besides their text."""

import json
import os
import stat

import pytest

from serverless_containers.client_config import ClientConfigError, format_of, merge_into, write_new

FORMS = {
    "amplify-js": "aws-exports.js",
    "amplify-native": "amplifyconfiguration.json",
    "amplify-outputs": "amplify_outputs.json",
    "env": ".env.local",
}
POOL = {"UserPoolId": "eu-west-1_AbC", "UserPoolClientId": "4a1b"}
NATIVE = format_of("amplify-native")


@pytest.fixture(params=FORMS)
def named(request, tmp_path):
    """A form, and a file that takes it."""
    return format_of(request.param), tmp_path / FORMS[request.param]


def test_a_new_file(client, named):
    output_format, file = named
    assert write_new(client(), output_format, file) == f"{file}: written with API web"
    assert file.read_text() == output_format.fresh(client(), file)
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_is_there_is_not_overwritten_unasked(client, named):
    output_format, file = named
    file.write_text("mine")
    with pytest.raises(ClientConfigError) as raised:
        write_new(client(), output_format, file)
    assert str(raised.value) == (
        f"{file} exists; --merge {file} keeps what else is in it, --force overwrites it"
    )
    assert file.read_text() == "mine"
    said = write_new(client(), output_format, file, overwrite=True)
    assert said == f"{file}: overwritten with API web"
    assert file.read_text() == output_format.fresh(client(), file)


def test_merging_into_nothing_makes_the_file(client, named):
    output_format, file = named
    assert merge_into(client(), output_format, file) == f"{file}: written with API web"
    assert file.read_text() == output_format.fresh(client(), file)


@pytest.mark.parametrize("content", [b"", b" \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_no_file_to_lose(client, named, content):
    output_format, file = named
    file.write_bytes(content)
    merge_into(client(), output_format, file)
    assert file.read_text() == output_format.fresh(client(), file)


def test_merging_twice_changes_nothing(client, named):
    output_format, file = named
    merge_into(client(), output_format, file)
    merge_into(client(POOL), output_format, file)
    once = file.read_bytes()
    before = file.stat()
    assert merge_into(client(POOL), output_format, file).startswith(
        f"{file}: unchanged, it holds API web, "
    )
    assert file.read_bytes() == once
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_is_merged_is_what_is_written_anew(client, named):
    output_format, file = named
    merge_into(client({"Url": "https://old"}), output_format, file)
    merge_into(client(), output_format, file)
    assert file.read_text() == output_format.fresh(client(), file)


@pytest.mark.parametrize("write", [merge_into, write_new])
def test_the_end_of_a_name_may_be_in_capitals(client, tmp_path, write):
    write(client(), NATIVE, tmp_path / "A.JSON")
    assert "api" in json.loads((tmp_path / "A.JSON").read_text())


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n\r\n"])
def test_marks_and_line_ends_stay(client, tmp_path, mark, newline, end):
    file = tmp_path / "amplifyconfiguration.json"
    file.write_bytes(mark + newline.join((b"{", b'   "UserAgent": "x"', b"}")) + end)
    merge_into(client(), NATIVE, file)
    content = file.read_bytes()
    lines = content.removeprefix(mark).removesuffix(end).split(newline)
    assert content.startswith(mark + b"{")
    assert lines[:3] == [b"{", b'   "UserAgent": "x",', b'   "api": {']
    assert lines[-1] == b"}"
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert content.endswith(b"}" + end)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_mark_of_lines_stays(client, tmp_path, mark):
    file = tmp_path / ".env"
    file.write_bytes(mark + b"API_NAME=x\r\n")
    merge_into(client(), format_of("env"), file)
    assert file.read_bytes().startswith(mark + b"API_NAME=web\r\nAPI_URL=")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_permissions_stay(client, named, mode):
    output_format, file = named
    file.write_text("")
    file.chmod(mode)
    merge_into(client(), output_format, file)
    assert stat.S_IMODE(file.stat().st_mode) == mode
    write_new(client(), output_format, file, overwrite=True)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_new_file_has_the_permissions_of_new_files(client, tmp_path):
    (tmp_path / "other").write_text("")
    file = tmp_path / "a.json"
    write_new(client(), NATIVE, file)
    assert file.stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_one(client, tmp_path, is_there):
    target = tmp_path / "app" / "real.json"
    target.parent.mkdir()
    if is_there:
        target.write_text("{}")
    link = tmp_path / "link.json"
    link.symlink_to("app/real.json")
    merge_into(client(), NATIVE, link)
    assert link.is_symlink()
    assert "api" in json.loads(target.read_text())
    with pytest.raises(ClientConfigError, match="exists; --merge"):
        write_new(client(), NATIVE, link)


def test_a_link_to_nothing_is_not_overwritten_unasked(client, tmp_path):
    link = tmp_path / "link.json"
    link.symlink_to("missing.json")
    with pytest.raises(ClientConfigError, match="exists; --merge"):
        write_new(client(), NATIVE, link)


def test_a_file_is_whole_or_as_it_was(client, tmp_path, monkeypatch):
    file = tmp_path / "a.json"
    file.write_text('{"a": 1}')

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ClientConfigError) as raised:
        merge_into(client(), NATIVE, file)
    assert str(raised.value) == f"{file} cannot be written (No space left on device)"
    assert file.read_text() == '{"a": 1}'
    assert list(tmp_path.iterdir()) == [file]


def test_what_is_no_file_is_left_alone(client, tmp_path):
    folder = tmp_path / "folder.json"
    folder.mkdir()
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    for path in (folder, pipe):
        with pytest.raises(ClientConfigError, match="is no regular file; name another one"):
            merge_into(client(), NATIVE, path)
        with pytest.raises(ClientConfigError, match="is no regular file; name another one"):
            write_new(client(), NATIVE, path, overwrite=True)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("write", [merge_into, write_new])
@pytest.mark.parametrize("name", ["missing/a.json", "x" * 300 + ".json", "a\0.json", "\ud800.json"])
def test_a_name_that_cannot_be_written(client, tmp_path, write, name):
    with pytest.raises(ClientConfigError, match=r"cannot be (read|written) \("):
        write(client(), NATIVE, tmp_path / name)


def test_what_is_no_text(client, tmp_path):
    file = tmp_path / "a.json"
    file.write_bytes(b'{\n"\xff": 1}')
    with pytest.raises(ClientConfigError) as raised:
        merge_into(client(), NATIVE, file)
    assert str(raised.value) == f"{file}:2:2: expected UTF-8 text; save the file as UTF-8"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n"a": 1,}', ":2:8: expected JSON: expecting property name enclosed in double quotes; "),
        ("[]", ":1:1: expected an object, got a list; "),
        ('{"api": {"plugins": 1}}', ":1:21: api.plugins: expected an object, got a number; "),
    ],
)
def test_what_does_not_take_the_document(client, tmp_path, text, message):
    file = tmp_path / "a.json"
    file.write_text(text)
    with pytest.raises(ClientConfigError) as raised:
        merge_into(client(), NATIVE, file)
    assert str(raised.value).startswith(f"{file}{message}correct it")
    assert file.read_text() == text


@pytest.mark.parametrize(
    ("name", "file", "ends"),
    [
        ("amplify-js", "a.ts", ".js or .mjs or .json"),
        ("amplify-native", "a.js", ".json"),
        ("amplify-outputs", "a", ".json"),
    ],
)
def test_a_file_that_nobody_would_read(client, tmp_path, name, file, ends):
    for write in (merge_into, write_new):
        with pytest.raises(ClientConfigError) as raised:
            write(client(), format_of(name), tmp_path / file)
        assert str(raised.value) == (
            f"expected a file that ends in {ends}, got '{tmp_path / file}'"
        )
    assert list(tmp_path.iterdir()) == []


def test_what_belongs_to_the_whole_file_stays(client, tmp_path):
    outputs = tmp_path / "amplify_outputs.json"
    outputs.write_text('{"version": "1.5", "data": {"url": "x"}}')
    merge_into(client(), format_of("amplify-outputs"), outputs)
    assert json.loads(outputs.read_text())["version"] == "1.5"
    exports = tmp_path / "amplifyconfiguration.json"
    exports.write_text('{"aws_project_region": "eu-west-3"}')
    merge_into(client(), format_of("amplify-js"), exports)
    assert json.loads(exports.read_text())["aws_project_region"] == "eu-west-3"
