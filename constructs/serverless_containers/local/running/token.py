"""A test user of a user pool that was deployed here, and a token for it."""

import contextlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.failure import LocalError

_FLOW = "ALLOW_ADMIN_USER_PASSWORD_AUTH"
USER = "test-user@example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A user pool and the client whose tokens an API takes."""

    pool: str
    client: str


def find_pool(outputs: Mapping[str, Mapping[str, str]]) -> Pool:
    """The user pool that the stacks' outputs name.

    Raises:
        LocalError: If they name none.
    """
    for values in outputs.values():
        if "UserPoolId" in values and "UserPoolClientId" in values:
            return Pool(pool=values["UserPoolId"], client=values["UserPoolClientId"])
    raise LocalError(
        "no stack has the outputs UserPoolId and UserPoolClientId: this API asks for no token of "
        "Cognito's, or its stack does not tell which pool it asks"
    )


def make_token(clients: LocalClients, pool: Pool, *, access: bool = False) -> str:
    """Sign a test user in, who is made if need be.

    Args:
        clients: The clients of the pool's account and region.
        pool: The pool.
        access: Whether to return the access token, in place of the ID token.
    """
    cognito = clients["cognito-idp"]
    password = f"{secrets.token_urlsafe(16)}-aA1!"
    name = {"UserPoolId": pool.pool, "Username": USER}
    with contextlib.suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(
            **name,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": USER},
                {"Name": "email_verified", "Value": "true"},
            ],
        )
    cognito.admin_set_user_password(**name, Password=password, Permanent=True)
    answer = _sign_in(cognito, pool, password)
    return str(answer["AccessToken" if access else "IdToken"])


def _sign_in(cognito: Any, pool: Pool, password: str) -> Mapping[str, str]:  # noqa: ANN401
    """Sign in by a flow that the client need not allow: it allows it for as long as this takes."""
    identity = {"UserPoolId": pool.pool, "ClientId": pool.client}
    client = cognito.describe_user_pool_client(**identity)["UserPoolClient"]
    flows = client.get("ExplicitAuthFlows", [])
    cognito.update_user_pool_client(**identity, ExplicitAuthFlows=sorted({*flows, _FLOW}))
    try:
        answer: Mapping[str, str] = cognito.admin_initiate_auth(
            **identity,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": USER, "PASSWORD": password},
        )["AuthenticationResult"]
    finally:
        cognito.update_user_pool_client(**identity, ExplicitAuthFlows=flows)
    return answer
