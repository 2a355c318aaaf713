"""Small files that ask for much: the work grows with the file, or ends early with a finding."""

import difflib
import itertools

import pytest

from serverless_containers.compose import limits
from tests.support.thorough import thoroughly
from tests.support.work import is_planned_within_limits, lines_run, plan

LOOPBACK = "'127.0.0.1:{at}:{at}'"
WIDE = "'{at}-65000'"
SLOWEST = "stages that copy all of the one before, twice"
SERVICE = "services:\n  app:\n    image: a\n    ports: ['80']\n"


def rows(amount, text):
    return "".join(text.format(at=at, before=at - 1) for at in range(1, amount + 1))


def items(amount, text):
    return ", ".join(text.format(at=at, before=at - 1) for at in range(1, amount + 1))


def compose(text):
    return {"compose.yaml": text}


def dockerfile(text):
    return {"Dockerfile": f"FROM a\nEXPOSE 80\n{text}"}


def doubled(amount, line):
    """Variables that each hold the one before ten times."""
    return line.format(at=0, value="x" * 10) + "".join(
        line.format(at=at, value=f"${{A{at - 1}}}" * 10) for at in range(1, amount)
    )


def ladder(amount):
    """Files that each include the next two, of which there are two."""
    files = {
        f"{side}{at}.yaml": f"include: [a{at + 1}.yaml, b{at + 1}.yaml]\n"
        for at in range(amount)
        for side in "ab"
    }
    ends = dict.fromkeys((f"a{amount}.yaml", f"b{amount}.yaml"), "volumes: {v: {}}\n")
    return {**files, **ends, "compose.yaml": f"include: [a0.yaml, b0.yaml]\n{SERVICE}"}


