"""The configuration of a client, read from the outputs of stacks."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from serverless_containers.client_config.errors import ClientConfigError
from serverless_containers.client_config.model import (
    Api,
    AuthorizationType,
    ClientConfig,
    IdentityPool,
    UserPool,
)
from serverless_containers.client_config.outputs import StackOutputs

_REGION = re.compile(r"[a-z]+(?:-[a-z]+)+-[0-9]+")
# The patterns of DescribeUserPoolClient, Amazon Cognito User Pools API Reference, and of
# DescribeIdentityPool, Amazon Cognito Federated Identities API Reference.
_USER_POOL = re.compile(r"[\w-]+_[0-9a-zA-Z]+", re.ASCII)
_CLIENT = re.compile(r"[\w+]+", re.ASCII)
_IDENTITY_POOL = re.compile(r"[\w-]+:[0-9a-f-]+", re.ASCII)
_URL = re.compile(r"https?://[^\s/?#\"'<>\\]+(?:/[^\s?#\"'<>\\]*)?")
_AUTHORIZATIONS = {each.value: each for each in AuthorizationType}
_AGAIN = "deploy the stack again, and write the outputs anew"

_Pool = TypeVar("_Pool", UserPool, IdentityPool)


def is_name(text: str) -> bool:
    """Return whether an API can have this name in any of the files."""
    return text.isprintable() and bool(text.strip())


def to_client_config(stacks: Sequence[StackOutputs], names: Sequence[str] = ()) -> ClientConfig:
    """Read what the stacks say of their APIs.

    Args:
        stacks: The stacks, one at least.
        names: What to call their APIs, one name for each. Default: their outputs ``ApiName``.

    Raises:
        ClientConfigError: If an output is missing or is not what it should be, with all of them;
            or if the APIs do not go into one file.
    """
    if names and len(names) != len(stacks):
        raise ClientConfigError(
            f"expected a --name for each stack, in their order, got {len(names)} for "
            f"{', '.join(stack.name for stack in stacks)}"
        )
    called: Sequence[str | None] = names or [None] * len(stacks)
    problems: list[str] = []
    clients = [
        _OutputsReader(stack, problems).client(name)
        for stack, name in zip(stacks, called, strict=True)
    ]
    if problems:
        raise ClientConfigError.of(problems)
    counts = Counter(api.name for client in clients for api in client.apis)
    if twice := [name for name, count in counts.items() if count > 1]:
        raise ClientConfigError(
            f"several APIs are called {', '.join(map(repr, twice))}; tell them apart with a --name "
            f"for each stack, in their order: {', '.join(stack.name for stack in stacks)}"
        )
    return ClientConfig(
        region=clients[0].region,
        apis=tuple(api for client in clients for api in client.apis),
        user_pool=_only([client.user_pool for client in clients], "user pools and clients"),
        identity_pool=_only([client.identity_pool for client in clients], "identity pools"),
    )


def _only(pools: Sequence[_Pool | None], what: str) -> _Pool | None:
    """Return the pool that all stacks with one have in common: a file has a place for one."""
    different = {pool for pool in pools if pool}
    if len(different) > 1:
        shown = ", ".join(sorted(map(str, different)))
        raise ClientConfigError(
            f"the stacks have different {what}: {shown}; a file holds one: write a file for each"
        )
    return next(iter(different), None)


class _OutputsReader:
    """A reader of one stack's outputs, which gathers what is wrong with them."""

    def __init__(self, stack: StackOutputs, problems: list[str]) -> None:
        self._stack = stack
        self._problems = problems

    def client(self, name: str | None) -> ClientConfig:
        """The stack's API; of no use where there were problems."""
        region = self._output("Region", _REGION.fullmatch, "a region such as us-east-1")
        authorization = self._output(
            "AuthorizationType", _AUTHORIZATIONS.__contains__, " or ".join(AuthorizationType)
        )
        api = Api(
            name=name or self._output("ApiName", is_name, "a name of printable characters"),
            url=self._output("Url", _URL.fullmatch, "an http or https URL").rstrip("/"),
            region=region,
            authorization=_AUTHORIZATIONS.get(authorization, AuthorizationType.NONE),
        )
        return ClientConfig(
            region=region,
            apis=(api,),
            user_pool=self._user_pool(is_needed=authorization == AuthorizationType.COGNITO),
            identity_pool=self._identity_pool(),
        )

    def _user_pool(self, *, is_needed: bool) -> UserPool | None:
        if not is_needed and not {"UserPoolId", "UserPoolClientId"} & set(self._stack.outputs):
            return None
        why = f", which {AuthorizationType.COGNITO} needs" if is_needed else ""
        return UserPool(
            id=self._output("UserPoolId", _USER_POOL.fullmatch, "the id of a user pool", why),
            client_id=self._output(
                "UserPoolClientId", _CLIENT.fullmatch, "the id of a user pool's client", why
            ),
        )

    def _identity_pool(self) -> IdentityPool | None:
        if "IdentityPoolId" not in self._stack.outputs:
            return None
        return IdentityPool(
            id=self._output(
                "IdentityPoolId", _IDENTITY_POOL.fullmatch, "the id of an identity pool"
            )
        )

    def _output(self, key: str, fits: Callable[[str], object], expected: str, why: str = "") -> str:
        output = self._stack.outputs.get(key)
        if output is None:
            self._problems.append(self._stack.missing(key, why))
        elif output.value is None or not fits(output.value):
            got = output.kind if output.value is None else repr(output.value)
            self._problems.append(
                self._stack.problem(key, f"expected {expected}, got {got}", _AGAIN)
            )
        else:
            return output.value
        return ""
