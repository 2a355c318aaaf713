"""The schema's table against the official schema, key by key."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from serverless_containers.compose.keys.shapes import Shape
from serverless_containers.compose.keys.schema import PROJECT

# In the official schema since Docker Compose 2.40.3.
_NEWER = (
    ".jobs",
    ".services.*.pre_start",
    ".services.*.build.no_cache_filter",
    ".services.*.networks.*.use_service_name_alias",
    ".services.*.umask",
)


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


def test_has_every_key_of_the_official_schema_and_no_other() -> None:
    root = _official()
    official = set(_official_keys(root, root))
    known = {key for key in official if not key.startswith(_NEWER)}
    assert len(known) > 300
    assert set(_own_keys(PROJECT)) == known
    assert len(official) > len(known), "nothing is newer any more"