GROWING = {
    "one mapping in many": (60, lambda n: compose(
        f"x-a: &a {{{items(n, 'k{at}: v')}}}\nx-b:\n{rows(n, '  m{at}: {{<<: *a}}|')}"
        .replace("|", chr(10)) + SERVICE)),
    "one mapping many times in one": (200, lambda n: compose(
        f"x-a: &a {{{items(n, 'k{at}: v')}}}\nx-b: {{<<: [{items(n, '*a')}]}}\n{SERVICE}")),
    "one list in many": (60, lambda n: compose(
        f"x-a: &a [{items(n, '$U')}]\nx-b: [{items(n, '*a')}]\n{SERVICE}")),
    "build arguments of build arguments": (4, lambda n: dockerfile(
        doubled(n, "ARG A{at}={value}\n"))),
    "variables of variables of an image": (4, lambda n: dockerfile(
        doubled(n, "ENV A{at}={value}\n"))),
    "global build arguments": (4, lambda n: {
        "Dockerfile": doubled(n, "ARG A{at}={value}\n") + "FROM a\nEXPOSE 80\n"}),
    "variables of variables in .env": (4, lambda n: {
        "compose.yaml": SERVICE, ".env": doubled(n, "A{at}={value}\n")}),
    "variables of variables in a file of a service": (4, lambda n: {
        "compose.yaml": SERVICE + "    env_file: a.env\n", "a.env": doubled(n, "A{at}={value}\n")}),
    "a long variable in many places": (300, lambda n: {
        "compose.yaml": SERVICE + "    environment:\n" + rows(n, "      K{at}: ${{A}}\n"),
        ".env": "A=" + "x" * 100 * n}),
    "one file of variables for many services": (60, lambda n: {
        "compose.yaml": "services:\n" + rows(n, "  s{at}: {{image: a, env_file: a.env}}\n"),
        "a.env": rows(n, "K{at}=1\n")}),
    "many files of variables for one service": (40, lambda n: {
        "compose.yaml": SERVICE + "    env_file: [" + items(n, "'a{at}.env'") + "]\n",
        **{f"a{at}.env": f"K{at}=1\n" for at in range(1, n + 1)}}),
    "one service that many extend": (60, lambda n: compose(
        f"services:\n  s0: {{image: a, environment: {{{items(n, 'K{at}: v')}}}}}\n"
        + rows(n, "  s{at}: {{extends: s0, environment: {{X: '1'}}}}\n"))),
    "includes of includes": (4, ladder),
    "resets": (200, lambda n: {
        "compose.yaml": SERVICE + f"    labels: {{{items(n, 'k{at}: v')}}}\n",
        "compose.dev.yaml": "services:\n  app:\n    labels:\n"
        + rows(n, "      k{at}: !reset null\n")}),
    "documents": (40, lambda n: compose(
        rows(n, "---\nservices: {{app: {{image: a, environment: {{K{at}: v}}}}}}\n"))),
    "exposed ranges": (10, lambda n: compose(
        SERVICE + "    expose: [" + items(n, "'{at}-65000'") + "]\n")),
    "published ranges": (10, lambda n: compose(
        f"services: {{app: {{image: a, ports: [{items(n, WIDE)}]}}}}\n")),
    "ranges of an image": (10, lambda n: {
        "Dockerfile": "FROM a\nEXPOSE " + rows(n, "{at}-65000 ")}),
    "services in a row": (50, lambda n: compose(
        "services:\n  s0: {image: a}\n"
        + rows(n, "  s{at}: {{image: a, depends_on: [s{before}]}}\n"))),
    "services": (50, lambda n: compose(
        "services:\n" + rows(n, "  s{at}: {{image: a, restart: 'no'}}\n"))),
    "mounts": (100, lambda n: compose(
        SERVICE + f"    volumes: [{items(n, 'v{at}:/x{at}')}]\nvolumes:\n"
        + rows(n, "  v{at}:\n"))),
    "bind mounts": (50, lambda n: compose(
        SERVICE + f"    volumes: [{items(n, './v{at}:/x{at}')}]\n")),
    "bind mounts in another one": (50, lambda n: compose(
        SERVICE + f"    volumes: [./v:/x, {items(n, './v/x{at}:/x/{at}')}]\n")),
    "pools of two files": (20, lambda n: {
        name: SERVICE + "networks:\n  a:\n    ipam:\n      config:\n"
        + rows(n, f"      - subnet: {first}.0.{{at}}.0/24\n")
        for name, first in (("compose.yaml", 10), ("compose.dev.yaml", 11))}),
    "defaults of variables": (200, lambda n: dockerfile(
        "ENV A=" + rows(n, "${{B{at}:-x}}$C{at}") + "\n")),
    "patterns of variables": (100, lambda n: dockerfile(
        "ARG A=" + "a" * 20 * n + "\nENV B=${A%%" + "a*" * 20 + "b}\n")),
    "stages in a row": (60, lambda n: {
        "Dockerfile": "FROM a AS s0\nEXPOSE 80\n"
        + rows(n, "FROM s{before} AS s{at}\nENV A{at}=1\n")}),
    "stages that are copied from": (60, lambda n: {
        "Dockerfile": "FROM a AS s0\nEXPOSE 80\n"
        + rows(n, "FROM s{before} AS s{at}\nENV A{at}=1\n")
        + "FROM a\nEXPOSE 80\n" + rows(n, "COPY --from=s{at} a b\n")}),
    SLOWEST: (60, lambda n: {
        "Dockerfile": "FROM a AS s0\nCOPY . /\n"
        + rows(n, "FROM a AS s{at}\nCOPY --from=s{before} / /a\nCOPY --from=s{before} / /b\n")
        + "EXPOSE 80\n"}),
    "stages that nothing builds on": (60, lambda n: {
        "Dockerfile": rows(n, "FROM a AS s{at}\n") + "EXPOSE 80\n"}),
    "suppressions": (60, lambda n: compose(
        f"services: {{app: {{image: a, ports: [{items(n, LOOPBACK)}]}}}}\n"
        "x-serverless-containers:\n  suppress:\n" + rows(
            n, "  - {{rule: port-host-address, path: 'services.app.ports[{at}]', reason: x}}\n"))),
}  # fmt: skip
"""A size, and what makes the files of that size."""


