"""Docstrings begin with the noun or the verb."""

import ast
import re

import pytest

from tests.support.pages import ROOT

PLACES = ("constructs", "examples", "stacks", "tools")
QUESTION = re.compile(r"(?:What|How|After|Where|When)\b")
FILES = [
    ROOT / "app.py",
    *(
        file
        for place in PLACES
        for file in sorted((ROOT / place).rglob("*.py"))
        if "node_modules" not in file.parts
    ),
]


def docstrings(tree):
    """The strings that stand for themselves: of modules, classes, functions, and attributes."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.lineno, node.value.value
    for node in ast.walk(tree):
        # Of an attribute or a property it is the value itself that is true or false.
        if isinstance(node, ast.FunctionDef) and not any(
            "property" in ast.unparse(each) for each in node.decorator_list
        ):
            text = ast.get_docstring(node) or ""
            yield node.lineno, "How" if text.startswith("Whether ") else text


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_they_begin_with_the_noun_or_the_verb(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert [line for line, text in docstrings(tree) if QUESTION.match(text.lstrip())] == []
