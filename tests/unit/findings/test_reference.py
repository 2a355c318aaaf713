"""The rules: each has a name of its own, is used, and stands in the reference."""

import ast
import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path

import pytest

import serverless_containers.compose
import serverless_containers.findings
import serverless_containers.plan
from serverless_containers.findings import Rule
from serverless_containers.findings.pages import page_of
from serverless_containers.findings.reference import render_reference
from serverless_containers.plan.catalogue import CATALOGUE, RULES
from tools.rule_examples import with_examples

ROOT = Path(__file__).parent.parent.parent.parent
LIBRARY = ROOT / "constructs" / "serverless_containers"
ROOMS = (serverless_containers.compose, serverless_containers.findings, serverless_containers.plan)


def constants():
    """Every rule of the pure rooms, by the name of its constant."""
    found = {}
    for room in ROOMS:
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, Rule):
                    found[f"{name} {value.code}"] = (name, value)
    return list(found.values())


@cache
def nodes_of(file):
    return list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))


def names_used():
    """Every name that the library reads, other than where it imports it."""
    for file in LIBRARY.rglob("*.py"):
        for node in nodes_of(file):
            if isinstance(node, ast.Attribute):
                yield node.attr
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                yield node.id


def test_the_committed_reference_is_current():
    committed = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert committed == with_examples(render_reference(CATALOGUE)), "run `make docs`"


def test_every_rule_is_in_the_reference():
    assert {rule.code for _, rule in constants()} == set(RULES)


def test_no_rule_is_made_where_the_reference_cannot_see_it():
    for file in LIBRARY.rglob("*.py"):
        makes = any(
            isinstance(node, ast.Call)
            and re.fullmatch(r"Rule(\.(error|warning|note))?", ast.unparse(node.func))
            for node in nodes_of(file)
        )
        # The diagnosis has rules of its own, of what is deployed.
        is_diagnosis = file.is_relative_to(LIBRARY / "diagnosis" / "rules")
        assert not makes or file.name == "rules.py" or is_diagnosis, file.relative_to(ROOT)


def test_every_code_is_the_name_of_one_rule():
    rules = {id(rule): rule.code for _, rule in constants()}
    assert sorted(rules.values()) == sorted(set(rules.values()))
    assert sum(map(len, CATALOGUE.values())) == len(RULES)


@pytest.mark.parametrize("code", RULES)
def test_every_code_is_words_joined_by_hyphens(code):
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", code)


def test_every_rule_is_raised_by_something():
    used = set(names_used())
    assert [name for name, _ in constants() if name not in used] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_source_is_a_page_that_can_be_opened(rule):
    assert (page_of(rule) is None) == (rule.source == "")
    assert rule.summary.endswith(".")
