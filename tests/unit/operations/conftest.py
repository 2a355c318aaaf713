import pytest

from serverless_containers.aws_api.clients import AwsClients
from tests.support.deployed_stack import deploy
from tests.support.recorded_aws import RecordedAws


@pytest.fixture
def aws(monkeypatch):
    """AWS's APIs, which know a stack with a steady service."""
    recorded = RecordedAws(monkeypatch)
    deploy(recorded)
    return recorded


@pytest.fixture
def clients(aws):  # noqa: ARG001  # it has to be there first
    return AwsClients()
