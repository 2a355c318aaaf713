"""amplifyconfiguration.json, as Amplify for Swift and Android read it."""

from collections.abc import Iterator

from serverless_containers.client_config.json_merge import Document, Value
from serverless_containers.client_config.model import AuthorizationType, ClientConfig


def document(client: ClientConfig) -> Document:
    """Return what the API and Auth plugins read; of an API they need all four keys."""
    written: dict[str, Value] = {}
    auth: dict[str, Value] = {}
    if pool := client.user_pool:
        auth["CognitoUserPool"] = {
            "Default": {"PoolId": pool.id, "AppClientId": pool.client_id, "Region": pool.region}
        }
    if identities := client.identity_pool:
        auth["CredentialsProvider"] = {
            "CognitoIdentity": {
                "Default": {"PoolId": identities.id, "Region": identities.region},
            }
        }
    if auth:
        written["auth"] = {"plugins": {"awsCognitoAuthPlugin": auth}}
    if client.apis:
        apis: dict[str, Value] = {
            api.name: {
                "endpointType": "REST",
                "endpoint": api.url,
                "region": api.region,
                "authorizationType": api.authorization.value,
            }
            for api in client.apis
        }
        written["api"] = {"plugins": {"awsAPIPlugin": apis}}
    return written


def notes(client: ClientConfig) -> Iterator[str]:
    """Yield what the application has to do besides."""
    for api in client.apis:
        if api.authorization is AuthorizationType.OPENID_CONNECT:
            # Swift raises in Amplify.configure without one, Android when a request is sent.
            yield (
                f"{api.name} takes tokens that Amplify does not issue: give the API plugin an OIDC "
                "provider (Swift: apiAuthProviderFactory, Android: apiAuthProviders)"
            )
