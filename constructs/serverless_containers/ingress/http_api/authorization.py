"""Authorization of the callers of an HTTP API."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigatewayv2 as apigwv2
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from serverless_containers.arguments.keywords import checks_keywords
from serverless_containers.ingress.user_pool import make_user_pool

_OWN_SCOPE = "aws.cognito.signin.user.admin"
"""The one scope of an access token that was got without OAuth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundAuthorization:
    """An authorization that was bound to an API.

    Attributes:
        authorizer: Guards the routes; None leaves them open.
        scopes: The OAuth scopes of which a token must have one.
        user_pool: The user pool that signs the tokens, if it is one.
        user_pool_client: The client of its applications: the one that was made, or the first of
            those given.
        client_type: Its name in the configuration of client applications
            ("AWSAuthorizationType", Amplify Libraries).
    """

    authorizer: apigwv2.IHttpRouteAuthorizer | None = None
    scopes: Sequence[str] = ()
    user_pool: cognito.IUserPool | None = None
    user_pool_client: cognito.IUserPoolClient | None = None
    client_type: str


class Authorization(ABC):
    """The callers that an API lets in; chosen by one of the methods below."""

    @staticmethod
    def none() -> "Authorization":
        """Anybody. Throttling alone stands between the internet and the containers."""
        return _Open()

    @staticmethod
    def iam() -> "Authorization":
        """Principals of AWS that sign their requests; give them `ContainerApi.grant_invoke`."""
        return _Iam()

    @staticmethod
    @checks_keywords
    def cognito(
        *,
        user_pool: cognito.IUserPool | None = None,
        user_pool_clients: Sequence[cognito.IUserPoolClient] = (),
        scopes: Sequence[str] = (),
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> "Authorization":
        """Users of a Cognito user pool.

        Args:
            user_pool: The pool. Default: one is made, in which users sign up with an email address.
            user_pool_clients: The clients whose tokens are accepted. Default: one for web
                applications is made, without a secret.
            scopes: The scopes of which an access token must have one. Default: any token of the
                pool is accepted, ID tokens too.
            removal_policy: The removal policy of a pool that is made here, and of the users in it,
                when the stack is deleted. Default: it is kept.

        Raises:
            ValueError: If there are scopes, and no clients that can have them.
        """
        if scopes and not user_pool_clients and _OWN_SCOPE not in scopes:
            raise ValueError(
                "scopes need user_pool_clients that can be given them: the client that is made "
                "here signs users in without OAuth, and its tokens have no such scope"
            )
        return _Cognito(user_pool, user_pool_clients, scopes, removal_policy)

    @staticmethod
    @checks_keywords
    def jwt(*, issuer: str, audience: Sequence[str], scopes: Sequence[str] = ()) -> "Authorization":
        """Holders of a JSON Web Token of an OpenID Connect or OAuth 2.0 issuer.

        API Gateway reads the keys from the issuer's discovery document, and takes tokens signed by
        RSA only; "Control access to HTTP APIs with JWT authorizers", Amazon API Gateway Developer
        Guide.

        Args:
            issuer: The issuer's URL, as it stands in the tokens' ``iss``.
            audience: The values of which ``aud``, or else ``client_id``, must be one; at most 50.
            scopes: The scopes of which a token must have one. Default: none is asked for.
        """
        return _Jwt(issuer, audience, scopes)

    @abstractmethod
    def bind(self, scope: Construct) -> BoundAuthorization:
        """Make what is needed below ``scope``."""


class _Open(Authorization):
    def bind(self, scope: Construct) -> BoundAuthorization:  # noqa: ARG002  # makes nothing
        return BoundAuthorization(client_type="NONE")


class _Iam(Authorization):
    def bind(self, scope: Construct) -> BoundAuthorization:  # noqa: ARG002  # makes nothing
        return BoundAuthorization(authorizer=authorizers.HttpIamAuthorizer(), client_type="AWS_IAM")


class _Jwt(Authorization):
    def __init__(self, issuer: str, audience: Sequence[str], scopes: Sequence[str]) -> None:
        self._issuer = issuer
        self._audience = audience
        self._scopes = scopes

    def bind(self, scope: Construct) -> BoundAuthorization:  # noqa: ARG002  # makes nothing
        return BoundAuthorization(
            authorizer=authorizers.HttpJwtAuthorizer(
                "JwtAuthorizer", self._issuer, jwt_audience=list(self._audience)
            ),
            scopes=self._scopes,
            client_type="OPENID_CONNECT",
        )


class _Cognito(Authorization):
    def __init__(
        self,
        user_pool: cognito.IUserPool | None,
        clients: Sequence[cognito.IUserPoolClient],
        scopes: Sequence[str],
        removal_policy: RemovalPolicy,
    ) -> None:
        self._user_pool = user_pool
        self._clients = clients
        self._scopes = scopes
        self._removal_policy = removal_policy

    def bind(self, scope: Construct) -> BoundAuthorization:
        pool = self._user_pool or make_user_pool(
            scope, self_sign_up=True, removal_policy=self._removal_policy
        )
        made = None if self._clients else _make_web_client(scope, pool)
        return BoundAuthorization(
            authorizer=authorizers.HttpUserPoolAuthorizer(
                "UserPoolAuthorizer",
                pool,
                user_pool_clients=[made] if made else list(self._clients),
            ),
            scopes=self._scopes,
            user_pool=pool,
            user_pool_client=made or self._clients[0],
            client_type="AMAZON_COGNITO_USER_POOLS",
        )


def _make_web_client(scope: Construct, pool: cognito.IUserPool) -> cognito.UserPoolClient:
    return cognito.UserPoolClient(
        scope,
        "WebClient",
        user_pool=pool,
        # A browser cannot keep a secret.
        generate_secret=False,
        auth_flows=cognito.AuthFlow(user_srp=True),
        disable_o_auth=True,
        prevent_user_existence_errors=True,
        enable_token_revocation=True,
        access_token_validity=Duration.hours(1),
        id_token_validity=Duration.hours(1),
        refresh_token_validity=Duration.days(30),
    )
