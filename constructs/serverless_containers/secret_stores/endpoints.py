"""Where requests go: AWS, or what a setting has put in its place."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit, urlunsplit

from botocore.client import BaseClient
from botocore.loaders import create_loader

_REGION = r"[a-z]+(?:-[a-z]+)+-\d+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Endpoint of a service.

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
    """Endpoint that a client sends its requests to.

    Args:
        client: The client.
        service: The service's name, as people read it.
        in_variables: The service as it is part of variables' names, ``SECRETS_MANAGER``.
    """
    url = client.meta.endpoint_url
    is_aws = is_of_aws(url, client.meta.service_model.endpoint_prefix)
    return Endpoint(
        service=service,
        url=without_password(url),
        is_aws=is_aws,
        setting="" if is_aws else _setting(in_variables),
    )


def is_of_aws(url: str, prefix: str) -> bool:
    """Whether a URL is one of AWS's for a service, over TLS.

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


def without_password(url: str) -> str:
    """Return a URL without what it may hold of a user's name, a password or a token."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


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


def _setting(in_variables: str) -> str:
    """What has set an endpoint, in the order of "Service-specific endpoints" (SDKs and Tools)."""
    for name in (f"AWS_ENDPOINT_URL_{in_variables}", "AWS_ENDPOINT_URL"):
        if os.environ.get(name):
            return name
    return "the AWS configuration file"
