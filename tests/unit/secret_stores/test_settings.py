"""URLs that requests can be sent to; the rest is held by `test_secrets_machine`."""

import pytest

from serverless_containers.secret_stores.settings import is_endpoint


@pytest.mark.parametrize(
    "url",
    [
        "https://secretsmanager.eu-central-1.amazonaws.com",
        "https://secretsmanager.eu-central-1.api.aws",
        "https://vpce-0a-1b.ssm.eu-central-1.vpce.amazonaws.com/",
        "http://localhost:4566",
        "http://127.0.0.1:65535",
        "http://[::1]:4566",
    ],
)
def test_an_endpoint_is_one(url):
    assert is_endpoint(url)


@pytest.mark.parametrize(
    "url",
    ["", " ", "foo", "localhost:4566", "http://", "http://[::1", "http://x_y", "http://x:65536"],
)
def test_what_is_none_is_none(url):
    assert not is_endpoint(url)
