"""HEALTHCHECK and SHELL: https://docs.docker.com/reference/dockerfile/#healthcheck."""

from datetime import timedelta

import pytest

from serverless_containers.compose.dockerfile import ImageHealthCheck
from serverless_containers.findings import Location

FORMS = "write HEALTHCHECK CMD command, or HEALTHCHECK NONE"
JSON = 'write ["executable", "argument"] with double quotes and a closing bracket'


def test_every_option(read):
    image = read(
        """\
        FROM x
        HEALTHCHECK --interval=1m30s --timeout=3s --start-period=1.5h \\
          --start-interval=500ms --retries=5 \\
          CMD curl -f http://localhost/ || exit 1
        """
    ).image

    assert image.healthcheck == ImageHealthCheck(
        test=("CMD-SHELL", "curl -f http://localhost/ || exit 1"),
        interval=timedelta(seconds=90),
        timeout=timedelta(seconds=3),
        start_period=timedelta(minutes=90),
        start_interval=timedelta(milliseconds=500),
        retries=5,
        at=Location("Dockerfile", 2, 1),
    )


@pytest.mark.parametrize(
    ("arguments", "test"),
    [
        ("NONE", ("NONE",)),
        ("none", ("NONE",)),
        ("--bogus NONE", ("NONE",)),
        ("CMD a  b", ("CMD-SHELL", "a  b")),
        ("cmd a", ("CMD-SHELL", "a")),
        ('CMD ["a", "b c", "\\"$D\\""]', ("CMD", "a", "b c", '"$D"')),
        ('CMD  [ "a" ] ', ("CMD", "a")),
        ("CMD [ -f /ok ]", ("CMD-SHELL", "[ -f /ok ]")),
        ('CMD [ "$(cat /ok)" = 1 ]', ("CMD-SHELL", '[ "$(cat /ok)" = 1 ]')),
        ("CMD [[ -f /ok ]]", ("CMD-SHELL", "[[ -f /ok ]]")),
        ("CMD curl $HOST:${PORT:-80} 'a'", ("CMD-SHELL", "curl $HOST:${PORT:-80} 'a'")),
        ("CMD --retries=3", ("CMD-SHELL", "--retries=3")),
        ("-- CMD a", ("CMD-SHELL", "a")),
    ],
)
def test_forms(read, arguments, test):
    healthcheck = read(f"FROM x\nHEALTHCHECK {arguments}\n").image.healthcheck

    assert healthcheck is not None
    assert healthcheck.test == test


def test_the_last_one_wins(read):
    image = read("FROM x\nHEALTHCHECK --retries=9 CMD a\nHEALTHCHECK CMD b\n").image

    assert image.healthcheck == ImageHealthCheck(
        test=("CMD-SHELL", "b"), at=Location("Dockerfile", 3, 1)
    )


def test_it_is_inherited_and_can_be_switched_off(read):
    text = "FROM x AS a\nHEALTHCHECK CMD a\nFROM a AS b\nFROM a AS c\nHEALTHCHECK NONE\n"

    assert read(text, target="b").image.healthcheck == ImageHealthCheck(
        test=("CMD-SHELL", "a"), at=Location("Dockerfile", 2, 1)
    )
    assert read(text, target="c").image.healthcheck == ImageHealthCheck(
        test=("NONE",), at=Location("Dockerfile", 5, 1)
    )


def test_zero_means_dockers_default(read):
    text = "FROM x\nHEALTHCHECK --interval=0 --timeout=0s --start-period= --retries=0 CMD a\n"

    assert read(text).image.healthcheck == ImageHealthCheck(
        test=("CMD-SHELL", "a"), at=Location("Dockerfile", 2, 1)
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h2m3s", 3723.0),
        ("1.5s", 1.5),
        (".5s", 0.5),
        ("1.s", 1.0),
        ("+2s", 2.0),
        ("1ms", 0.001),
        ("1500us", 0.0015),
        ("1500µs", 0.0015),
        ("1500μs", 0.0015),
        ("2000000ns", 0.002),
        ("1s1s", 2.0),
        ("0.1h", 360.0),
    ],
)
def test_durations(read, text, seconds):
    healthcheck = read(f"FROM x\nHEALTHCHECK --interval={text} CMD a\n").image.healthcheck

    assert healthcheck is not None
    assert healthcheck.interval == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        "30",
        "s",
        "1d",
        "1 s",
        "-1s",
        "999us",
        "1s2",
        "1,5s",
        "1e3s",
        "+",
        "$T",
        "٣s",
        "3000000h",
        "9" * 5000 + "h",
        "1S",
    ],
)
def test_what_is_no_duration(read, text):
    reading = read(f'FROM x\nHEALTHCHECK --timeout="{text}" CMD a\n')

    assert reading.dockerfile.healthcheck == ImageHealthCheck(
        test=("CMD-SHELL", "a"), at=Location("Dockerfile", 2, 1)
    )
    assert reading.messages == [
        (
            "error: Dockerfile:2:13: HEALTHCHECK: expected --timeout to be 0 or a duration of at "
            f"least 1ms, got {text!r}; write --timeout=30s or --timeout=1m30s"
        )
    ]


