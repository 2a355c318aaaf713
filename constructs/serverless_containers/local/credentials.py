"""The key of a run: without it the embedded AWS answers nobody."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Address of an emulator, and the key that it takes.

    Attributes:
        endpoint: The emulator's URL.
        account: The account, whose number is the key's id.
        secret: The secret of the run.
        session_token: The token of a session; empty for the account's own key.
    """

    endpoint: str
    account: str
    secret: str = field(repr=False)
    session_token: str = field(default="", repr=False)

    def variables(self, region: str) -> dict[str, str]:
        """The variables by which any AWS tool reaches the emulator."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
        }

    @classmethod
    def of(cls, environ: Mapping[str, str] = os.environ) -> "Credentials":
        """Those that an environment holds.

        Raises:
            KeyError: If it names no endpoint: AWS itself is not to be asked.
        """
        return cls(
            endpoint=environ["AWS_ENDPOINT_URL"],
            account=environ.get("AWS_ACCESS_KEY_ID", ""),
            secret=environ.get("AWS_SECRET_ACCESS_KEY", ""),
            session_token=environ.get("AWS_SESSION_TOKEN", ""),
        )


def make_secret() -> str:
    """Make the secret of a run."""
    return secrets.token_urlsafe(30)


def registry_password(secret: str) -> str:
    """The password of the registry, which the run's secret gives and does not show."""
    return _derived(secret, "registry")


def proof(secret: str, challenge: str) -> str:
    """Compute the answer that only an emulator of this run can give to a challenge."""
    return _derived(secret, f"status {challenge}")


def _derived(secret: str, purpose: str) -> str:
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()
