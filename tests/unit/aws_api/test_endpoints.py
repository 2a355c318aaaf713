"""Endpoints: which are AWS's, and to which requests can be sent at all."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointVariantError

from serverless_containers.aws_api.endpoints import (
    is_aws_url,
    is_endpoint,
    without_credentials,
)

SERVICES = ("secretsmanager", "ssm", "ecs", "cloudformation", "sts")


def endpoints():
    """Every endpoint that botocore knows of these services, in every partition."""
    session = boto3.Session(region_name="eu-central-1")
    for partition in session.get_available_partitions():
        regions = session.get_available_regions("ec2", partition)
        for region in regions[:2]:
            for variant in ({}, {"use_fips_endpoint": True}, {"use_dualstack_endpoint": True}):
                yield region, tuple(variant.items())


@pytest.mark.parametrize("service", SERVICES)
def test_every_endpoint_of_botocore_is(service, monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    tried = 0
    for region, variant in endpoints():
        try:
            client = boto3.client(
                service,
                region_name=region,
                aws_access_key_id="x",
                aws_secret_access_key="x",
                config=Config(**dict(variant)),
            )
        except EndpointVariantError:
            # Not every partition has every variant.
            continue
        url = client.meta.endpoint_url
        client.close()
        assert is_aws_url(url, service), url
        tried += 1
    assert tried > 20


@pytest.mark.parametrize(
    "url",
    [
        "https://sts.amazonaws.com",
        "https://STS.us-east-1.amazonaws.com:443/",
        "https://vpce-0a1b-2c3d.sts.eu-west-1.vpce.amazonaws.com",
        "https://vpce-0a1b-2c3d-eu-west-1a.sts.eu-west-1.vpce.amazonaws.com",
    ],
)
def test_so_are_global_and_private_ones(url):
    assert is_aws_url(url, "sts")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4566",
        "https://localhost.localstack.cloud:4566",
        # What is not encrypted may be read and answered by anybody on the way.
        "http://sts.us-east-1.amazonaws.com",
        # Of anybody's, below AWS's suffixes.
        "https://ec2-203-0-113-25.compute-1.amazonaws.com",
        "https://abc.execute-api.us-east-1.amazonaws.com",
        "https://sts.s3.amazonaws.com",
        "https://sts.us-east-1.elb.amazonaws.com",
        # Of AWS's, for something else.
        "https://ssm.us-east-1.amazonaws.com",
        # They only look like it.
        "https://sts.us-east-1.amazonaws.com.example.com",
        "https://sts.us-east-1.amazonaws.com@example.com",
        "https://example.com/sts.us-east-1.amazonaws.com",
        "https://stsxus-east-1.amazonaws.com",
        "https://sts.us-east-1.amazonawsxcom",
        "",
    ],
)
def test_all_else_is_not(url):
    assert not is_aws_url(url, "sts")


def test_a_url_is_shown_without_what_may_be_secret():
    assert without_credentials("http://a:b@c:1/d?e=f#g") == "http://c:1/d"


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
