"""A thousand findings, and lines and lists of a thousand items: what is shown stays short."""

import pytest

from serverless_containers.findings import Finding, Findings, Location, Rule, Severity
from serverless_containers.findings.excerpt import SourceText
from serverless_containers.findings.listing import listed
from tests.support.work import is_planned_within_limits, plan

RULE = Rule(code="a-rule", severity=Severity.ERROR, summary="A rule.")


def excerpt(line, column):
    finding = Finding(rule=RULE, at=Location("compose.yaml", 1, column), message="x")
    return SourceText(line.encode()).excerpt(finding)


def test_a_long_line_is_shown_around_the_finding():
    shown = excerpt("a" * 5000 + "b" + "c" * 5000, 5001)
    assert shown.text == "…" + "a" * 200 + "b" + "c" * 199 + "…"
    assert shown.text[shown.offset] == "b"


@pytest.mark.parametrize("column", [1, 200, 400])
def test_a_line_of_usual_length_is_shown_as_a_whole(column):
    line = "k: " + "v" * 397
    assert excerpt(line, column).text == line


def test_the_brackets_of_a_line_are_told_from_those_in_quotes():
    # The flow mapping of the environment ends in the third line; what is behind it is shown.
    text = 'environment: {A: "}\\"}", B: \'}\\\',\n  C: d\n  }\nother: 1\n'
    finding = [
        Finding(rule=RULE, at=Location("compose.yaml", line, 1), message="x")
        for line in (1, 2, 3, 4)
    ]
    source = SourceText(text.encode())
    assert [source.excerpt(each) is None for each in finding] == [True, True, True, False]


def test_of_many_names_the_first_ten_are_listed():
    names = [f"n{at}" for at in range(1000)]
    assert listed(names) == "n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, and 990 more"
    assert listed(names[:10]) == "n0, n1, n2, n3, n4, n5, n6, n7, n8, n9"
    assert listed([]) == ""


@pytest.mark.parametrize(
    "compose",
    [
        "services: {{app: {{image: a, volumes: [{}]}}}}\nvolumes: {{{}}}\n".format(
            ", ".join(f"'v{at}:/x{at}'" for at in range(200)),
            ", ".join(f"w{at}: " for at in range(200)),
        ),
        "services:\n"
        + "".join(f"  s{at}: {{image: a, depends_on: [s{(at + 1) % 200}]}}\n" for at in range(200)),
        "services:\n" + "".join(f"  s{at}: {{extends: x{at}}}\n" for at in range(200)),
        "services:\n"
        + "".join(f"  s{at}: {{image: a, ports: ['{at + 1}']}}\n" for at in range(200)),
    ],
    ids=["undefined volumes", "a circle", "extends of nothing", "many entrypoints"],
)
def test_no_finding_lists_everything_that_there_is(project, compose):
    found: Findings = plan(project.compose(compose))
    assert found.errors
    assert max(len(each.message) + len(each.fix) for each in found) < 400


def test_a_config_that_is_a_device_is_not_read(project):
    project.write(
        "compose.yaml",
        "services: {web: {image: a, ports: ['80'], configs: [{source: c, target: /etc/a/c}]}}\n"
        "configs: {c: {file: /dev/zero}}\n",
    )
    assert is_planned_within_limits(project.path)
    [found] = plan(project.path).errors
    assert "is no regular file" in found.message
