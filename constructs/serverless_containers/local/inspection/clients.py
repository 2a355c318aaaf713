"""boto3 clients that reach the emulator, whatever the user's AWS configuration says."""

import os
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

# The user's profiles and files must not be read: a profile in AWS_PROFILE that does not exist
# stops botocore, and one that does exist may name another endpoint.
_NO_CONFIGURATION: dict[str, tuple[None, None, str | None, None]] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class Clients:
    """The clients of one account and region, each made once.

    Args:
        endpoint: The emulator's URL.
        account: The account; the emulator takes it from the access key.
        region: The region.
    """

    def __init__(self, *, endpoint: str, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self._endpoint = endpoint
        self._session = boto3.Session(
            botocore_session=botocore.session.Session(session_vars=_NO_CONFIGURATION),
            aws_access_key_id=account,
            aws_secret_access_key="local",  # noqa: S106  # the emulator takes any
            region_name=region,
        )
        self._made: dict[str, Any] = {}

    def __getitem__(self, service: str) -> Any:  # noqa: ANN401  # made at run time by boto3
        """The client of a service."""
        if service not in self._made:
            # boto3's stubs know services by literal names only.
            make: Any = self._session.client
            self._made[service] = make(
                service,
                endpoint_url=self._endpoint,
                config=Config(retries={"total_max_attempts": 1}, proxies={}),
            )
        return self._made[service]
