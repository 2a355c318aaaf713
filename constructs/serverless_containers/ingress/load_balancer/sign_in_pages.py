"""What Cognito's sign-in pages need: a client for the load balancer, and a name."""

from collections.abc import Sequence
from urllib.parse import quote

from aws_cdk import Aws, Duration, Fn, Token
from aws_cdk import aws_cognito as cognito
from constructs import Construct


def make_client(
    scope: Construct,
    pool: cognito.IUserPool,
    *,
    scopes: Sequence[cognito.OAuthScope],
    callback_urls: Sequence[str],
    sign_out_urls: Sequence[str],
) -> cognito.UserPoolClient:
    """The load balancer's client.

    It has a secret, without which a load balancer cannot use it; Elastic Load Balancing reads it
    from Cognito, and no template holds it.
    """
    return cognito.UserPoolClient(
        scope,
        "LoadBalancerClient",
        user_pool=pool,
        generate_secret=True,
        # Cognito's pages need none of the flows of applications that ask for passwords themselves.
        # To say so of one makes the CDK write the list, which otherwise allows some.
        auth_flows=cognito.AuthFlow(user_srp=False),
        o_auth=cognito.OAuthSettings(
            flows=cognito.OAuthFlows(authorization_code_grant=True),
            scopes=list(scopes),
            callback_urls=list(callback_urls),
            logout_urls=list(sign_out_urls),
        ),
        prevent_user_existence_errors=True,
        enable_token_revocation=True,
        # A stolen session cookie is good for as long as the access token in it.
        access_token_validity=Duration.hours(1),
        id_token_validity=Duration.hours(1),
        refresh_token_validity=Duration.days(30),
    )


def make_domain(
    scope: Construct, pool: cognito.IUserPool, *, prefix: str | None, managed_login: bool
) -> cognito.UserPoolDomain:
    """A name of Cognito's for the pages."""
    versions = cognito.ManagedLoginVersion
    return cognito.UserPoolDomain(
        scope,
        "LoginDomain",
        user_pool=pool,
        cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix or _default_prefix(scope)),
        managed_login_version=versions.NEWER_MANAGED_LOGIN if managed_login else None,
    )


def sign_out_url(
    domain: cognito.IUserPoolDomain, client: cognito.IUserPoolClient, then: str
) -> str:
    """Where a visitor's session with Cognito ends.

    Args:
        domain: Where the pages are.
        client: The load balancer's client.
        then: Where the visitor is sent next; one of the client's sign-out URLs.
    """
    # What is known only at deployment cannot be quoted; of a plain address nothing has to be.
    landing = then if Token.is_unresolved(then) else quote(then, safe="")
    return f"{_base_url(domain)}/logout?client_id={client.user_pool_client_id}&logout_uri={landing}"


def _default_prefix(scope: Construct) -> str:
    # The id ends in a slash and a UUID, whose last group has twelve digits.
    uuid = Fn.select(2, Fn.split("/", Aws.STACK_ID))
    return f"site-{scope.node.addr[2:10]}-{Fn.select(4, Fn.split('-', uuid))}"


def _base_url(domain: cognito.IUserPoolDomain) -> str:
    if isinstance(domain, cognito.UserPoolDomain):
        return domain.base_url()
    name = domain.domain_name
    # A prefix has no dots.
    if not Token.is_unresolved(name) and "." in name:
        return f"https://{name}"
    return f"https://{name}.auth.{Aws.REGION}.amazoncognito.com"
