"""The configuration of Amplify for JavaScript: aws-exports.js, or amplifyconfiguration.json."""

from collections.abc import Iterator

from serverless_containers.clients.json_merge import Document, Value
from serverless_containers.clients.model import AuthorizationType, Client

KEPT = frozenset({"aws_project_region"})
"""The region of the whole Amplify project, which may have more in it than these APIs."""


def document(client: Client) -> Document:
    """What `parseAWSExports` of Amplify 6 reads; it refuses a file without the project's region."""
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


def notes(client: Client) -> Iterator[str]:
    """What the application has to do besides."""
    for api in client.apis:
        if api.authorization in {AuthorizationType.COGNITO, AuthorizationType.OPENID_CONNECT}:
            yield (
                f"Amplify for JavaScript sends no token to a REST API by itself: return the "
                f"Authorization header of {api.name} from API.REST.headers, in the second "
                f"argument of Amplify.configure"
            )
