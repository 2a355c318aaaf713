"""Every property of the official Compose schema has a class. None is forgotten."""

import json
from importlib.resources import files

import pytest

from serverless_containers.plan.support import Support
from serverless_containers.plan.support.builds import BUILD_KEYS
from serverless_containers.plan.support.deploys import DEPLOY_KEYS, HEALTHCHECK_KEYS
from serverless_containers.plan.support.services import SERVICE_KEYS
from serverless_containers.plan.support.top_level import (
    CONFIG_KEYS,
    SECRET_KEYS,
    TOP_LEVEL_KEYS,
    VOLUME_KEYS,
)

SCHEMA = json.loads(
    files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text()
)
DEFINITIONS = SCHEMA.get("$defs") or SCHEMA["definitions"]
TABLES = {
    "service": SERVICE_KEYS,
    "build": BUILD_KEYS,
    "deployment": DEPLOY_KEYS,
    "healthcheck": HEALTHCHECK_KEYS,
    "volume": VOLUME_KEYS,
    "secret": SECRET_KEYS,
    "config": CONFIG_KEYS,
    "top level": TOP_LEVEL_KEYS,
}


def parts(schema):
    """A schema and everything that it is put together from."""
    if "$ref" in schema:
        schema = DEFINITIONS[schema["$ref"].rsplit("/", 1)[-1]]
    yield schema
    for kind in ("allOf", "oneOf", "anyOf"):
        for other in schema.get(kind, []):
            yield from parts(other)


def properties(schema):
    for part in parts(schema):
        yield from part.get("properties", {}).items()


def official(name):
    if name == "top level":
        return {key for key, _ in properties({"properties": SCHEMA["properties"]})}
    if name == "build":
        (build,) = {
            json.dumps(schema) for key, schema in properties(DEFINITIONS["service"])
            if key == "build"
        }  # fmt: skip
        return {key for key, _ in properties(json.loads(build))}
    return {key for key, _ in properties(DEFINITIONS[name])}


@pytest.mark.parametrize("name", TABLES)
def test_every_official_property_is_classed(name):
    assert official(name) - set(TABLES[name]) == set()


@pytest.mark.parametrize("name", TABLES)
def test_no_property_is_classed_that_does_not_exist(name):
    assert {key for key in TABLES[name] if "." not in key} - official(name) == set()


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("resources", {"limits", "reservations"}),
        ("restart_policy", {"condition", "delay", "max_attempts", "window"}),
        ("update_config", {"delay", "failure_action", "max_failure_ratio", "monitor", "order",
                           "parallelism"}),
    ],
)  # fmt: skip
def test_what_lies_below_deploy_is_classed_too(above, below):
    (schema,) = [schema for key, schema in properties(DEFINITIONS["deployment"]) if key == above]
    assert {key for key, _ in properties(schema)} == below
    assert {f"{above}.{key}" for key in below} <= set(DEPLOY_KEYS)


@pytest.mark.parametrize("side", ["limits", "reservations"])
def test_every_resource_is_classed(side):
    (resources,) = [
        schema for key, schema in properties(DEFINITIONS["deployment"]) if key == "resources"
    ]
    (schema,) = [schema for key, schema in properties(resources) if key == side]
    assert {f"resources.{side}.{key}" for key, _ in properties(schema)} <= set(DEPLOY_KEYS)


def test_each_class_says_what_it_has_to():
    for table in TABLES.values():
        for name, key in table.items():
            assert key.becomes or key.support is not Support.MAPPED, name
            assert key.why or key.support is Support.MAPPED, name
            assert key.fix or key.support is not Support.REJECTED, name
