"""Broken files that hold values: names and positions are told, and nothing else of a line."""

import pytest

WEB = "services:\n  web:\n    image: nginx\n    ports: ['80']\n"
CANARY = "hunter2"
FORMS = (
    ("check",),
    ("check", "--format", "json"),
    ("check", "--format", "sarif"),
    ("explain",),
    ("config",),
)

DOTENV = {
    "an open quote": f'PASS="{CANARY}\n',
    "an open quote of several lines": f'A=1\nPASS="x\n{CANARY}\nB=2\n',
    "a name that is none": f"DB@PASS={CANARY}\n",
    "the second line of a key": f"KEY=-----BEGIN PRIVATE KEY-----\n{CANARY}/abc+==\n",
    "the second line of a phrase": f"PHRASE=correct\n{CANARY} battery\n",
    "a requirement": f"PASS=a${{X:?{CANARY}}}\n",
    "a requirement that is a part": f"PASS=a${{{CANARY}:?x}}\n",
    "no variable": f"PASS={CANARY}${{!}}\n",
    "no variable in a name": f"PASS=a${{{CANARY}!}}\n",
    "export": f"export DB@PASS={CANARY}\n",
}
RAW = {
    "a space in the name": f"{CANARY} b=c\n",
    "no name": f"={CANARY}\n",
    "no UTF-8": f"A={CANARY}\udcff\n",
}
VALUES = [
    f"[{CANARY}]",
    f"{{{CANARY}: 1}}",
    f"*{CANARY}",
    f"!!int {CANARY}",
    f'"{CANARY}${{"',
    f'"{CANARY}${{A!}}"',
    f'"{CANARY}',
    f"{CANARY}: b",
    f"@{CANARY}",
    f'"\\q{CANARY}"',
    f"%{CANARY}",
    f'"=" {CANARY}',
]


@pytest.fixture
def told(run):
    """What each form of each command says of a project with errors."""

    def _told(files):
        for name, text in files.items():
            path = run.folder / name
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
        outputs = [run(*form) for form in FORMS]
        assert {each.exit_code for each in outputs} == {1}
        return [each.output for each in outputs]

    return _told


@pytest.mark.parametrize("text", DOTENV.values(), ids=DOTENV)
@pytest.mark.parametrize("file", [".env", "vars.txt"])
def test_a_file_of_variables(told, text, file):
    use = "" if file == ".env" else f"    env_file: {file}\n"
    for output in told({"compose.yaml": WEB + use, file: text}):
        assert CANARY not in output
        assert "invalid-env-file" in output or f"{file}:" in output


@pytest.mark.parametrize("text", RAW.values(), ids=RAW)
def test_a_raw_one(told, text):
    use = "    env_file: [{path: vars.txt, format: raw}]\n"
    for output in told({"compose.yaml": WEB + use, "vars.txt": text}):
        assert CANARY not in output


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(
    "place",
    [
        WEB + "    environment:\n      PASS: {}\n",
        "services:\n  web:\n    ports: ['80']\n    build:\n      context: .\n"
        "      args:\n        PASS: {}\n",
        WEB + "configs:\n  a:\n    content: {}\n",
    ],
    ids=["environment", "args", "content"],
)
def test_a_value_of_a_compose_file(told, place, value):
    for output in told({"compose.yaml": place.replace("{}", value), "Dockerfile": "FROM a\n"}):
        assert CANARY not in output


@pytest.mark.parametrize(
    "text",
    [
        f"    environment: PASS={CANARY}\n",
        f"    environment:\n      PASS={CANARY}\n",
        f"    environment:\n    - PASS: {CANARY}\n",
        f"    environment:\n    - '{CANARY} x =1'\n",
        f"secrets: {{DB: {CANARY}}}\n",
        f"    secrets: {CANARY}\n",
        f"    env_file: {{a: {CANARY}}}\n",
    ],
)
def test_a_value_that_is_none_of_the_right_kind(told, text):
    for output in told({"compose.yaml": WEB + text}):
        assert CANARY not in output


@pytest.mark.parametrize(
    "line", [f'ENV A={CANARY}" B', f"ENV A=b {CANARY}", f"ENV ={CANARY}", f"ARG A={CANARY}${{"]
)
def test_a_dockerfile(told, line):
    files = {
        "compose.yaml": "services: {web: {build: ., ports: ['80']}}\n",
        "Dockerfile": f"FROM a\n{line}\n",
    }
    for output in told(files):
        assert CANARY not in output


def test_an_item_without_a_value_that_is_no_name(run):
    run.write("compose.yaml", WEB + f"    environment:\n    - '{CANARY}$$'\n")
    result = run("check")
    assert "compose.yaml:6:7: services.web.environment: a variable has no value here" in (
        result.output
    )
    assert CANARY not in result.output


def test_the_name_and_the_line_are_told(run):
    run.write("compose.yaml", WEB)
    run.write(".env", f'A=1\nPASS="{CANARY}\n')
    assert run("check").output.startswith(
        ".env:2:1: the quote that the value of PASS starts with is not closed; close it, or leave "
        "it out\n"
    )
