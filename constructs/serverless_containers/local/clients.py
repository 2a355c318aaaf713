"""Clients that reach the emulator, whatever the user's AWS configuration says.

They are botocore's: to load boto3 as well would take each command of a build half as long again.
"""

import os
from typing import Any

import botocore.session
from botocore.config import Config

from serverless_containers.local.credentials import Credentials

# The user's profiles and files must not be read: a profile in AWS_PROFILE that does not exist
# stops botocore, and one that does exist may name another endpoint.
_NO_CONFIGURATION: dict[str, tuple[None, None, str | None, None]] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class LocalClients:
    """The clients of one account and region, each made once.

    Args:
        credentials: Where the emulator is, and the key that it takes.
        region: The region.
    """

    def __init__(self, credentials: Credentials, *, region: str) -> None:
        self.credentials = credentials
        self.account = credentials.account
        self.region = region
        self._endpoint = credentials.endpoint
        self._session = botocore.session.Session(session_vars=_NO_CONFIGURATION)
        self._made: dict[str, Any] = {}

    def __getitem__(self, service: str) -> Any:  # noqa: ANN401  # made at run time by botocore
        """The client of a service."""
        if service not in self._made:
            # botocore's stubs know services by literal names only.
            make: Any = self._session.create_client
            self._made[service] = make(
                service,
                region_name=self.region,
                endpoint_url=self._endpoint,
                aws_access_key_id=self.credentials.account,
                aws_secret_access_key=self.credentials.secret,
                aws_session_token=self.credentials.session_token or None,
                config=Config(retries={"total_max_attempts": 1}, proxies={}),
            )
        return self._made[service]
