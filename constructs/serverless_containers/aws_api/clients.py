"""The boto3 clients of a run, and how they are called."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError
from botocore.loaders import create_loader
from botocore.parsers import ResponseParserError

from serverless_containers.aws_api.endpoints import (
    configuration_error,
    is_aws_url,
    is_endpoint,
    without_credentials,
)
from serverless_containers.aws_api.errors import (
    REPEATED_PAGE,
    AwsError,
    connection_error,
    response_error,
    unreadable,
)

_CONFIG = Config(
    # botocore repeats a request with the same ClientRequestToken, by which Secrets Manager knows
    # that it has done it already.
    retries={"mode": "standard", "total_max_attempts": 5},
    connect_timeout=5,
    read_timeout=20,
)

_IAM_PREFIXES: Mapping[str, str] = {
    "apigatewayv2": "apigateway",
    "elbv2": "elasticloadbalancing",
    "service-quotas": "servicequotas",
}
"""Prefixes of actions in IAM, where they are not the services' names in boto3."""


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
        self._clients: dict[str, BaseClient] = {}

    @property
    def secrets_manager(self) -> BaseClient:
        """The client of AWS Secrets Manager."""
        return self.client("secretsmanager")

    @property
    def parameter_store(self) -> BaseClient:
        """The client of AWS Systems Manager."""
        return self.client("ssm")

    @property
    def ecs(self) -> BaseClient:
        """The client of Amazon ECS."""
        return self.client("ecs")

    @property
    def cloudformation(self) -> BaseClient:
        """The client of AWS CloudFormation."""
        return self.client("cloudformation")

    @property
    def sts(self) -> BaseClient:
        """The client of AWS Security Token Service."""
        return self.client("sts")

    def client(self, service: str) -> BaseClient:
        """Return the client of a service, the same one each time.

        Args:
            service: The service by its name in boto3, ``elbv2``.

        Raises:
            AwsError: If this machine's configuration leaves none.
        """
        if service not in self._clients:
            self._clients[service] = self._make(service)
        return self._clients[service]

    def in_region(self, region: str) -> "AwsClients":
        """Return the clients of another region, with the same credentials."""
        return AwsClients(region=region, profile=self._profile)

    def regions(self) -> Sequence[str]:
        """Return the regions of the account's partition that have CloudFormation.

        They are those that botocore knows; some of them may not be enabled.

        Raises:
            AwsError: If botocore does not know the region.
        """
        try:
            partition = self._session.get_partition_for_region(self.region)
        except BotoCoreError as error:
            raise connection_error(error) from None
        return self._session.get_available_regions("cloudformation", partition_name=partition)

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

    def _make(self, service: str) -> BaseClient:
        # boto3's stubs know services by literal names only.
        make: Any = self._session.client
        try:
            client: BaseClient = make(service, region_name=self.region, config=_CONFIG)
        except BotoCoreError as error:
            raise connection_error(error) from None
        except ValueError:
            raise configuration_error(_in_variables(service)) from None
        if not is_endpoint(client.meta.endpoint_url):
            raise configuration_error(_in_variables(service))
        return client


def _in_variables(service: str) -> str:
    """Return a service as it is part of variables' names.

    See "Service-specific endpoints", AWS SDKs and Tools Reference Guide.
    """
    model = create_loader().load_service_model(service, "service-2")
    identifier: str = model["metadata"]["serviceId"]
    return identifier.replace(" ", "_").upper()


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
    answer = _in_words(client, operation, resource, lambda: getattr(client, operation)(**arguments))
    return _Members(answer, _action(client, operation))


class _Members(dict[str, Any]):
    """The members of an answer. That one is missing is told as AWS's, or a proxy's, failure."""

    def __init__(self, answer: Mapping[str, Any], action: str) -> None:
        super().__init__(answer)
        self._action = action

    def __missing__(self, key: str) -> Any:  # noqa: ANN401  # of any kind
        raise unreadable(self._action, f"it has no {key}")


def call_pages(
    client: BaseClient,
    operation: str,
    resource: str,
    key: str,
    *,
    most: int | None = None,
    **arguments: object,
) -> Sequence[Any]:
    """Call AWS until it has told all of a list.

    Args:
        client: The service's client.
        operation: The client's method, ``list_stack_resources``.
        resource: The name of what it is about, for the message.
        key: The member of the answers that holds the list, ``StackResourceSummaries``.
        most: The number of entries after which no more are asked for. Default: all of them.
        **arguments: The operation's.

    Raises:
        AwsError: If it is not done.
    """

    def ask() -> Sequence[Any]:
        if not client.can_paginate(operation):
            return _by_token(getattr(client, operation), key, arguments)[:most]
        pages = client.get_paginator(operation).paginate(
            **arguments, PaginationConfig={"MaxItems": most}
        )
        return [entry for page in pages for entry in page.get(key, ())]

    return _in_words(client, operation, resource, ask)


def _by_token(
    ask: Callable[..., Mapping[str, Any]], key: str, arguments: Mapping[str, object]
) -> list[Any]:
    """Return all of a list that botocore has no paginator for."""
    found: list[Any] = []
    token: Mapping[str, str] = {}
    tokens: set[str] = set()
    while True:
        answer = ask(**arguments, **token)
        found += answer.get(key, ())
        if not answer.get("nextToken"):
            return found
        token = {"nextToken": answer["nextToken"]}
        check_token(token["nextToken"], tokens, key)


def check_token(token: str, seen: set[str], resource: str) -> None:
    """Take down the token of the next page of a list.

    Args:
        token: The token.
        seen: Those before it.
        resource: The name of what the list is about, for the message.

    Raises:
        AwsError: If it was there before: the list would have no end.
    """
    if token in seen:
        raise AwsError(f"{resource}: {REPEATED_PAGE}")
    seen.add(token)


_Answer = TypeVar("_Answer")


def _in_words(
    client: BaseClient, operation: str, resource: str, ask: Callable[[], _Answer]
) -> _Answer:
    caught: BotoCoreError | ClientError | None = None
    broken = ""
    try:
        answer = ask()
    except (BotoCoreError, ClientError) as error:
        caught = error
    except (ResponseParserError, LookupError, TypeError, ValueError) as error:
        # botocore's parsers raise them for an answer that is not of the service's shape.
        broken = type(error).__name__
    else:
        return answer
    if caught is None:
        raise unreadable(_action(client, operation), broken)
    # Out here there is no context to raise it in: AWS's message, which may repeat a value, stays
    # out of every traceback.
    if isinstance(caught, BotoCoreError):
        raise connection_error(caught)
    service, _, name = _action(client, operation).partition(":")
    url, prefix = client.meta.endpoint_url, client.meta.service_model.endpoint_prefix
    raise response_error(
        caught,
        service=service,
        operation=name,
        resource=resource,
        endpoint="" if is_aws_url(url, prefix) else without_credentials(url),
    )


def _action(client: BaseClient, operation: str) -> str:
    """Return the action in IAM of an operation, ``secretsmanager:CreateSecret``."""
    name = client.meta.service_model.service_name
    return f"{_IAM_PREFIXES.get(name, name)}:{client.meta.method_to_api_mapping[operation]}"
