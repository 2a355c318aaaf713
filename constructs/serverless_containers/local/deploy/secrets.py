"""Secrets that a deployment needs, made up where nobody pushed them to the embedded AWS."""

import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from serverless_containers.local.clients import LocalClients

_POLICY = "AWS::SecretsManager::ResourcePolicy"
_PARAMETER = "AWS::SSM::Parameter::Name"


def make_up_secrets(template: Path, clients: LocalClients) -> tuple[str, ...]:
    """Give each secret that a template needs, and that is not there, a random value.

    Nothing of a user's own files is read for that: a value of theirs gets there by
    ``serverless-containers secrets push``, as it does on AWS.

    Args:
        template: A template of the cloud assembly.
        clients: The clients of its account and region.

    Returns:
        The names of those that were made up.
    """
    content: Mapping[str, Any] = json.loads(template.read_text())
    made = []
    for name in _secrets(content):
        manager = clients["secretsmanager"]
        try:
            manager.describe_secret(SecretId=name)
        except manager.exceptions.ResourceNotFoundException:
            manager.create_secret(Name=name, SecretString=secrets.token_urlsafe(32))
            made.append(name)
    for name in _parameters(content):
        store = clients["ssm"]
        try:
            store.get_parameter(Name=name)
        except store.exceptions.ParameterNotFound:
            store.put_parameter(Name=name, Type="SecureString", Value=secrets.token_urlsafe(32))
            made.append(name)
    return tuple(made)


def _secrets(template: Mapping[str, Any]) -> Iterator[str]:
    for resource in template.get("Resources", {}).values():
        name = resource.get("Properties", {}).get("SecretId")
        # Another one's id is a reference: it is made by the same deployment.
        if resource["Type"] == _POLICY and isinstance(name, str):
            yield name


def _parameters(template: Mapping[str, Any]) -> Iterator[str]:
    for parameter in template.get("Parameters", {}).values():
        if parameter["Type"] == _PARAMETER and "Default" in parameter:
            yield parameter["Default"]
