from serverless_containers.aws_api.clients import AwsClients


def test_a_client_tries_five_times_and_waits_for_seconds():
    client = AwsClients(region="eu-central-1").secrets_manager
    config = client.meta.config

    assert config.retries == {"mode": "standard", "total_max_attempts": 5}
    assert config.connect_timeout <= 5
    assert config.read_timeout <= 20
    client.close()
