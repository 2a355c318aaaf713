"""The schema and the records of the keys against the official schema."""

import importlib.util
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from serverless_containers.compose import load_project, to_canonical
from serverless_containers.compose.keys import PROJECT as RECORDS
from serverless_containers.compose.keys.record import Key
from serverless_containers.compose.keys.schema import PROJECT
from serverless_containers.compose.keys.shapes import Kind, Shape
from serverless_containers.findings import Findings

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_schema", ROOT / "tools/write_schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _official() -> dict[str, Any]:
    text = files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json")
    content: dict[str, Any] = json.loads(text.read_text(encoding="utf-8"))
    return content


def _official_keys(node: Any, root: dict[str, Any], path: str = "") -> Iterator[str]:
    if not isinstance(node, dict):
        return
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        yield from _official_keys(root["$defs"][name], root, path)
    for key, below in node.get("properties", {}).items():
        yield f"{path}.{key}"
        yield from _official_keys(below, root, f"{path}.{key}")
    for pattern, below in node.get("patternProperties", {}).items():
        if not pattern.startswith("^x-"):
            yield from _official_keys(below, root, f"{path}.*")
    if "items" in node:
        yield from _official_keys(node["items"], root, f"{path}[]")
    for alternative in (*node.get("oneOf", ()), *node.get("allOf", ())):
        yield from _official_keys(alternative, root, path)


def _own_keys(shape: Shape, path: str = "") -> Iterator[str]:
    for key, below in (shape.keys or {}).items():
        yield f"{path}.{key}"
        yield from _own_keys(below, f"{path}.{key}")
    if shape.others is not None:
        yield from _own_keys(shape.others, f"{path}.*")
    if shape.items is not None:
        yield from _own_keys(shape.items, f"{path}[]")


def _recorded_keys(record: Key, path: str = "") -> Iterator[str]:
    for key, below in (record.keys or {}).items():
        yield f"{path}.{key}"
        yield from _recorded_keys(below, f"{path}.{key}")
    if record.every is not None:
        yield from _recorded_keys(record.every, f"{path}.*")
    if record.item is not None:
        yield from _recorded_keys(record.item, f"{path}[]")


def test_has_every_key_of_the_official_schema_and_no_other() -> None:
    root = _official()
    official = set(_official_keys(root, root))
    assert len(official) > 300
    assert set(_own_keys(PROJECT)) == official


def test_every_key_of_the_schema_has_a_record_and_no_other() -> None:
    assert set(_recorded_keys(RECORDS)) == set(_own_keys(PROJECT))


def test_is_as_the_tool_writes_it(tool: ModuleType) -> None:
    # Otherwise: make schema, and read the difference.
    assert tool.render_schema() == tool.TARGET.read_text(encoding="utf-8")


def test_differs_from_the_official_schema_where_the_tool_says_so(tool: ModuleType) -> None:
    def shapes(shape: Shape, path: str = "") -> Iterator[tuple[str, str]]:
        kinds = "/".join(str(kind.name) for kind in Kind if kind in shape.kinds)
        yield (
            path,
            f"{kinds} {shape.items is not None} {shape.is_set} {shape.keys is not None} "
            f"{shape.names} {shape.is_open} {shape.required} {shape.allowed} {shape.pattern} "
            f"{shape.lowest} {shape.highest}",
        )
        for key, below in (shape.keys or {}).items():
            yield from shapes(below, f"{path}.{key}".removeprefix("."))
        if shape.others is not None:
            yield from shapes(shape.others, f"{path}.*".removeprefix("."))
        if shape.items is not None:
            yield from shapes(shape.items, f"{path}[]")

    official = dict(shapes(tool.Converter(_official(), {}).shape(_official())))
    own = dict(shapes(PROJECT))
    different = {path for path in official if official[path] != own[path]}
    assert own.keys() == official.keys()
    assert {
        path.replace("jobs.*.", "services.*.").replace("pre_start[].", "") for path in different
    } == set(tool.DIFFERENCES)


def test_keys_that_are_newer_than_docker_compose_2_40_3_are_read(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n"
        "  app:\n"
        "    image: app\n"
        "    umask: 18\n"
        "    build: {context: ., no_cache_filter: [one]}\n"
        "    networks: {default: {use_service_name_alias: 'true'}}\n"
        "    pre_start: [{image: tool, command: migrate all, per_replica: false}]\n"
        "jobs: {night: {image: job, triggers: {schedule: [{cron: 0 3 * * *}]}}}\n"
    )
    findings = Findings()
    project = load_project(tmp_path, findings=findings)
    assert [str(found) for found in findings.errors] == []
    assert project is not None
    printed: Any = to_canonical(project)
    app = printed["services"]["app"]
    assert app["umask"] == 18
    assert app["build"]["no_cache_filter"] == ["one"]
    assert app["networks"] == {"default": {"use_service_name_alias": True}}
    assert app["pre_start"] == [{"command": ["migrate", "all"], "image": "tool"}]
    assert printed["jobs"]["night"]["triggers"] == {"schedule": [{"cron": "0 3 * * *"}]}
