"""The configuration of Amplify for JavaScript: aws-exports.js, or amplifyconfiguration.json."""

import json
from collections.abc import Iterator

from serverless_containers.client_config.json_merge import Document, Value
from serverless_containers.client_config.model import Api, AuthorizationType, ClientConfig

KEPT = frozenset({"aws_project_region"})
"""The region of the whole Amplify project, which may have more in it than these APIs."""

_MODES = {
    AuthorizationType.NONE: "none",
    AuthorizationType.COGNITO: "userPool",
    AuthorizationType.IAM: "identityPool",
    AuthorizationType.OPENID_CONNECT: "oidc",
}
"""Amplify 6's `GraphQLAuthMode`. It has `iam` too, as an old name of `identityPool`."""


def document(client: ClientConfig) -> Document:
    """Return what `parseAWSExports` of Amplify 6 reads; a file without a region it refuses."""
    written: dict[str, Value] = {"aws_project_region": client.region}
    if pool := client.user_pool:
        written["aws_cognito_region"] = pool.region
        written["aws_user_pools_id"] = pool.id
        written["aws_user_pools_web_client_id"] = pool.client_id
    if identities := client.identity_pool:
        written.setdefault("aws_cognito_region", identities.region)
        written["aws_cognito_identity_pool_id"] = identities.id
    if client.apis:
        written["aws_cloud_logic_custom"] = [
            {"name": api.name, "endpoint": api.url, "region": api.region} for api in client.apis
        ]
    return written


def notes(client: ClientConfig) -> Iterator[str]:
    """Yield what the application has to do besides."""
    for api in client.apis:
        if api.authorization in {AuthorizationType.COGNITO, AuthorizationType.OPENID_CONNECT}:
            yield (
                f"Amplify for JavaScript sends no token to a REST API by itself: return the "
                f"Authorization header of {api.name} from API.REST.headers, in the second "
                f"argument of Amplify.configure"
            )


def configure_call(api: Api) -> str:
    """Write the call that tells Amplify of a GraphQL endpoint that is not AppSync's.

    It is to be made after the one that configures all the rest.

    Args:
        api: The API; its URL is the endpoint's.

    Returns:
        JavaScript, without a newline at its end.
    """
    settings = {
        "endpoint": api.url,
        "region": api.region,
        "defaultAuthMode": _MODES[api.authorization],
    }
    if api.authorization is AuthorizationType.IAM:
        # Amplify signs for AppSync at an endpoint, and for API Gateway at a custom endpoint only.
        settings |= {"customEndpoint": api.url, "customEndpointRegion": api.region}
    lines = "".join(
        f"      {name}: {json.dumps(value, ensure_ascii=False)},\n"
        for name, value in settings.items()
    )
    return (
        f"// {api.name}: {api.url}\n"
        "// To be called after Amplify.configure with all the rest.\n"
        "const config = Amplify.getConfig();\n"
        "Amplify.configure({\n"
        "  ...config,\n"
        "  API: {\n"
        "    ...config.API,\n"
        f"    GraphQL: {{\n{lines}    }},\n"
        "  },\n"
        "});"
    )