_OF_THE_QUOTA = 300_000
"""Lines that run for as much as the quota holds: below them nothing is said of the growth."""


@pytest.fixture
def small_quota(monkeypatch):
    """Limits that files of a few hundred lines reach."""
    monkeypatch.setattr(limits, "MOST_VALUES", 2_000)
    monkeypatch.setattr(limits, "MOST_CHARACTERS", 20_000)


@pytest.mark.parametrize(
    "name", [*(name for name in GROWING if name != SLOWEST), *thoroughly(SLOWEST)]
)
@pytest.mark.usefixtures("small_quota")
def test_work_grows_with_the_file(project, name):
    size, make = GROWING[name]
    work = []
    for factor in (1, 2, 4, 8):
        for file, text in make(size * factor).items():
            project.write(file, text)
        work.append(lines_run(lambda: plan(project.path)))
    # Twice the file: twice the work. Where a finding ends it, the work stops growing, and until
    # then is no more than that of a large file.
    assert all(
        after < 2.5 * before or after < _OF_THE_QUOTA for before, after in itertools.pairwise(work)
    ), work


MILLION = 1_000_000
SEARCHED = {
    "the start of a token": compose(SERVICE + f"    environment: {{A: '{'eyJ-' * MILLION}'}}\n"),
    "defaults in a line": compose(SERVICE + f"    user: '{'${A:-}' * (MILLION // 4)}'\n"),
    "defaults in .env": {"compose.yaml": SERVICE, ".env": "A=" + "${A:-}" * (MILLION // 4)},
    "a port of many digits": compose(SERVICE + f"    expose: ['1-{'9' * 9}', '{'9' * 5000}']\n"),
    "an id of many digits": compose(
        SERVICE + f"    user: '{'9' * 5000}'\n    volumes: ['v:/v']\nvolumes: {{v: }}\n"
    ),
    "blanks in a directive": {
        "Dockerfile": "# escape=x" + " " * MILLION + "y\nFROM a\nEXPOSE 80\n"
    },
}
"""Files whose work runs no line of Python."""


@pytest.mark.parametrize("name", SEARCHED)
def test_searches_are_no_longer_than_the_text(project, name):
    for file, text in SEARCHED[name].items():
        project.write(file, text)
    assert is_planned_within_limits(project.path)


def test_a_chain_of_anchors_that_nothing_keeps(project):
    # Each is merged under a key that is there, and so left out.
    links = rows(5000, "x-{at}: {{k: 1, <<: {{k: &a{at} [*a{before}]}}}}\n")
    project.write("compose.yaml", f"x-0: &a0 [x]\n{links}x-end: *a5000\n{SERVICE}")
    assert [found.rule.code for found in plan(project.path).errors] == ["too-large"]


def test_the_finding_says_where_it_is_too_much(project):
    merges = rows(300, "  m{at}: {{<<: *a}}\n")
    project.write("compose.yaml", f"x-a: &a {{{items(3000, 'k{at}: v')}}}\nx-b:\n{merges}{SERVICE}")
    [found] = plan(project.path).errors
    assert found.rule.code == "too-large"
    assert found.at is not None
    assert found.at.line > 2
    assert "200000 values" in found.message


def test_typing_errors_are_searched_for_the_first_unknown_keys(project, monkeypatch):
    # GIVEN a service with many keys that there are not, of which the first and the last are close
    searched = []
    search = difflib.get_close_matches
    monkeypatch.setattr(
        difflib,
        "get_close_matches",
        lambda word, *args, **kwargs: searched.append(word) or search(word, *args, **kwargs),
    )
    unknown = rows(300, "    unknown{at}: 1\n")
    text = f"{SERVICE}    imag: x\n    {'imag' * 200}: x\n{unknown}    comand: x\n"
    project.write("compose.yaml", text)

    # WHEN it is read
    found = [str(each) for each in plan(project.path).errors]

    # THEN all are reported, and a key that is close is told where there are few
    assert len(found) == 303
    assert sum("did you mean 'image'?" in each for each in found) == 1
    assert len(searched) <= 50
