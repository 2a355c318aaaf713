"""Where a Dockerfile puts what it copies of its context, and the paths that it declares."""

import pytest

from serverless_containers.compose.dockerfile import read_dockerfile
from serverless_containers.compose.dockerfile.naming import with_stage_name
from serverless_containers.findings import Findings


def read(text, target=None):
    return read_dockerfile(text, file="Dockerfile", args={}, target=target, findings=Findings())


def placed(text, target=None):
    return [(each.source, each.target, each.into) for each in read(text, target).placed]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("COPY . /app", [("", "/app", False)]),
        ("COPY ./src/ /app/src/", [("src", "/app/src", True)]),
        ("ADD --chown=1 a b /x/", [("a", "/x", True), ("b", "/x", True)]),
        ('COPY ["my file", "/x"]', [("my file", "/x", False)]),
        ("WORKDIR /a\nWORKDIR b\nCOPY c .", [("c", "/a/b", True)]),
        ("WORKDIR /a\nCOPY c ../d", [("c", "/d", False)]),
        ("ENV D=/deep\nCOPY c $D/e", [("c", "/deep/e", False)]),
        ("COPY c d", []),
        ("COPY c $UNSET", []),
        ("COPY --exclude=x . /app", []),
        ("COPY --parents a/b /app", []),
        ("ADD https://example.com/x /x", []),
        ("COPY <<EOF /x\nEOF", []),
        ("COPY --from=other:1 /x /y", []),
    ],
)
def test_of_one_stage(lines, expected):
    assert placed(f"FROM base\n{lines}\n") == expected


def test_a_stage_has_what_it_builds_on_has():
    text = "FROM base AS one\nCOPY a /a\nFROM one AS two\nCOPY b /b\nFROM x\nCOPY c /c\n"
    assert placed(text, "two") == [("a", "/a", False), ("b", "/b", False)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("COPY --from=made /w/dist /html", [("dist", "/html", False)]),
        ("COPY --from=0 /w /html", [("", "/html", False)]),
        ("COPY --from=made / /all", [("", "/all/w", False), ("one", "/all/etc", True)]),
        ("COPY --from=made /elsewhere /x", []),
        ("COPY --from=made /etc /x", [("one", "/x", True)]),
    ],
)
def test_what_comes_through_another_stage(lines, expected):
    text = f"FROM base AS made\nCOPY . /w\nCOPY one /etc/\nFROM nginx\n{lines}\n"
    assert placed(text) == expected


def test_volumes():
    text = 'FROM a AS b\nVOLUME ["/x", "/y z"]\nFROM b\nENV D=/d\nVOLUME /x $D/e $UNSET\n'
    assert read(text).volumes == ("/x", "/y z", "/d/e")


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("FROM a\n", None, "FROM a AS n\n"),
        ("from --platform=$BUILDPLATFORM a\nRUN x", None, "from --platform=$BUILDPLATFORM a AS n"),
        ("FROM a AS b\n", None, "FROM a AS b\n"),
        ("FROM a\r\nRUN x\r\n", None, "FROM a AS n\r\nRUN x\r\n"),
        ("FROM \\\n  a\nFROM b", "0", "FROM \\\n  a AS n\nFROM b"),
        ("\ufeffFROM a\n", None, "FROM a AS n\n"),
        ("RUN <<EOF\nFROM no\nEOF\n", None, None),
        ("FROM a\nRUN <<EOF\nFROM no\nEOF\n", None, "FROM a AS n\nRUN <<EOF\nFROM no\nEOF"),
    ],
)
def test_a_stage_is_named_where_it_has_no_name(text, target, expected):
    if expected is None:
        with pytest.raises(ValueError, match="expected a stage"):
            with_stage_name(text, args={}, target=target, name="n")
        return
    named, _ = with_stage_name(text, args={}, target=target, name="n")
    assert named.startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a AS b\nRUN x \\", "FROM a AS b\nRUN x "),
        ("FROM a AS b\nRUN x && \\\n  y \\ \n\n# c\n\n", "FROM a AS b\nRUN x && \\\n  y "),
        ("# escape=`\nFROM a AS b\nRUN x `\r\n", "# escape=`\nFROM a AS b\nRUN x "),
        ("FROM a \\\n", "FROM a AS b "),
        ("FROM a AS b\nRUN x \\\\\n", "FROM a AS b\nRUN x \\\\\n"),
        ("FROM a AS b\nRUN x \\\n# c\n", "FROM a AS b\nRUN x "),
        ("FROM a AS b\nRUN <<EOF\nx \\\nEOF\n", "FROM a AS b\nRUN <<EOF\nx \\\nEOF\n"),
        ("FROM a AS b\nRUN x\n# c \\\n", "FROM a AS b\nRUN x\n# c \\\n"),
    ],
)
def test_a_stage_may_follow_what_is_continued_at_the_end(text, expected):
    named, _ = with_stage_name(text, args={}, target=None, name="b")
    assert named == expected
    findings = Findings()
    followed = read_dockerfile(
        f"{named}\n\nFROM b\nEXPOSE 80\n",
        file="Dockerfile",
        args={},
        target=None,
        findings=findings,
    )
    assert [each.first for each in followed.exposed] == [80]
    assert list(findings) == []
