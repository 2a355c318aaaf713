"""Lines, directives and here-documents: https://docs.docker.com/reference/dockerfile/#format."""

import pytest

from serverless_containers.findings import Location


def test_comments_and_blank_lines_between_continued_lines(read):
    reading = read(
        "# a comment \\\nFROM x\n\nEXPOSE 1 \\\n\n  # EXPOSE 2\n#\n   \n 3 \\  \n 4\nEXPOSE 5 \\"
    )

    assert reading.messages == []
    assert reading.ports == ["1-1/tcp", "3-3/tcp", "4-4/tcp", "5-5/tcp"]


def test_a_word_may_go_on_in_the_next_line(read):
    assert read("FROM x\nEXPOSE 80\\\n80\n").ports == ["8080-8080/tcp"]
    assert read("\\\nFRO\\\nM x\nEXPOSE 1\n").ports == ["1-1/tcp"]


def test_an_escaped_escape_continues_nothing(read):
    image = read("FROM x\nENV A=c:\\\\\nEXPOSE 1\n").image

    assert image.environment == {"A": "c:\\"}
    assert image.exposed[0].at == Location("Dockerfile", 3, 8)


def test_a_byte_order_mark_and_crlf(read):
    image = read(
        "\ufeffFROM x\r\nEXPOSE 1 \\\r\n 2\r\nRUN <<EOF\r\nEXPOSE 9\r\nEOF\r\nENV A=1\r\n"
    ).image

    assert [port.at for port in image.exposed] == [
        Location("Dockerfile", 2, 8),
        Location("Dockerfile", 3, 2),
    ]
    assert image.environment == {"A": "1"}
    assert image.at == Location("Dockerfile", 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "# escape=`\nFROM x\nEXPOSE 1 `\n 2\nENV A=c:\\\n",
        "#escape = ` \nFROM x\nEXPOSE 1 `\n 2\nENV A=c:\\\n",
        (
            "# syntax=docker/dockerfile:1\n# check=skip=all\n#\tESCAPE=`\nFROM x\nEXPOSE 1 `\n 2\n"
            "ENV A=c:\\\n"
        ),
    ],
)
def test_the_escape_directive(read, text):
    reading = read(text)

    assert reading.messages == []
    assert reading.ports == ["1-1/tcp", "2-2/tcp"]
    assert reading.image.environment == {"A": "c:\\"}


@pytest.mark.parametrize("before", ["# a comment\n", "\n", "# unknown=1\n", "ARG A\n"])
def test_a_directive_below_anything_else_is_a_comment(read, before):
    assert read(f"{before}# escape=`\nFROM x\nEXPOSE 1 \\\n 2\n").ports == ["1-1/tcp", "2-2/tcp"]


def test_bad_directives(read):
    assert read("# syntax=a\n  # syntax=b\n# escape=x\nFROM x\n").messages == [
        "error: Dockerfile:2:3: the parser directive 'syntax' is given twice; keep one of them",
        (
            "error: Dockerfile:3:1: expected the escape character to be \\ or `, got 'x'; "
            "write # escape=` or leave the line out"
        ),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        "RUN <<EOF\nEXPOSE 9\nEOF",
        "run <<EOF\nEXPOSE 9\nEOF",
        "RUN <<-EOF\nEXPOSE 9\n\t\tEOF",
        'COPY <<"EOF" /x\nEXPOSE 9\nEOF',
        "COPY <<'E F' /x\nEXPOSE 9\nE F",
        "ADD << EOF /x\nEXPOSE 9\nEOF",
        "RUN <<A cat > a && <<B cat > b\nEXPOSE 9\nB\nA\nEXPOSE 9\nA\nB",
        "RUN --mount=type=cache,target=/x <<EOF bash\nEXPOSE 9\n  EOF\n\nEOF",
        "RUN 3<<EOF cat\nEXPOSE 9\nEOF",
        "RUN \\\n  <<EOF\n# EXPOSE \\\nEXPOSE 9\nEOF",
        "RUN echo ${X:-'y'} \"$Z\" <<EOF\nEXPOSE 9\nEOF",
    ],
)
def test_a_here_document_holds_no_instructions(read, lines):
    reading = read(f"FROM x\n{lines}\nEXPOSE 1\n")

    assert reading.messages == []
    assert reading.ports == ["1-1/tcp"]


@pytest.mark.parametrize(
    "line",
    [
        "RUN echo '<<EOF'",
        'RUN ["sh", "-c", "cat <<EOF"]',
        "RUN cat<<EOF",
        "RUN cat <<<EOF",
        "RUN echo \\<<EOF",
        "RUN echo $((1<<4))",
        "RUN echo it's <<EOF",
        "LABEL a=<<EOF",
        "CMD <<EOF",
        "RUN cat <<",
    ],
)
def test_what_opens_no_here_document(read, line):
    reading = read(f"FROM x\n{line}\nEXPOSE 1\n")

    assert reading.messages == []
    assert reading.ports == ["1-1/tcp"]


def test_a_here_document_without_end(read):
    reading = read("FROM x\nEXPOSE 1\nRUN cat <<-'EOF'\nEXPOSE 9\n EOF\n")

    assert reading.messages == [
        (
            "error: Dockerfile:3:9: RUN: the here-document <<-'EOF' has no end; "
            "add a line that holds only EOF"
        )
    ]
    assert reading.ports == ["1-1/tcp"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("EXPOS 80", "1: unknown instruction 'EXPOS'; did you mean EXPOSE?"),
        ("  copyy . .", "3: unknown instruction 'copyy'; did you mean COPY?"),
        (
            "apt-get update",
            (
                "1: unknown instruction 'apt-get'; expected one of ADD, ARG, CMD, COPY, "
                "ENTRYPOINT, ENV, EXPOSE, FROM, HEALTHCHECK, LABEL, MAINTAINER, ONBUILD, RUN, "
                "SHELL, STOPSIGNAL, USER, VOLUME, WORKDIR"
            ),
        ),
    ],
)
def test_an_unknown_instruction(read, line, message):
    reading = read(f"FROM x\n{line}\nEXPOSE 1\n")

    assert reading.messages == [f"error: Dockerfile:2:{message}"]
    assert reading.ports == ["1-1/tcp"]


def test_what_is_none_of_our_business(read):
    image = read(
        """\
        FROM x
        RUN --mount=type=secret,id=a --whatever make 'it
        COPY --from=nowhere --link --brand-new=$NONE a b
        ADD
        CMD ["a", 1]
        ENTRYPOINT [a]
        VOLUME
        LABEL a
        STOPSIGNAL
        MAINTAINER
        ONBUILD
        """
    ).image

    assert image.exposed == ()
