"""ARG, ENV and their scopes: https://docs.docker.com/reference/dockerfile/#arg and #env."""

import pytest


@pytest.mark.parametrize(
    ("lines", "args", "port"),
    [
        pytest.param("ARG P=80\nEXPOSE $P", {}, 80, id="arg default"),
        pytest.param("ENV P=80\nEXPOSE $P", {}, 80, id="env"),
        pytest.param("ARG P=80\nEXPOSE $P", {"P": "90"}, 90, id="build argument over default"),
        pytest.param("ARG P\nEXPOSE $P", {"P": "90"}, 90, id="build argument without default"),
        pytest.param("ARG P=80\nEXPOSE $P", {"P": None}, 80, id="build argument without value"),
        pytest.param("ENV P=80\nEXPOSE $P", {"P": "90"}, 80, id="build argument leaves ENV alone"),
        pytest.param("ARG P=80\nENV P=90\nEXPOSE $P", {"P": "70"}, 90, id="env over arg"),
        pytest.param("ENV P=90\nARG P\nEXPOSE $P", {}, 90, id="an arg without value hides nothing"),
        pytest.param("ENV P=90\nARG P=80\nEXPOSE $P", {}, 80, id="a later arg in the same stage"),
        pytest.param("ARG A=80\nARG P=$A\nEXPOSE $P", {}, 80, id="arg of an arg"),
        pytest.param("ARG A=1 P=80\nEXPOSE $P", {}, 80, id="several args in one"),
        pytest.param("ARG P\nENV P=${P:-80}\nEXPOSE $P", {}, 80, id="persisted default"),
        pytest.param("ARG P\nENV P=${P:-80}\nEXPOSE $P", {"P": "90"}, 90, id="persisted argument"),
        pytest.param("EXPOSE ${P:-80}\nARG P=90", {}, 80, id="arg counts from its line on"),
        pytest.param("EXPOSE ${P:-80}", {"P": "90"}, 80, id="argument that is not declared"),
    ],
)
def test_a_port_by_variable(read, lines, args, port):
    image = read(f"FROM x\n{lines}\n", args=args).image

    assert [(found.first, found.last) for found in image.exposed] == [(port, port)]


def test_an_arg_before_from_is_not_seen_in_a_stage(read):
    reading = read("ARG P=80\nFROM x\nEXPOSE $P\n")

    assert reading.codes == ["dockerfile-unresolved-variable"]
    assert reading.ports == []


@pytest.mark.parametrize(("args", "port"), [({}, 80), ({"P": "90"}, 90)])
def test_an_arg_before_from_is_declared_again(read, args, port):
    image = read("ARG P=80\nFROM x\nARG P\nEXPOSE $P\n", args=args).image

    assert image.exposed[0].first == port


def test_a_default_in_the_stage_beats_the_one_before_from(read):
    assert read("ARG P=80\nFROM x\nARG P=90\nEXPOSE $P\n").ports == ["90-90/tcp"]


def test_an_arg_is_inherited_with_its_stage_and_by_no_other(read):
    text = "FROM x AS a\nARG P=80\nFROM a AS b\nEXPOSE $P\nFROM x\nEXPOSE ${P:-1}\n"

    assert read(text, target="b").ports == ["80-80/tcp"]
    assert read(text).ports == ["1-1/tcp"]


def test_an_inherited_env_beats_the_inherited_arg(read):
    text = "FROM x AS a\nENV P=80\nARG P=90\nFROM a\nEXPOSE $P\n"

    assert read(text).ports == ["80-80/tcp"]


@pytest.mark.parametrize(
    ("line", "environment"),
    [
        ("ENV A=1 B=2", {"A": "1", "B": "2"}),
        ("ENV A one  two", {"A": "one  two"}),
        ('ENV A "one  two"', {"A": "one  two"}),
        ("ENV ONE TWO= THREE=world", {"ONE": "TWO= THREE=world"}),
        (
            'ENV NAME="John Doe" DOG=Rex\\ The\\ Dog CAT=fluffy',
            {"NAME": "John Doe", "DOG": "Rex The Dog", "CAT": "fluffy"},
        ),
        ("ENV A='$B \"x\"'", {"A": '$B "x"'}),
        ('ENV A="it\'s" B=', {"A": "it's", "B": ""}),
        ("ENV A=b=c", {"A": "b=c"}),
        ("ENV A='c:\\' B=1", {"A": "c:\\", "B": "1"}),
        ("ENV A=\\$B C=\\${B}", {"A": "$B", "C": "${B}"}),
        ("ENV A=1 \\\n    B=2", {"A": "1", "B": "2"}),
        ("ENV A=1\nENV A=2", {"A": "2"}),
        (
            "ENV abc=hello\nENV abc=bye def=$abc\nENV ghi=$abc",
            {"abc": "bye", "def": "hello", "ghi": "bye"},
        ),
        ("ARG K=NAME\nENV $K=1", {"NAME": "1"}),
    ],
)
def test_environment(read, line, environment):
    assert read(f"FROM x\n{line}\n").image.environment == environment


def test_a_value_that_needs_the_base_image_is_left_out(read):
    image = read("FROM x\nENV PATH=/app:$PATH A=1\nENV A=$NONE\nENV B=${A:-2}\n").image

    assert image.environment == {"B": "2"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ENV", "2:1: ENV: ENV names no variable; write ENV NAME=value"),
        ("ENV A", "2:5: ENV: the variable 'A' has no value; write ENV NAME=value"),
        (
            "ENV A=1 B",
            ("2:9: ENV: expected NAME=value; put a value that holds blanks in double quotes"),
        ),
        ("ENV =1", "2:5: ENV: there is no name before the equals sign; write ENV NAME=value"),
        ("ARG", "2:1: ARG: ARG names no variable; write ARG NAME, or ARG NAME=value"),
        ("ARG A =1", "2:7: ARG: there is no name before the equals sign; write ARG NAME=value"),
        ("ENV A=1 B='x", "2:9: ENV: a quote ' is not closed; add a '"),
        (
            "ARG A=${B",
            (
                "2:5: ARG: there is a ${…} that Docker cannot read; write ${NAME}, "
                "${NAME:-default} or ${NAME:+text}; a literal dollar sign is escaped"
            ),
        ),
        (
            "ENV B=\nENV A=${B:?is-needed}",
            ("3:5: ENV: B is empty: is-needed; give B a value with ARG or ENV"),
        ),
    ],
)
def test_what_is_no_assignment(read, line, message):
    assert read(f"FROM x\n{line}\n").messages == [f"error: Dockerfile:{message}"]
