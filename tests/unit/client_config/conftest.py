import json

import pytest

from serverless_containers.client_config import choose_stacks, read_outputs, to_client_config

URL = "https://abc123.execute-api.us-east-1.amazonaws.com"
OUTPUTS = {"ApiName": "web", "Url": URL, "Region": "us-east-1", "AuthorizationType": "NONE"}


def outputs_of(*stacks):
    """The bytes of an outputs file: each stack's outputs over those of an open API."""
    named = {f"stack{index}": {**OUTPUTS, **each} for index, each in enumerate(stacks or [{}])}
    return json.dumps(named, indent=2).encode()


def client_of(*stacks, names=()):
    read = read_outputs(outputs_of(*stacks), "outputs.json")
    return to_client_config(
        choose_stacks(read, [stack.name for stack in read], "outputs.json"), names
    )


@pytest.fixture
def client():
    return client_of
