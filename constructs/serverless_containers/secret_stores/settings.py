"""Which setting of this machine leaves no client of AWS.

boto3 answers some of them with a ValueError that tells neither the setting nor where it is.
"""

import os
from urllib.parse import urlsplit

from botocore.utils import is_valid_endpoint_url, is_valid_ipv6_endpoint_url

from serverless_containers.secret_stores.failures import AwsFailure

_NUMBERS = ("AWS_METADATA_SERVICE_TIMEOUT", "AWS_METADATA_SERVICE_NUM_ATTEMPTS")


def is_endpoint(url: str) -> bool:
    """Whether requests can be sent to a URL.

    Args:
        url: What is given as one.
    """
    try:
        # Reading the port is what checks it; boto3 would find out at the first request.
        _ = urlsplit(url).port
        return bool(is_valid_endpoint_url(url) or is_valid_ipv6_endpoint_url(url))
    except ValueError:
        return False


def misconfigured(service: str) -> AwsFailure:
    """What is wrong where boto3 makes no client of a service.

    The variables are in the order of "Service-specific endpoints", AWS SDKs and Tools Reference
    Guide: those of the shell come before the configuration file. Their values are not shown: a URL
    may hold a password.

    Args:
        service: The service as it is part of variables' names, ``SECRETS_MANAGER``.
    """
    variables = (f"AWS_ENDPOINT_URL_{service}", "AWS_ENDPOINT_URL")
    used = next((name for name in variables if os.environ.get(name)), None)
    if used is not None and not is_endpoint(os.environ[used]):
        return AwsFailure(
            f"the variable {used} holds no URL that requests can be sent to, such as "
            "http://localhost:4566; correct it, or unset it"
        )
    for name in _NUMBERS:
        if name in os.environ and not os.environ[name].isdecimal():
            return AwsFailure(f"the variable {name} holds no whole number; correct it, or unset it")
    return AwsFailure(
        "the AWS configuration file has a value that cannot be used: look at endpoint_url, "
        "metadata_service_timeout and metadata_service_num_attempts"
    )
