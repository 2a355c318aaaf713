"""amplify_outputs.json, the configuration file of Amplify's second generation."""

from collections.abc import Iterator

from serverless_containers.client_config import amplify_js
from serverless_containers.client_config.json_merge import Document, Value
from serverless_containers.client_config.model import ClientConfig

_VERSION = "1.4"
"""Of Amplify's schema. What is written here has been the same in all versions from 1 to 1.5."""

KEPT = frozenset({"version"})
"""The version belongs to all that is in the file, and most of it may be another tool's."""


def document(client: ClientConfig) -> Document:
    """Return what the schema has a place for: signing in, and APIs among what is custom."""
    written: dict[str, Value] = {"version": _VERSION}
    # The schema, and Swift and Android with it, know no identity pool without a user pool.
    if pool := client.user_pool:
        auth: dict[str, Value] = {
            "aws_region": pool.region,
            "user_pool_id": pool.id,
            "user_pool_client_id": pool.client_id,
        }
        if client.identity_pool:
            auth["identity_pool_id"] = client.identity_pool.id
        written["auth"] = auth
    if client.apis:
        apis: dict[str, Value] = {
            api.name: {"endpoint": api.url, "region": api.region, "apiName": api.name}
            for api in client.apis
        }
        written["custom"] = {"API": apis}
    return written


def notes(client: ClientConfig) -> Iterator[str]:
    """Yield what the application has to do besides."""
    if client.identity_pool and not client.user_pool:
        yield (
            f"identity pool {client.identity_pool.id} is left out: amplify_outputs.json has a "
            "place for it beside a user pool only"
        )
    if client.apis:
        yield (
            "Amplify reads no REST API from amplify_outputs.json by itself: pass its custom.API to "
            "Amplify.configure as API.REST"
        )
    yield from amplify_js.notes(client)
