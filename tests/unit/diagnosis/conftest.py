import pytest

from serverless_containers.aws_api.clients import AwsClients
from tests.support.deployed_around import deploy_around
from tests.support.deployed_stack import deploy
from tests.support.recorded_aws import RecordedAws


@pytest.fixture
def aws(monkeypatch):
    """AWS's APIs, which know a stack with a steady service, and what it stands on."""
    recorded = RecordedAws(monkeypatch)
    deploy(recorded)
    deploy_around(recorded)
    return recorded


@pytest.fixture
def clients(aws):  # noqa: ARG001  # it has to be there first
    return AwsClients()