@pytest.mark.parametrize("text", ["-1", "three", "1.5", "2147483648", "10000000003", "9" * 5000])
def test_what_is_no_number_of_retries(read, text):
    reading = read(f"FROM x\nHEALTHCHECK --retries={text} CMD a\n")

    assert reading.messages == [
        (
            "error: Dockerfile:2:13: HEALTHCHECK: expected --retries to be a whole number, 0 or "
            f"more, got {text!r}; write --retries=3"
        )
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", f"error: Dockerfile:2:1: HEALTHCHECK: HEALTHCHECK says nothing to check; {FORMS}"),
        ("CMD", f"error: Dockerfile:2:1: HEALTHCHECK: no command follows CMD; {FORMS}"),
        (
            "curl x",
            (f"error: Dockerfile:2:13: HEALTHCHECK: expected CMD or NONE, got 'curl'; {FORMS}"),
        ),
        (
            "NONE at all",
            (
                "error: Dockerfile:2:18: HEALTHCHECK: NONE takes no arguments, "
                "got 'at all'; remove them"
            ),
        ),
        (
            "CMD []",
            (
                "error: Dockerfile:2:17: HEALTHCHECK: expected an array of one or more strings, "
                "got '[]'; put every item in double quotes"
            ),
        ),
        (
            'CMD ["a", 1]',
            (
                "error: Dockerfile:2:17: HEALTHCHECK: expected an array of one or more "
                "strings, got '[\"a\", 1]'; put every item in double quotes"
            ),
        ),
        (
            "--every=5s CMD a",
            (
                "error: Dockerfile:2:13: HEALTHCHECK: unknown option '--every'; the "
                "options are --interval, --timeout, --start-period, --start-interval, --retries"
            ),
        ),
        (
            "--timeout 5s CMD a",
            (
                "error: Dockerfile:2:13: HEALTHCHECK: the option --timeout has no "
                "value; write --timeout=…, without a blank"
            ),
        ),
        (
            "--timeout=5s --timeout=6s CMD a",
            (
                "error: Dockerfile:2:26: HEALTHCHECK: the option "
                "--timeout is given twice; keep one of them"
            ),
        ),
        (
            'CMD ["a", "b"',
            (
                'warning: Dockerfile:2:17: HEALTHCHECK: \'["a", "b"\' is no JSON array, '
                f"so Docker has a shell run it as it stands; {JSON}"
            ),
        ),
        (
            "CMD ['a']",
            (
                "warning: Dockerfile:2:17: HEALTHCHECK: \"['a']\" is no JSON array, so "
                f"Docker has a shell run it as it stands; {JSON}"
            ),
        ),
        (
            "CMD [ 'a', 'b' ]",
            (
                "warning: Dockerfile:2:17: HEALTHCHECK: \"[ 'a', 'b' ]\" is no JSON "
                f"array, so Docker has a shell run it as it stands; {JSON}"
            ),
        ),
    ],
)
def test_what_docker_refuses_or_takes_otherwise(read, arguments, message):
    assert message in read(f"FROM x\nHEALTHCHECK {arguments}\n").messages


def test_brackets_beyond_any_depth_are_a_command(read):
    assert read(f"FROM x\nHEALTHCHECK CMD {'[' * 100_000}\n").messages == []


def test_a_bad_one_is_found_in_a_stage_that_is_not_built(read):
    reading = read("FROM x\nHEALTHCHECK CMD\nFROM y\n")

    assert reading.codes == ["dockerfile-healthcheck"]


def test_the_shell_form_names_a_shell_of_the_image(read):
    shell = 'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]\n'
    check = "HEALTHCHECK --retries=2 CMD a | b\n"

    for text in (
        f"FROM x\n{shell}{check}",
        f"FROM x\n{check}{shell}",
        f"FROM x AS s\n{shell}FROM s\n{check}",
    ):
        healthcheck = read(text).image.healthcheck
        assert healthcheck is not None
        assert healthcheck.test == ("CMD", "/bin/bash", "-eo", "pipefail", "-c", "a | b")
        assert healthcheck.retries == 2


@pytest.mark.parametrize(
    ("check", "test"),
    [
        ('SHELL ["/bin/sh", "-c"]\nHEALTHCHECK CMD a', ("CMD-SHELL", "a")),
        ('SHELL ["/bin/bash", "-c"]\nHEALTHCHECK CMD ["a"]', ("CMD", "a")),
        ('SHELL ["/bin/bash", "-c"]\nHEALTHCHECK NONE', ("NONE",)),
        (
            'SHELL ["/bin/bash", "-c"]\nSHELL ["/bin/zsh", "-c"]\nHEALTHCHECK CMD a',
            ("CMD", "/bin/zsh", "-c", "a"),
        ),
    ],
)
def test_what_a_shell_does_not_touch(read, check, test):
    healthcheck = read(f"FROM x\n{check}\n").image.healthcheck

    assert healthcheck is not None
    assert healthcheck.test == test


@pytest.mark.parametrize("arguments", ["/bin/bash -c", "['/bin/bash']", ""])
def test_a_shell_that_is_no_array(read, arguments):
    column = 7 if arguments else 1
    assert read(f"FROM x\nSHELL {arguments}\n").messages == [
        (
            f"error: Dockerfile:2:{column}: SHELL: expected a JSON array of strings, got "
            f"{arguments!r}; "
            'write SHELL ["/bin/bash", "-c"]'
        )
    ]
