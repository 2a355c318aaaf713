"""The call that tells Amplify for JavaScript of a GraphQL endpoint that is not AppSync's."""

import json

from serverless_containers.clients.model import Api, AuthorizationType

_MODES = {
    AuthorizationType.NONE: "none",
    AuthorizationType.COGNITO: "userPool",
    AuthorizationType.IAM: "identityPool",
    AuthorizationType.OPENID_CONNECT: "oidc",
}
"""Amplify 6's `GraphQLAuthMode`. It has `iam` too, as an old name of `identityPool`."""


def configure_call(api: Api) -> str:
    """Write the call, to be made after the one that configures all the rest.

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
