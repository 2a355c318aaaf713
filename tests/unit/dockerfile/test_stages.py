"""FROM and targets: https://docs.docker.com/reference/dockerfile/#from."""

import pytest

from serverless_containers.findings import Location

STAGES = """\
FROM x AS Base
EXPOSE 1
USER one
WORKDIR /one
ENV A=1
FROM y
EXPOSE 2
FROM BASE AS Final
EXPOSE 3
WORKDIR two
ENV B=$A
"""


@pytest.mark.parametrize(
    ("target", "line", "ports"),
    [
        (None, 8, ["1-1/tcp", "3-3/tcp"]),
        ("", 8, ["1-1/tcp", "3-3/tcp"]),
        ("final", 8, ["1-1/tcp", "3-3/tcp"]),
        ("FINAL", 8, ["1-1/tcp", "3-3/tcp"]),
        ("base", 1, ["1-1/tcp"]),
        ("0", 1, ["1-1/tcp"]),
        ("1", 6, ["2-2/tcp"]),
        ("2", 8, ["1-1/tcp", "3-3/tcp"]),
    ],
)
def test_targets(read, target, line, ports):
    reading = read(STAGES, target=target)

    assert reading.messages == []
    assert reading.ports == ports
    assert reading.image.at == Location("Dockerfile", line, 1)


def test_a_stage_inherits(read):
    image = read(STAGES).image

    assert image.user == "one"
    assert image.working_dir == "/one/two"
    assert image.environment == {"A": "1", "B": "1"}


@pytest.mark.parametrize("target", ["prod", "3", "-1", "9" * 5000, "٢"])
def test_an_unknown_target(read, target):
    reading = read(STAGES, target=target)

    assert reading.dockerfile is None
    assert reading.messages == [
        (
            f"error: Dockerfile:1:1: the target {target!r} is no stage of the Dockerfile; "
            "its stages are: base, 1, final"
        )
    ]


def test_a_stage_named_like_its_image_builds_on_the_image(read):
    assert read("FROM nginx AS nginx\nEXPOSE 1\n").ports == ["1-1/tcp"]


def test_the_latest_of_two_stages_of_one_name_counts(read):
    text = "FROM x AS a\nEXPOSE 1\nFROM x AS a\nEXPOSE 2\nFROM a\n"

    assert read(text).ports == ["2-2/tcp"]
    assert read(text, target="a").ports == ["2-2/tcp"]


def test_a_stage_cannot_build_on_a_later_one(read):
    assert read("FROM b AS a\nFROM x AS b\nEXPOSE 1\n", target="a").ports == []


@pytest.mark.parametrize(
    ("args", "ports"),
    [({}, ["1-1/tcp"]), ({"MODE": "dev"}, ["2-2/tcp"]), ({"MODE": None}, ["1-1/tcp"])],
)
def test_a_base_by_variable(read, args, ports):
    text = "ARG MODE=prod\nFROM x AS prod\nEXPOSE 1\nFROM x AS dev\nEXPOSE 2\nFROM $MODE\n"

    assert read(text, args=args).ports == ports


@pytest.mark.parametrize(("args", "port"), [({}, 1), ({"TARGETARCH": "arm64"}, 2)])
def test_a_base_by_platform(read, args, port):
    text = "FROM x AS b-amd64\nEXPOSE 1\nFROM x AS b-arm64\nEXPOSE 2\nFROM b-$TARGETARCH\n"

    assert read(text, args=args).ports == [f"{port}-{port}/tcp"]


def test_a_platform_arg_in_a_stage(read):
    text = "FROM x\nARG TARGETARCH\nENV A=$TARGETARCH B=${TARGETOS:-none}\n"

    assert read(text).image.environment == {"B": "none"}
    assert read(text, args={"TARGETARCH": "arm64"}).image.environment == {"A": "arm64", "B": "none"}


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("FROM x", None),
        ("FROM --platform=linux/arm64 x", "linux/arm64"),
        ("FROM --platform='linux/arm64' x AS y", "linux/arm64"),
        ("ARG P=linux/arm64\nFROM --platform=$P x", "linux/arm64"),
        ("FROM --platform=$BUILDPLATFORM x", None),
        ("FROM --platform=linux/$TARGETARCH x", None),
        ("FROM --platform=${TARGETPLATFORM} x", None),
        ("FROM --platform=linux/arm64 x AS a\nFROM a", "linux/arm64"),
        ("FROM --platform=linux/arm64 x AS a\nFROM --platform=linux/amd64 a", "linux/arm64"),
        ("FROM --platform=linux/arm64 x AS a\nFROM y", None),
    ],
)
def test_platform(read, text, platform):
    assert read(text).image.platform == platform


