"""The boto3 clients of a run, and how they are called."""

import os
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from serverless_containers.secret_stores.endpoints import configuration_error, is_endpoint
from serverless_containers.secret_stores.errors import connection_error, response_error

_CONFIG = Config(
    # botocore repeats a request with the same ClientRequestToken, by which Secrets Manager knows
    # that it has done it already.
    retries={"mode": "standard", "total_max_attempts": 5},
    connect_timeout=5,
    read_timeout=20,
)


class AwsClients:
    """The clients of one account and region, each made when it is needed.

    What is wrong with the configuration of this machine is raised then, as an AwsError.

    Args:
        region: The region. Default: AWS_REGION, AWS_DEFAULT_REGION, or the profile's.
        profile: The profile. Default: the shell's.
    """

    def __init__(self, *, region: str | None = None, profile: str | None = None) -> None:
        # Like the CDK and every SDK but boto3.
        self._region = region or os.environ.get("AWS_REGION")
        self._profile = profile

    @cached_property
    def secrets_manager(self) -> BaseClient:
        """The client of AWS Secrets Manager."""
        return self._make("secretsmanager", "SECRETS_MANAGER")

    @cached_property
    def parameter_store(self) -> BaseClient:
        """The client of AWS Systems Manager."""
        return self._make("ssm", "SSM")

    @cached_property
    def ecs(self) -> BaseClient:
        """The client of Amazon ECS."""
        return self._make("ecs", "ECS")

    @cached_property
    def cloudformation(self) -> BaseClient:
        """The client of AWS CloudFormation."""
        return self._make("cloudformation", "CLOUDFORMATION")

    @cached_property
    def sts(self) -> BaseClient:
        """The client of AWS Security Token Service."""
        return self._make("sts", "STS")

    @cached_property
    def account(self) -> str:
        """The account that the credentials are of, as STS tells. It needs no permission.

        See "GetCallerIdentity", AWS Security Token Service API Reference.
        """
        found: str = call(self.sts, "get_caller_identity", "the account")["Account"]
        return found

    @cached_property
    def region(self) -> str:
        """The region's name."""
        name = self._session.region_name
        if name is None:
            raise connection_error(NoRegionError())
        return name

    @cached_property
    def _session(self) -> boto3.Session:
        try:
            return boto3.Session(region_name=self._region, profile_name=self._profile)
        except BotoCoreError as error:
            raise connection_error(error) from None

    def _make(self, service: str, in_variables: str) -> BaseClient:
        # boto3's stubs know services by literal names only.
        make: Any = self._session.client
        try:
            client: BaseClient = make(service, region_name=self.region, config=_CONFIG)
        except BotoCoreError as error:
            raise connection_error(error) from None
        except ValueError:
            raise configuration_error(in_variables) from None
        if not is_endpoint(client.meta.endpoint_url):
            raise configuration_error(in_variables)
        return client


def call(
    client: BaseClient, operation: str, resource: str, **arguments: object
) -> Mapping[str, Any]:
    """Call AWS.

    Args:
        client: The service's client.
        operation: The client's method, ``create_secret``.
        resource: The name of what it is about, for the message.
        **arguments: The operation's.

    Raises:
        AwsError: If it is not done.
    """
    try:
        answer: Mapping[str, Any] = getattr(client, operation)(**arguments)
    except (BotoCoreError, ClientError) as error:
        caught = error
    else:
        return answer
    # Out here there is no context to raise it in: AWS's message, which may repeat a value, stays
    # out of every traceback.
    if isinstance(caught, BotoCoreError):
        raise connection_error(caught)
    raise response_error(
        caught,
        service=client.meta.service_model.service_name,
        operation=client.meta.method_to_api_mapping[operation],
        resource=resource,
    )
