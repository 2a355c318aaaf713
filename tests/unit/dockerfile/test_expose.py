"""EXPOSE: https://docs.docker.com/reference/dockerfile/#expose."""

import pytest

from serverless_containers.findings import Location


@pytest.mark.parametrize(
    ("arguments", "ports"),
    [
        ("80", ["80-80/tcp"]),
        ("80 443", ["80-80/tcp", "443-443/tcp"]),
        ("80/tcp 53/udp 9/sctp", ["80-80/tcp", "53-53/udp", "9-9/sctp"]),
        ("80/TCP", ["80-80/tcp"]),
        ("80/", ["80-80/tcp"]),
        ("8000-8010", ["8000-8010/tcp"]),
        ("8000-8010/udp", ["8000-8010/udp"]),
        ("80-80", ["80-80/tcp"]),
        ("1 65535", ["1-1/tcp", "65535-65535/tcp"]),
        ('"80"', ["80-80/tcp"]),
        ("080", ["80-80/tcp"]),
        ("80 \t 443", ["80-80/tcp", "443-443/tcp"]),
        ("80 80/tcp 80", ["80-80/tcp"]),
        ("80/tcp 80/udp", ["80-80/tcp", "80-80/udp"]),
    ],
)
def test_forms(read, arguments, ports):
    reading = read(f"FROM x\nEXPOSE {arguments}\n")

    assert reading.messages == []
    assert reading.ports == ports


def test_several_instructions_add_up(read):
    assert read("FROM x\nEXPOSE 1\nexpose 2\nExpose 1 3\n").ports == [
        "1-1/tcp",
        "2-2/tcp",
        "3-3/tcp",
    ]


def test_each_port_knows_its_place_across_continued_lines(read):
    image = read("FROM x\n  EXPOSE 80 \\\n# why\n\n    443 53/udp\n").image

    assert [port.at for port in image.exposed] == [
        Location("Dockerfile", 2, 10),
        Location("Dockerfile", 5, 5),
        Location("Dockerfile", 5, 9),
    ]


def test_a_variable_may_hold_several_ports(read):
    reading = read('FROM x\nENV PORTS="80 443/tcp"\nEXPOSE $PORTS 22\n')

    assert reading.messages == []
    assert reading.ports == ["80-80/tcp", "443-443/tcp", "22-22/tcp"]


def test_an_alternative_that_is_empty_exposes_nothing(read):
    assert read("FROM x\nEXPOSE ${DEBUG:+9229}\n").image.exposed == ()


@pytest.mark.parametrize(
    "port", ["http", "0", "65536", "-80", "80-", "90-80", "80-70000", "1.5", "٣", "9" * 5000]
)
def test_what_is_no_port(read, port):
    reading = read(f"FROM x\nEXPOSE 80 {port}\n")

    assert reading.messages == [
        (
            "error: Dockerfile:2:11: EXPOSE: expected a port between 1 and 65535, or a range "
            f"from low to high, got {port!r}; write EXPOSE 8080, or EXPOSE 8000-8010"
        )
    ]
    assert reading.ports == ["80-80/tcp"]


def test_an_unknown_protocol(read):
    assert read("FROM x\nEXPOSE 80/http\n").messages == [
        (
            "error: Dockerfile:2:8: EXPOSE: expected the protocol tcp, udp or sctp, got 'http'; "
            "write 80/tcp"
        )
    ]


def test_a_variable_without_a_value(read):
    reading = read("FROM node\nARG PORT\nEXPOSE 80 $PORT/tcp\n")

    assert reading.messages == [
        (
            "warning: Dockerfile:3:11: EXPOSE: '$PORT/tcp' has no known value: no ARG, build "
            "argument or ENV gives PORT one; write ${PORT:-8080}, or ARG PORT=8080 above it"
        )
    ]
    assert reading.ports == ["80-80/tcp"]


def test_a_mapping_means_its_container_port(read):
    reading = read("FROM x\nEXPOSE 127.0.0.1:8080:80/tcp\n")

    assert reading.messages == [
        (
            "warning: Dockerfile:2:8: EXPOSE: the host part '127.0.0.1:8080' of "
            "'127.0.0.1:8080:80/tcp' has no meaning in a Dockerfile; write EXPOSE 80/tcp"
        )
    ]
    assert reading.ports == ["80-80/tcp"]


def test_a_comment_behind_the_ports(read):
    reading = read("FROM x\nEXPOSE 80 # the door\n")

    assert reading.messages == [
        (
            "error: Dockerfile:2:11: EXPOSE: expected a port between 1 and 65535, got '#'; "
            "put the comment on a line of its own"
        )
    ]
    assert reading.ports == ["80-80/tcp"]


def test_no_port_at_all(read):
    assert read("FROM x\nEXPOSE\n").messages == [
        "error: Dockerfile:2:1: EXPOSE: EXPOSE names no port; write EXPOSE 8080"
    ]


def test_an_open_quote(read):
    assert read('FROM x\nEXPOSE "80 443\n').messages == [
        'error: Dockerfile:2:8: EXPOSE: a quote " is not closed; add a "'
    ]


def test_an_option(read):
    assert read("FROM x\nEXPOSE --publish 80\n").messages == [
        "error: Dockerfile:2:8: EXPOSE: unknown option '--publish'; it has no options"
    ]
