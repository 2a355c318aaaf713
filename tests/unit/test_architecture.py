"""Imports point one way, and only the constructs start Node."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parent.parent.parent / "constructs" / "serverless_containers"

MAY_IMPORT = {
    "spelling": set(),
    "findings": {"spelling"},
    "json_source": set(),
    "toolchain": set(),
    "compose": {"spelling", "findings"},
    "plan": {"spelling", "findings", "json_source", "compose"},
    # The constructs, from the parts to what is public. None of them knows a Compose file.
    "arguments": {"spelling"},
    "iam": {"plan", "arguments"},
    "monitoring": {"arguments"},
    "workload": {"findings", "plan", "arguments", "iam", "monitoring"},
    "pipeline": {"findings", "plan", "arguments", "iam"},
    "build_pipeline": {"plan", "arguments", "iam", "workload", "pipeline"},
    "tags": {"arguments"},
    "secrets_from_files": {"plan", "arguments", "workload"},
    "ingress": {"arguments", "workload"},
    "ingress.base": {"plan", "workload", "build_pipeline", "ingress", "monitoring"},
    "ingress.http_api": {"arguments", "workload", "ingress", "monitoring"},
    "ingress.load_balancer": {"plan", "arguments", "workload", "ingress", "monitoring"},
    "ingress.cloudfront": {
        "spelling",
        "arguments",
        "workload",
        "ingress",
        "ingress.load_balancer",
        "monitoring",
    },
    "container_api": {"arguments", "workload", "ingress.base", "ingress.http_api"},
    "container_service": {"arguments", "workload", "ingress.base"},
    "container_hosting": {
        "arguments",
        "workload",
        "ingress.base",
        "ingress.load_balancer",
        "ingress.cloudfront",
    },
    # What is no construct, and above the plan.
    "client_config": {"spelling", "findings", "json_source"},
    "aws_api": set(),
    "secret_stores": {"findings", "plan", "aws_api"},
    "operations": {"spelling", "aws_api"},
    "diagnosis": {"aws_api", "operations"},
    "local": {"findings", "plan", "toolchain"},
    "scaffold": {"spelling", "findings", "json_source", "compose", "plan", "toolchain"},
    "__main__": {"cli"},
    # It shows Compose files themselves, too.
    "cli": {
        "spelling",
        "findings",
        "compose",
        "plan",
        "toolchain",
        "client_config",
        "aws_api",
        "secret_stores",
        "operations",
        "diagnosis",
        "local",
        "scaffold",
    },
}
"""The rooms, and what each may know of besides itself."""

CONSTRUCTS = {
    "arguments",
    "iam",
    "monitoring",
    "workload",
    "pipeline",
    "build_pipeline",
    "secrets_from_files",
    "tags",
    "container_api",
    "container_hosting",
    "container_service",
    *(room for room in MAY_IMPORT if room.startswith("ingress")),
}
"""The rooms that may import the CDK."""


def room_of(module):
    """The innermost room that a module is in."""
    parts = module.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next(prefix for prefix in prefixes if prefix in MAY_IMPORT)


def imports(file):
    """The modules that a file imports, wherever in it it does so."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


FILES = [
    file
    for file in sorted(LIBRARY.rglob("*.py"))
    if file.relative_to(LIBRARY) != Path("__init__.py")
]


def module_of(file):
    parts = file.relative_to(LIBRARY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(LIBRARY)))
def test_a_room_imports_only_what_lies_below_it(file):
    room = room_of(module_of(file))
    for module in imports(file):
        if module.startswith("serverless_containers."):
            other = room_of(module.removeprefix("serverless_containers."))
            assert other == room or other in MAY_IMPORT[room], f"{room} imports {module}"
        elif module.split(".")[0] in {"aws_cdk", "constructs", "jsii", "cdk_nag"}:
            assert room in CONSTRUCTS, f"{room} imports {module}"


def test_the_plan_is_complete():
    """What is made of a Compose file is in the plan: nobody looks at the file again."""
    known = {room for room, below in MAY_IMPORT.items() if "compose" in below}
    # `scaffold` reads the files of other tools with the same reader of YAML.
    assert known == {"plan", "cli", "scaffold"}


def circles(edges):
    """The groups of names of which each leads to every other one."""
    reached = {}
    for start in edges:
        seen, waiting = set(), [start]
        while waiting:
            for each in edges.get(waiting.pop(), ()):
                if each not in seen:
                    seen.add(each)
                    waiting.append(each)
        reached[start] = seen
    return {
        frozenset(other for other in reached[name] if name in reached.get(other, ()))
        for name in edges
        if name in reached[name]
    }


def test_no_room_leads_back_to_itself():
    assert circles(MAY_IMPORT) == set()


def test_no_modules_import_each_other():
    """Not even for types alone. A package only hands on what its modules have."""
    modules = {module_of(file): file for file in FILES if file.name != "__init__.py"}
    edges = {
        name: {module.removeprefix("serverless_containers.") for module in imports(file)}
        & modules.keys()
        for name, file in modules.items()
    }
    assert circles(edges) == set()


@pytest.mark.parametrize(
    "module", ["serverless_containers", "serverless_containers.cli", "serverless_containers.plan"]
)
def test_importing_it_starts_no_node(module):
    code = f"import sys, {module}; sys.exit('aws_cdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