@pytest.mark.parametrize(
    ("workdirs", "expected"),
    [
        (["/a", "b", "c"], "/a/b/c"),
        (["/a", "../b/./c/"], "/b/c"),
        (["/a", "/b"], "/b"),
        (['"/a b"'], "/a b"),
        (["//a//b"], "/a/b"),
        (["/a", "${NONE:-b}"], "/a/b"),
        (["a"], None),
        (["/a", "$NONE", "b"], None),
        (["$NONE", "/a"], "/a"),
    ],
)
def test_working_dir(read, workdirs, expected):
    lines = "".join(f"WORKDIR {workdir}\n" for workdir in workdirs)

    assert read(f"FROM x\n{lines}").image.working_dir == expected


def test_scratch_starts_at_the_root(read):
    assert read("FROM scratch\nWORKDIR a\n").image.working_dir == "/a"


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        (["app"], "app"),
        (["1000:1000"], "1000:1000"),
        (["a", "b"], "b"),
        (["$U"], None),
        (['"app"'], "app"),
        (["a", "$U"], None),
    ],
)
def test_user(read, users, expected):
    lines = "".join(f"USER {user}\n" for user in users)

    assert read(f"FROM x\n{lines}").image.user == expected


def test_onbuild_waits_for_the_next_stage_and_no_further(read):
    text = """\
    FROM x AS a
    ONBUILD EXPOSE 1
    onbuild run <<EOF
    EXPOSE 9
    EOF
    ONBUILD ENV A=1
    FROM a AS b
    EXPOSE 2
    ENV A=2
    FROM b AS c
    """

    assert read(text, target="a").ports == []
    assert read(text, target="b").ports == ["1-1/tcp", "2-2/tcp"]
    assert read(text, target="b").image.environment == {"A": "2"}
    assert read(text, target="c").ports == ["1-1/tcp", "2-2/tcp"]
    assert read(text, target="c").image.environment == {"A": "2"}
    assert read(text, target="b").image.exposed[0].at == Location("Dockerfile", 2, 16)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: the Dockerfile has no FROM; start with FROM and the base image"),
        ("# x\nARG A\n", "2:1: the Dockerfile has no FROM; start with FROM and the base image"),
    ],
)
def test_no_from(read, text, message):
    reading = read(text)

    assert reading.dockerfile is None
    assert reading.messages == [f"error: Dockerfile:{message}"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "EXPOSE 80\nFROM x",
            (
                "error: Dockerfile:1:1: EXPOSE: EXPOSE stands before the first FROM; "
                "move it below FROM"
            ),
        ),
        (
            "FROM",
            (
                "error: Dockerfile:1:1: FROM: expected an image, or an image AS a name, got ''; "
                "write FROM image, or FROM image AS name; a comment needs a line of its own"
            ),
        ),
        (
            "FROM x # y",
            (
                "error: Dockerfile:1:8: FROM: expected an image, or an image AS a name, "
                "got 'x # y'; write FROM image, or FROM image AS name; a comment needs a "
                "line of its own"
            ),
        ),
        (
            "FROM x AS 1st",
            (
                "error: Dockerfile:1:11: FROM: '1st' is no name for a stage; start it "
                "with a letter; letters, digits, hyphens, _ and dots may follow"
            ),
        ),
        (
            "FROM --arch=arm x",
            ("error: Dockerfile:1:6: FROM: unknown option '--arch'; the options are --platform"),
        ),
        (
            "FROM x:$V",
            (
                "warning: Dockerfile:1:6: FROM: 'x:$V' uses V, which no ARG before the "
                "first FROM gives a value; write ARG V=value above the first FROM"
            ),
        ),
        (
            "FROM ${V:-}",
            (
                "error: Dockerfile:1:6: FROM: '${V:-}' names no image; give its variables "
                "a value above FROM, as in ARG NAME=value"
            ),
        ),
        (
            "FROM ${V",
            (
                "error: Dockerfile:1:6: FROM: there is a ${…} that Docker cannot read; "
                "write ${NAME}, ${NAME:-default} or ${NAME:+text}; a literal dollar sign is escaped"
            ),
        ),
        (
            "ARG A='\nFROM x",
            ("error: Dockerfile:1:5: ARG: a quote ' is not closed; add a '"),
        ),
        (
            "FROM x\nUSER",
            ("error: Dockerfile:2:1: USER: USER has no argument; write USER and its value"),
        ),
        (
            "FROM x\nWORKDIR",
            (
                "error: Dockerfile:2:1: WORKDIR: WORKDIR has no argument; "
                "write WORKDIR and its value"
            ),
        ),
        (
            "FROM x\nONBUILD FROM y",
            ("error: Dockerfile:2:9: ONBUILD: ONBUILD cannot trigger FROM; remove the line"),
        ),
        (
            "FROM x\nONBUILD EXPOS 1",
            ("error: Dockerfile:2:9: unknown instruction 'EXPOS'; did you mean EXPOSE?"),
        ),
    ],
)
def test_what_docker_refuses(read, text, message):
    assert read(text).messages == [message]
