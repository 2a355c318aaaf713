"""Every property of the official Compose schema has a class. None is forgotten."""

import json
from importlib.resources import files

import pytest

from serverless_containers.plan.catalogue import RULES
from serverless_containers.plan.support import Support
from serverless_containers.plan.support.keys import (
    BUILD,
    CONFIG,
    DEPLOY,
    HEALTHCHECK,
    PROJECT,
    SECRET,
    SERVICE,
    VOLUME,
)
from tests.support.compose_keys import every_key

SCHEMA = json.loads(
    files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text()
)
DEFINITIONS = SCHEMA.get("$defs") or SCHEMA["definitions"]
TABLES = {
    "service": SERVICE,
    "build": BUILD,
    "deployment": DEPLOY,
    "healthcheck": HEALTHCHECK,
    "volume": VOLUME,
    "secret": SECRET,
    "config": CONFIG,
    "top level": PROJECT,
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
    assert set(TABLES[name]) - official(name) == set()


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
    assert below <= set(DEPLOY[above].keys)


@pytest.mark.parametrize("side", ["limits", "reservations"])
def test_every_resource_is_classed(side):
    (resources,) = [
        schema for key, schema in properties(DEFINITIONS["deployment"]) if key == "resources"
    ]
    (schema,) = [schema for key, schema in properties(resources) if key == side]
    assert {key for key, _ in properties(schema)} <= set(DEPLOY["resources"].keys[side].keys)


def records(table, above=()):
    """Every record of a table by its path, ``*`` for an item or a name."""
    for name, record in table.items():
        path = (*above, name)
        yield path, record
        yield from records(record.keys, path)
        yield from records(record.items, (*path, "*"))


RECORDS = dict(records(PROJECT))


def shares_a_fate(path):
    """Whether a key has the fate of one above it: it lies below a mapped key that is deployed as a
    whole, or below one of another class."""
    above = [RECORDS[path[:length]] for length in range(1, len(path)) if path[:length] in RECORDS]
    return any(
        each.support is not Support.MAPPED or not (each.keys or each.items) for each in above
    )


def test_every_key_that_is_read_has_a_record():
    assert {path for path in every_key() - RECORDS.keys() if not shares_a_fate(path)} == set()


def test_no_record_is_of_a_key_that_is_not_read():
    assert RECORDS.keys() - every_key() == set()


def test_each_class_says_what_it_has_to():
    for path, record in RECORDS.items():
        assert record.becomes or record.support is not Support.MAPPED, path
        assert record.why or record.support is Support.MAPPED, path
        assert record.fix or record.support is not Support.REJECTED, path


def test_what_another_rule_reports_names_one_that_exists():
    assert {record.reported_by for record in RECORDS.values()} - {""} <= RULES.keys()
