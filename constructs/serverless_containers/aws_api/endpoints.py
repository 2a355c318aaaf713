"""Endpoints that requests go to: AWS's, or what a setting has put in their place."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit, urlunsplit

from botocore.client import BaseClient
from botocore.loaders import create_loader
from botocore.utils import is_valid_endpoint_url, is_valid_ipv6_endpoint_url

from serverless_containers.aws_api.errors import AwsError

_REGION = r"[a-z]+(?:-[a-z]+)+-\d+"
_NUMBERS = ("AWS_METADATA_SERVICE_TIMEOUT", "AWS_METADATA_SERVICE_NUM_ATTEMPTS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The endpoint of a service.

    Attributes:
        service: The service's name, ``Secrets Manager``.
        url: Its URL, without a user's name or password.
        is_aws: Whether AWS answers there.
        setting: What has set it; empty if nothing has.
    """

    service: str
    url: str
    is_aws: bool
    setting: str = ""

    def __str__(self) -> str:
        return f"AWS ({self.url})" if self.is_aws else f"{self.url} (not AWS)"


def endpoint_of(client: BaseClient, service: str, in_variables: str) -> Endpoint:
    """Return the endpoint that a client sends its requests to.

    Args:
        client: The client.
        service: The service's name, as people read it.
        in_variables: The service as it is part of variables' names, ``SECRETS_MANAGER``.
    """
    url = client.meta.endpoint_url
    is_aws = is_aws_url(url, client.meta.service_model.endpoint_prefix)
    return Endpoint(
        service=service,
        url=without_credentials(url),
        is_aws=is_aws,
        setting="" if is_aws else _endpoint_variable(in_variables) or "the AWS configuration file",
    )


def is_aws_url(url: str, prefix: str) -> bool:
    """Return whether a URL is one of AWS's for a service, over TLS.

    A host name below a suffix of AWS's is not enough: EC2 instances, load balancers and APIs of
    anybody have one, too. It has the form of "AWS service endpoints", AWS General Reference, or of
    an interface endpoint, "Access an AWS service using an interface VPC endpoint", AWS PrivateLink.

    Args:
        url: The URL.
        prefix: What the service's host names begin with, ``secretsmanager``.
    """
    parts = urlsplit(url)
    service = rf"{re.escape(prefix)}(?:-fips)?"
    suffix = "|".join(map(re.escape, _suffixes()))
    public = rf"{service}(?:\.{_REGION})?"
    private = rf"vpce-[\w-]+\.{service}\.{_REGION}\.vpce"
    host = rf"(?:{public}|{private})\.(?:{suffix})"
    return parts.scheme == "https" and re.fullmatch(host, parts.hostname or "") is not None


def without_credentials(url: str) -> str:
    """Return a URL without what it may hold of a user's name, a password or a token."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def is_endpoint(url: str) -> bool:
    """Return whether requests can be sent to a URL."""
    try:
        # Reading the port is what checks it; boto3 would find out at the first request.
        _ = urlsplit(url).port
        return bool(is_valid_endpoint_url(url) or is_valid_ipv6_endpoint_url(url))
    except ValueError:
        return False


def configuration_error(in_variables: str) -> AwsError:
    """Return the error of this machine's settings for which boto3 makes no client of a service.

    boto3 answers some settings with a ValueError that names neither the setting nor its place.

    Values are not shown: a URL may hold a password.

    Args:
        in_variables: The service as it is part of variables' names, ``SECRETS_MANAGER``.
    """
    used = _endpoint_variable(in_variables)
    if used is not None and not is_endpoint(os.environ[used]):
        return AwsError(
            f"the variable {used} holds no URL that requests can be sent to, such as "
            "http://localhost:4566; correct it, or unset it"
        )
    for name in _NUMBERS:
        if name in os.environ and not os.environ[name].isdecimal():
            return AwsError(f"the variable {name} holds no whole number; correct it, or unset it")
    return AwsError(
        "the AWS configuration file has a value that cannot be used: look at endpoint_url, "
        "metadata_service_timeout and metadata_service_num_attempts"
    )


@cache
def _suffixes() -> tuple[str, ...]:
    """Suffixes of the host names of every partition, as botocore knows them."""
    found: Mapping[str, list[Mapping[str, Mapping[str, str]]]] = create_loader().load_data(
        "partitions"
    )
    names = ("dnsSuffix", "dualStackDnsSuffix")
    return tuple(
        dict.fromkeys(
            each["outputs"][name]
            for each in found["partitions"]
            for name in names
            if name in each["outputs"]
        )
    )


def _endpoint_variable(in_variables: str) -> str | None:
    """Return the variable of the shell that sets a service's endpoint; it precedes any file.

    The order is that of "Service-specific endpoints", AWS SDKs and Tools Reference Guide.
    """
    variables = (f"AWS_ENDPOINT_URL_{in_variables}", "AWS_ENDPOINT_URL")
    return next((name for name in variables if os.environ.get(name)), None)
