"""The configuration of a client application: the APIs and pools of a deployment."""

from dataclasses import dataclass, replace
from enum import StrEnum


class AuthorizationType(StrEnum):
    """The authorization of an API's callers, in the words of Amplify's native libraries."""

    NONE = "NONE"
    COGNITO = "AMAZON_COGNITO_USER_POOLS"
    IAM = "AWS_IAM"
    OPENID_CONNECT = "OPENID_CONNECT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """An API.

    Attributes:
        name: The name that the application calls it by.
        url: Its root, without a slash at the end.
        region: Its region.
        authorization: Who may call it.
    """

    name: str
    url: str
    region: str
    authorization: AuthorizationType


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPool:
    """A Cognito user pool and the client of it that the application is."""

    id: str
    client_id: str

    @property
    def region(self) -> str:
        """The pool's region, with which its id begins. It need not be the API's."""
        return self.id.partition("_")[0]

    def __str__(self) -> str:
        return f"{self.id} with client {self.client_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityPool:
    """A Cognito identity pool, which gives out AWS credentials."""

    id: str

    @property
    def region(self) -> str:
        """The pool's region, with which its id begins."""
        return self.id.partition(":")[0]

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """The configuration of a client application.

    Attributes:
        region: The region of the first API.
        apis: The APIs, in the order in which they were asked for.
        user_pool: Where users sign in.
        identity_pool: Where signed-in users get credentials.
    """

    region: str
    apis: tuple[Api, ...]
    user_pool: UserPool | None = None
    identity_pool: IdentityPool | None = None

    def without_apis(self) -> "ClientConfig":
        """Return only what concerns signing in."""
        return replace(self, apis=())

    def at(self, path: str) -> "ClientConfig":
        """Return the same with a path appended to the URL of each API."""
        apis = tuple(replace(api, url=f"{api.url}{path}") for api in self.apis)
        return replace(self, apis=apis)

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to write."""
        return not (self.apis or self.user_pool or self.identity_pool)

    def __str__(self) -> str:
        parts = [f"API {api.name}" for api in self.apis]
        if self.user_pool:
            parts.append(f"user pool {self.user_pool}")
        if self.identity_pool:
            parts.append(f"identity pool {self.identity_pool}")
        return ", ".join(parts)
