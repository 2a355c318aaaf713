import pytest

from serverless_containers.aws_api.clients import AwsClients, call_pages
from serverless_containers.aws_api.errors import AwsError
from tests.support.recorded_aws import RecordedAws


def test_a_client_tries_five_times_and_waits_for_seconds():
    client = AwsClients(region="eu-central-1").secrets_manager
    config = client.meta.config

    assert config.retries == {"mode": "standard", "total_max_attempts": 5}
    assert config.connect_timeout <= 5
    assert config.read_timeout <= 20
    client.close()


def test_a_list_whose_pages_have_no_end_is_told(monkeypatch):
    aws = RecordedAws(monkeypatch)
    clients = AwsClients(region="eu-central-1")
    aws.answer("ListServiceDeployments", {"serviceDeployments": [], "nextToken": "same"})

    with pytest.raises(AwsError, match="the same page of the list again and again"):
        call_pages(
            clients.ecs, "list_service_deployments", "web", "serviceDeployments", service="web"
        )
    assert len(aws.called("ListServiceDeployments")) == 2
