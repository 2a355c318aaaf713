"""No text is too strange to be read."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from serverless_containers.compose.dockerfile import read_dockerfile
from serverless_containers.compose.dockerfile.instructions import KEYWORDS
from serverless_containers.findings import Findings

# Pieces that mean something together find more than letters at random do.
PIECES = st.one_of(
    st.sampled_from([*KEYWORDS, *(keyword.lower() for keyword in KEYWORDS)]),
    st.sampled_from(["\n", "\r\n", " ", "\t", "\\\n", "`\n", "\\", "`", "# escape=`\n", "#", "\f"]),
    st.sampled_from(
        ["$", "${", "}", ":-", ":+", ":?", "/", "%", "##", "'", '"', "[", "]", "<<", "-"]
    ),
    st.sampled_from(
        ["--interval=", "--platform=", "AS", "80", "/udp", "1m", "A", "=", "CMD", "EOF"]
    ),
    st.text(max_size=3),
)
SOURCES = st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join))


@settings(max_examples=400, deadline=None)
@given(
    text=SOURCES.map("FROM x AS A\n{}".format) | SOURCES,
    args=st.dictionaries(st.sampled_from(["A", "80", ""]), st.none() | st.text(max_size=4)),
    target=st.none() | st.sampled_from(["a", "0", ""]) | st.text(max_size=3),
)
@example(text="FROM ${" + "A:-${" * 5000, args={}, target=None)
@example(text="FROM x\nHEALTHCHECK CMD " + "[" * 100_000, args={}, target=None)
@example(text="FROM x\nEXPOSE " + "9" * 10_000, args={}, target="9" * 10_000)
@example(text="FROM x\nENV A=" + "\\" * 9999, args={}, target=None)
@example(text="FROM x AS a\n" * 3000 + "FROM a AS a\n" * 3000, args={}, target=None)
def test_any_text_is_read(text, args, target):
    findings = Findings()

    dockerfile = read_dockerfile(text, file="F", args=args, target=target, findings=findings)

    lines = text.count("\n") + 1
    assert dockerfile is not None or findings.errors
    for found in findings:
        assert found.at is not None
        assert 1 <= found.at.line <= lines
        assert found.at.column >= 1
    for port in dockerfile.exposed if dockerfile else ():
        assert 1 <= port.first <= port.last <= 65535
