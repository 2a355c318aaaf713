"""A JSON schema of Compose files with this library's settings, made of the tables that read them.

It joins the official schema, so that an editor completes the keys of both. Written to
``compose.schema.json`` beside it by ``make docs``.
"""

from collections.abc import Mapping
from typing import Any, Final

from serverless_containers.compose.notation.ports import HIGHEST_PORT
from serverless_containers.findings import Severity
from serverless_containers.plan.catalogue import RULES
from serverless_containers.plan.dev import DEV
from serverless_containers.plan.exclusive import OF_A_SERVICE
from serverless_containers.plan.resources.bind_mounts import OF_A_VOLUME
from serverless_containers.plan.resources.volumes import OF_A_MOUNT
from serverless_containers.plan.secrets.reader import OF_A_SECRET
from serverless_containers.plan.settings import EXTENSION, OF_A_PROJECT, PACK, SUPPRESS, Known

OFFICIAL: Final = (
    "https://raw.githubusercontent.com/compose-spec/compose-spec/main/schema/compose-spec.json"
)
"""The official schema ("Compose Specification")."""
FILE: Final = "compose.schema.json"
"""The schema's file, in the folder of this module."""

Schema = dict[str, Any]

_TYPES: Mapping[type, str] = {str: "string", int: "integer", bool: "boolean"}
_PROJECT: Mapping[str, str] = {
    "entrypoint": "The service that receives the traffic. Default: the only one with ports, or the "
    "likeliest one.",
    "port": "The port of that service which does. Default: its first one that may speak HTTP.",
    "cpu": "CPU units of the task: 1024 are one vCPU. Default: the smallest size of Fargate's that "
    "holds all containers.",
    "memory": "Memory of the task in MiB. Default: the smallest size of Fargate's that holds all "
    "containers.",
    "secrets": "Whether containers get secrets as variables, or as files under /run/secrets. "
    "Default: files where a service names one there, else variables.",
    "names": "Whether names of services are written to /etc/hosts of the task. Default: hosts.",
    "strict": "Whether guesses are errors: what is chosen, changed or left out that the files do "
    "not say. Default: false.",
}
_SERVICE: Mapping[str, str] = {
    "exclusive": "Whether it must not run twice, so that the old task stops before the new one "
    "starts. Default: what its image and its volumes say.",
}
_VOLUME: Mapping[str, str] = {
    "storage": "Where it is: a folder on Amazon EFS, which outlives tasks, or the task's disk. "
    "Default: efs.",
}
_MOUNT: Mapping[str, str] = {
    "local-only": "Whether it is left out of deployments. Default: false.",
}
_SECRET: Mapping[str, str] = {
    "store": "Where its value is in AWS. Default: secrets-manager.",
    "json-key": "The key of an external secret's JSON whose value it is.",
    "multiline": "Whether the value may have several lines. Default: false.",
}


def settings_schema() -> Schema:
    """Return the schema ("JSON Schema: A Media Type for Describing JSON Documents", 2020-12)."""
    mount = {"properties": {EXTENSION: _settings(OF_A_MOUNT, _MOUNT)}}
    service = {
        "properties": {
            EXTENSION: _settings(OF_A_SERVICE, _SERVICE, {DEV: _process()}),
            "volumes": {"items": mount},
        }
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Compose files with settings of serverless-containers",
        "allOf": [{"$ref": OFFICIAL}],
        "properties": {
            EXTENSION: _settings(
                OF_A_PROJECT, _PROJECT, {SUPPRESS: _suppressions(), PACK: _packed()}
            ),
            "services": {"additionalProperties": service},
            "volumes": _each(OF_A_VOLUME, _VOLUME),
            "secrets": _each(OF_A_SECRET, _SECRET),
        },
    }


def _each(known: Known, said: Mapping[str, str]) -> Schema:
    return {"additionalProperties": {"properties": {EXTENSION: _settings(known, said)}}}


def _settings(
    known: Known, said: Mapping[str, str], structured: Mapping[str, Schema] | None = None
) -> Schema:
    """The settings of one place, each with its description."""
    return {
        "type": "object",
        "description": "Settings of serverless-containers.",
        "properties": {
            **{
                name: {**_value(expected), "description": said[name]}
                for name, expected in known.items()
            },
            **(structured or {}),
        },
        "additionalProperties": False,
    }


def _value(expected: type | range | tuple[str, ...]) -> Schema:
    if isinstance(expected, tuple):
        return {"enum": [str(each) for each in expected]}
    if isinstance(expected, range):
        return {"type": "integer", "minimum": expected[0], "maximum": expected[-1]}
    return {"type": _TYPES[expected]}


def _suppressions() -> Schema:
    text = {"type": "string", "pattern": r"\S"}
    rules = [code for code, rule in RULES.items() if rule.severity is not Severity.ERROR]
    return {
        "type": "array",
        "description": "Warnings and notes that are meant, each with the reason.",
        "items": {
            "type": "object",
            "properties": {
                "rule": {"enum": sorted(rules), "description": "The code of the rule."},
                "path": {
                    **text,
                    "description": "The keys that a finding names, as services.web.ports[0]; with "
                    ".* at the end, all below too. Default: every finding of the rule.",
                },
                "reason": {**text, "description": "Why the findings need no attention."},
            },
            "required": ["rule", "reason"],
            "additionalProperties": False,
        },
    }


def _process() -> Schema:
    """The process that stands for a service, as ``plan_dev`` reads it."""
    text = {"type": "string", "pattern": r"\S"}
    port = {"type": "integer", "minimum": 1, "maximum": HIGHEST_PORT}
    return {
        "type": "object",
        "description": "The process that stands for the service where `local` runs processes "
        "(`--engine processes`). It is never deployed.",
        "properties": {
            "command": {
                "oneOf": [text, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
                "description": "A line for a shell, or a program and its arguments.",
            },
            "directory": {
                **text,
                "description": "The folder in which it starts. Default: the build's, else the "
                "project's.",
            },
            "ready": {
                "oneOf": [
                    port,
                    {"type": "string", "pattern": r"^http://(localhost|127\.0\.0\.1)\b"},
                ],
                "description": "The URL of an answer, or the port, that tells that it is ready. "
                "Default: its health check.",
            },
            "ports": {
                "type": "object",
                "description": "Variables that tell it where the ports are, as PORT: 8080.",
                "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
                "additionalProperties": port,
            },
        },
        "required": ["command"],
        "additionalProperties": False,
    }


def _packed() -> Schema:
    return {
        "type": "array",
        "description": "Paths below the project that are packed although they look like "
        "credentials.",
        "items": {"type": "string", "pattern": r"\S"},
    }
