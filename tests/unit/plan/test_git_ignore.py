"""Files that git leaves alone, held against git itself."""

import os
import random
import shutil
import subprocess
import sys

import pytest

from serverless_containers.plan.resources.git_ignore import GitIgnore

PATHS = (
    "foo", "xfoo", "foobar", "fooxbar", "ab", "bb", "!b", "*foo", "a ", "a", "1", "x/foo",
    "x/y/foo",
    "foo/x/bar", "foo/bar", "x/ab", "b", "-", "]", "\\", "é", "a\fb", "x/a/b", "a-b", "#a", "z",
)  # fmt: skip
TABLE = (
    "[!a]b", "[^a]b", "foo**bar", "**foo", "**/foo", "foo/**", "foo/**/bar", "/**/foo",
    "[[:digit:]]",
    "[[:nope:]]", "[[:alpha:]b", "a\\ ", "a  ", "//foo", "foo//", "/foo", "\\*foo", "\\!b",
    "\\#a", "#a",
    "\ufefffoo", "\ufefffoo\na", "a\fb", "[]]", "[]-a]", "[a-]", "[z-a]", "[a", "\\", "foo\\",
    "?", "??",
    "[\\]]", "[!/]*", "x/*", "x/", "x/***", "***/foo", "x**/foo", "a\r\nb", "a\r", "*\n!foo",
    "[a-c\\]]b",
    "\\\\", "!", "/", "*", "**", "x/**/", "a-b ", "[!]a-]", "é", "[[:punct:]]", "a \\ ",
)  # fmt: skip

GIT = shutil.which("git") or "git"


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repository").resolve()
    subprocess.run([GIT, "init", "-q"], cwd=folder, check=True)
    return folder


def ignored_by_git(repository):
    done = subprocess.run(
        [GIT, "-c", "core.excludesFile=/dev/null", "check-ignore", "-z", "--stdin"],
        cwd=repository,
        input="\0".join(PATHS).encode(),
        capture_output=True,
        check=False,
    )
    return set(done.stdout.decode().split("\0")) - {""}


def differences(repository, text):
    (repository / ".gitignore").write_bytes(text.encode())
    ours = GitIgnore(str(repository))
    told = {path for path in PATHS if ours.ignores(f"{repository}/{path}", is_folder=False)}
    return told ^ ignored_by_git(repository)


@pytest.mark.parametrize("text", TABLE)
def test_patterns_mean_what_they_mean_to_git(repository, text):
    assert differences(repository, text) == set()


def test_so_do_generated_ones(repository):
    chance = random.Random(1)  # noqa: S311  # no secret
    parts = [
        "*",
        "**",
        "/",
        "?",
        "[",
        "]",
        "!",
        "\\",
        "a",
        "b",
        "foo",
        "bar",
        "-",
        "[!a]",
        " ",
        "x",
    ]
    for _ in range(150):
        text = "".join(chance.choices(parts, k=chance.randint(1, 6)))
        assert differences(repository, text) == set(), text


def test_a_link_is_followed_by_neither(repository, tmp_path):
    (tmp_path / "patterns").write_text("foo\n")
    file = repository / ".gitignore"
    file.unlink(missing_ok=True)
    file.symlink_to(tmp_path / "patterns")
    ours = GitIgnore(str(repository))
    assert not ours.ignores(f"{repository}/foo", is_folder=False)
    assert ignored_by_git(repository) == set()
    file.unlink()


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / ".gitignore")
    code = (
        "import sys; from serverless_containers.plan.resources.git_ignore import GitIgnore; "
        "print(GitIgnore(sys.argv[1]).ignores(f'{sys.argv[1]}/foo', is_folder=False))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, timeout=60,
        check=True,
    )  # fmt: skip
    assert done.stdout == "False\n"
