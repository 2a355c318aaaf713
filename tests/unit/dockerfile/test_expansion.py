"""Replacement: https://docs.docker.com/reference/dockerfile/#environment-replacement."""

import pytest

from serverless_containers.compose.dockerfile.expansion import ExpansionError, expand

VARIABLES = {"HOME": "/root", "EMPTY": "", "S": "foobarbaz", "TWO": "a  b", "STAR": "a*b/c"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("$HOME/x", "/root/x"),
        ("${HOME}x", "/rootx"),
        ("$HOMEx", ""),
        ("\\$HOME \\${HOME}", "$HOME ${HOME}"),
        ("'$HOME'", "$HOME"),
        ('"$HOME"', "/root"),
        ('"\\$HOME \\" \\n"', '$HOME " \\n'),
        ("a\\tb\\\\", "atb\\"),
        ("end\\", "end"),
        ("5$ $. $", "5$ $. $"),
        ("$1$@$$x", "x"),
        ("${NONE:-d}${EMPTY:-e}${HOME:-h}", "de/root"),
        ("${NONE-d}${EMPTY-e}", "d"),
        ("${NONE:+d}${EMPTY:+e}${HOME:+h}", "h"),
        ("${NONE+d}${EMPTY+e}", "e"),
        ("${NONE:-${EMPTY:-$HOME}}", "/root"),
        ("${NONE:-'a }'}", "a }"),
        ("${HOME:?}${EMPTY?}", "/root"),
        ("${S#f*b}|${S##f*b}|${S%b*}|${S%%b*}", "arbaz|az|foobar|foo"),
        ("${S#x}|${S%x}|${S#???}|${NONE#x}", "foobarbaz|foobarbaz|barbaz|"),
        ("${S/ba/fo}|${S//ba/fo}|${S/x/y}|${S//?/.}", "fooforbaz|fooforfoz|foobarbaz|........."),
        ("${STAR#a\\*}|${STAR//\\//-}|${STAR/\\*/}", "b/c|a*b-c|ab/c"),
        ("${S#${NONE:-foo}}", "barbaz"),
    ],
)
def test_text(text, expected):
    assert expand(text, VARIABLES, "\\").text == expected


def test_the_escape_character_may_be_a_backtick():
    assert expand('c:\\x`$HOME `` "`""', VARIABLES, "`").text == 'c:\\x$HOME ` "'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a  b", ["a", "b"]),
        ("x${TWO}y", ["xa", "by"]),
        ('x"${TWO}"y', ["xa  by"]),
        ("a\\ b c", ["a b", "c"]),
        ("' a ' b", [" a ", "b"]),
        ("$EMPTY", []),
    ],
)
def test_words(text, words):
    assert [word.text for word in expand(text, VARIABLES, "\\").words] == words


@pytest.mark.parametrize(
    ("text", "unset"),
    [
        ("$A ${B} $A", ("A", "B")),
        ("${A:-x}${B:+x}$HOME", ()),
        ("${A:-$B}", ("B",)),
        ("${HOME:-$B}${A:+$B}", ()),
        ("${A#x}${B/x/y}", ("A", "B")),
        ("${A:?$B}${EMPTY?$B}", ("A",)),
    ],
)
def test_unset(text, unset):
    assert expand(text, VARIABLES, "\\").unset == unset


@pytest.mark.parametrize(
    "text",
    [
        "'x",
        '"x',
        '"x\\"',
        "${",
        "${}",
        "${:-x}",
        "${{A}",
        "${A",
        "${A:-x",
        "${A:=x}",
        "${A@Q}",
        "${A:",
        "${A/x",
        "${A/x/y",
        "${.}",
        "${EMPTY:?}",
        "${S#\\q}",
        "${A:-'x}",
        "${A:-" * 300,
    ],
)
def test_what_docker_refuses(text):
    with pytest.raises(ExpansionError):
        expand(text, VARIABLES, "\\")
