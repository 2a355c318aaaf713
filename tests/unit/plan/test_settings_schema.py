"""The schema says of settings what their readers say, and joins the official one."""

import json
import re

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from serverless_containers.cli import main
from serverless_containers.findings import Findings
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.settings_schema import OFFICIAL, settings_schema
from serverless_containers.plan.source import plan_source
from tools.write_docs import SCHEMA, schema_text
from tools.write_schema import official

REFUSED = {"setting-invalid", "suppression-invalid", "suppression-unknown-rule"}
FILE = """
x-serverless-containers: {project}
services:
  web:
    image: nginx:1.29
    ports: ["80"]
    x-serverless-containers: {service}
    secrets: [key]
    volumes:
      - data:/data
      - {{type: bind, source: ./conf, target: /conf, x-serverless-containers: {mount}}}
volumes:
  data: {{x-serverless-containers: {volume}}}
secrets:
  key: {{external: true, name: key, x-serverless-containers: {secret}}}
"""
PLACES = ("project", "service", "mount", "volume", "secret")


@pytest.fixture(scope="module")
def validator():
    registry = Registry().with_resource(OFFICIAL, Resource.from_contents(official()))
    return Draft202012Validator(settings_schema(), registry=registry)


def test_the_packaged_file_is_of_today():
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), "run `make docs`"


def test_it_is_a_schema():
    Draft202012Validator.check_schema(settings_schema())


def found_by_readers(project, text):
    findings = Findings()
    plan_source(project.compose(text), PlanOptions(), findings)
    return [each for each in findings if each.rule.code in REFUSED]


@pytest.mark.parametrize(
    ("place", "settings", "sound"),
    [
        ("project", "{}", True),
        ("project", "{entrypoint: web, port: 80, cpu: 512, memory: 1024}", True),
        ("project", "{secrets: files, names: none, strict: true}", True),
        ("project", "{suppress: [{rule: key-approximated, path: a, reason: b}]}", True),
        ("project", "{suppress: [{rule: nothing, reason: b}]}", False),
        ("project", "{suppress: [{rule: key-approximated}]}", False),
        ("project", "{suppress: [{rule: key-approximated, reason: ' '}]}", False),
        ("project", "{suppress: [{rule: key-approximated, reason: b, why: c}]}", False),
        ("project", "{suppress: {}}", False),
        ("project", "{pack: [a.pem]}", True),
        ("project", "{pack: [1]}", False),
        ("project", "{pack: a.pem}", False),
        ("project", "{port: '80'}", False),
        ("project", "{port: 0}", False),
        ("project", "{port: 65536}", False),
        ("project", "{cpu: true}", False),
        ("project", "{entrypoint: [web]}", False),
        ("project", "{secrets: neither}", False),
        ("project", "{entry: web}", False),
        ("project", "web", False),
        ("service", "{exclusive: true}", True),
        ("service", "{exclusive: 'yes'}", False),
        ("service", "{entrypoint: web}", False),
        ("service", "{dev: {command: npm start, ready: 8080, ports: {PORT: 80}}}", True),
        ("service", "{dev: {command: [npm, start], ready: 'http://localhost:8080/'}}", True),
        ("service", "{dev: {ready: 8080}}", False),
        ("service", "{dev: {command: []}}", False),
        ("service", "{dev: {command: npm, ready: 'https://example.com'}}", False),
        ("service", "{dev: {command: npm, ports: {PORT: 0}}}", False),
        ("service", "{dev: {command: npm, ports: {1P: 80}}}", False),
        ("service", "{dev: {command: npm, port: 80}}", False),
        ("volume", "{storage: scratch}", True),
        ("volume", "{storage: disk}", False),
        ("mount", "{local-only: true}", True),
        ("mount", "{local-only: 1}", False),
        ("mount", "{storage: efs}", False),
        ("secret", "{store: parameter-store}", True),
        ("secret", "{store: vault}", False),
        ("secret", "{multiline: true}", True),
        ("secret", "{json-key: 5}", False),
    ],
)
def test_it_agrees_with_the_readers(project, validator, place, settings, sound):
    text = FILE.format(**dict.fromkeys(PLACES, "{}") | {place: settings})
    told = [error.json_path for error in validator.iter_errors(yaml.safe_load(text))]
    assert (told == []) is sound, told
    findings = found_by_readers(project, text)
    assert (findings == []) is sound, findings


@pytest.mark.parametrize("place", PLACES)
def test_it_has_every_setting_of_a_place(project, place):
    text = FILE.format(**dict.fromkeys(PLACES, "{}") | {place: "{no-such-setting: 1}"})
    (finding,) = found_by_readers(project, text)
    listed = re.search(r"the settings are (.*)", finding.message)[1]
    found = settings_schema()["properties"]
    found = {
        "project": lambda: found,
        "service": lambda: found["services"]["additionalProperties"]["properties"],
        "mount": lambda: found["services"]["additionalProperties"]["properties"]["volumes"][
            "items"
        ]["properties"],
        "volume": lambda: found["volumes"]["additionalProperties"]["properties"],
        "secret": lambda: found["secrets"]["additionalProperties"]["properties"],
    }[place]()["x-serverless-containers"]["properties"]
    assert set(found) == set(listed.split(", "))
    assert all(each["description"] for each in found.values())


def test_the_official_one_is_in_force(validator):
    text = {"services": {"web": {"image": "nginx:1.29", "prots": ["80"]}}}
    assert [error.json_path for error in validator.iter_errors(text)] == ["$.services.web"]


def test_what_may_be_empty_may(validator):
    text = {
        "services": {"web": {"image": "a", "volumes": ["data:/data"]}},
        "volumes": {"data": None},
    }
    assert list(validator.iter_errors(text)) == []


def test_the_command_prints_it():
    done = CliRunner().invoke(main, ["schema"])
    assert json.loads(done.output) == settings_schema()
