"""Imports point one way, and only the constructs start Node."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parent.parent.parent / "constructs" / "serverless_containers"

MAY_IMPORT = {
    "findings": set(),
    "compose": {"findings"},
    "plan": {"findings", "compose"},
    "constructs": {"findings", "compose", "plan"},
    "toolchain": set(),
    "clients": {"findings"},
    "secret_stores": {"findings", "compose", "plan"},
    "local": {"findings", "compose", "plan", "toolchain"},
    "cli": {
        "findings",
        "compose",
        "plan",
        "toolchain",
        "clients",
        "secret_stores",
        "local",
    },
}
"""The rooms, and what each may know of. The modules at the top are the constructs."""


def room_of(module):
    first = module.split(".")[0]
    return first if first in MAY_IMPORT else "constructs"


def imports(file):
    """The modules that a file imports, wherever in it it does so."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


FILES = [
    file
    for file in sorted(LIBRARY.rglob("*.py"))
    if file.relative_to(LIBRARY) != Path("__init__.py")
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(LIBRARY)))
def test_a_room_imports_only_what_lies_below_it(file):
    room = room_of(".".join(file.relative_to(LIBRARY).with_suffix("").parts))
    for module in imports(file):
        if module.startswith("serverless_containers."):
            other = room_of(module.removeprefix("serverless_containers."))
            assert other == room or other in MAY_IMPORT[room], f"{room} imports {module}"
        elif module.split(".")[0] in {"aws_cdk", "constructs", "jsii", "cdk_nag"}:
            assert room == "constructs", f"{room} imports {module}"


@pytest.mark.parametrize(
    "module", ["serverless_containers", "serverless_containers.cli", "serverless_containers.plan"]
)
def test_importing_it_starts_no_node(module):
    code = f"import sys, {module}; sys.exit('aws_cdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
