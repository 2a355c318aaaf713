"""Every rule of the reference says why, and has an example that breaks it and one that does not."""

import json
import os
import re
import subprocess
from textwrap import indent

import aws_cdk
import pytest
from aws_cdk import aws_ecs as ecs
from click.testing import CliRunner

import serverless_containers
from serverless_containers import InvalidSourceError
from serverless_containers.cli import main
from serverless_containers.findings import Findings
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.catalogue import RULES
from serverless_containers.plan.secrets.files import read_value
from serverless_containers.plan.source import plan_source
from tools.rule_examples import read_examples

EXPLAINED = read_examples()
EXAMPLES = {code: given for code, given in EXPLAINED.items() if given.bad and given.good}
WITHOUT_EXAMPLE = {"not-utf-8"}
"""The rules that no file breaks: its reader refuses other bytes before."""
ADVICE = {
    "image-moves",
    "runs-as-root",
    "health-check-missing",
    "port-unreached",
    "task-size-assumed",
}
"""Rules about production, ports and sizes, which examples are too short to keep to."""


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """The project folder; nothing of this shell is in its way."""
    folder = tmp_path / "shop"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("COMPOSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("LOG_LEVEL", raising=False)
    return folder


def codes(example, folder, monkeypatch):
    """The codes of what is found in an example."""
    for name, text in example.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    if example.commands:
        subprocess.run(["/bin/sh", "-euc", example.commands], cwd=folder, check=True)
    if "app.py" in example.files:
        monkeypatch.chdir(folder.parent)
        return of_an_app(example.files["app.py"])
    monkeypatch.chdir(folder)
    if example.run.startswith("secrets push"):
        return of_a_push(folder, example.run.split()[-1])
    given = CliRunner().invoke(main, [*example.run.split(), "--format", "json"])
    assert given.exception is None or isinstance(given.exception, SystemExit), given.output
    return {found["rule"] for found in json.loads(given.stdout)["findings"]}


def of_an_app(text):
    stack = aws_cdk.Stack(aws_cdk.App(), "shop")
    names = {name: getattr(serverless_containers, name) for name in serverless_containers.__all__}
    try:
        exec(text, {**names, "ecs": ecs, "stack": stack})  # noqa: S102  # the example itself
    except InvalidSourceError as error:
        return {finding.rule.code for finding in error.findings}
    told = "".join(
        str(entry.data) for each in stack.node.find_all() for entry in each.node.metadata
    )
    # Constructs also tell what no file says, which is no rule's.
    return set(re.findall(r"\[ack: serverless-containers:([\w-]+)\]", told)) & set(RULES)


def of_a_push(folder, environment):
    findings = Findings()
    plan = plan_source(folder, PlanOptions(), findings, environment=environment)
    for secret in plan.secrets.values() if plan else ():
        read_value(secret, findings, variables={})
    return {finding.rule.code for finding in findings}


def test_every_rule_has_its_examples():
    assert set(EXPLAINED) == set(RULES)
    assert set(EXAMPLES) == set(RULES) - WITHOUT_EXAMPLE


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_bad_example_breaks_this_rule_alone(code, shop, monkeypatch):
    given = EXAMPLES[code]
    found = codes(given.bad, shop, monkeypatch) - (ADVICE - {code})
    assert found == {code, *given.also}, indent(str(given.bad), "  ")


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_good_example_does_not(code, shop, monkeypatch):
    found = codes(EXAMPLES[code].good, shop, monkeypatch)
    assert code not in found
    assert {each for each in found if RULES[each].severity == "error"} == set()


@pytest.mark.parametrize("code", EXPLAINED)
def test_why_is_a_sentence(code):
    assert re.fullmatch(r"[A-Z`].*\.", EXPLAINED[code].why)
