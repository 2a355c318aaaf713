"""Sign-in at the load balancer, before a request reaches the containers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from aws_cdk import Annotations, Aws, Duration, Fn, RemovalPolicy, Token
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_elasticloadbalancingv2_actions as actions
from constructs import Construct

from serverless_containers.arguments.keywords import checks_keywords
from serverless_containers.arguments.ranges import whole_seconds
from serverless_containers.ingress.user_pool import make_user_pool

_SESSION_SOURCE = "AuthenticateCognitoActionConfig, Elastic Load Balancing API Reference"
_CALLBACK_PATH = "/oauth2/idpresponse"
_DOMAIN_PREFIX = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_RESERVED = ("aws", "amazon", "cognito")
_PUBLIC_PATH = re.compile(r"[A-Za-z0-9_.$/~\"'@:+&*?-]{1,128}", re.ASCII)
_COOKIE = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundSignIn:
    """A sign-in that was bound to a site.

    Attributes:
        user_pool: The user pool of those who can sign in.
        user_pool_client: The load balancer's client, with a secret that Elastic Load Balancing
            reads by itself; it stands in no template.
        user_pool_domain: The domain of the sign-in pages.
        sign_out_url: The URL for a visitor who signs out, after the application has expired the
            session cookies: Cognito ends its own session there and goes on to the first sign-out
            URL.
        session_cookie_name: The cookie to expire, with its parts: the name followed by -0 to -3.
        session_timeout: The time before a visitor signs in again.
        scopes: The OAuth scopes of the tokens, with spaces between.
    """

    user_pool: cognito.IUserPool
    user_pool_client: cognito.IUserPoolClient
    user_pool_domain: cognito.IUserPoolDomain
    sign_out_url: str
    session_cookie_name: str
    scopes: str
    session_timeout: Duration

    def before(self, action: elbv2.ListenerAction) -> elbv2.ListenerAction:
        """An action that signs a visitor in, and then does another."""
        return actions.AuthenticateCognitoAction(
            user_pool=self.user_pool,
            user_pool_client=self.user_pool_client,
            user_pool_domain=self.user_pool_domain,
            scope=self.scopes,
            session_cookie_name=self.session_cookie_name,
            session_timeout=self.session_timeout,
            # The security group has its rule already.
            allow_https_outbound=False,
            next=action,
        )


class SignIn:
    """A sign-in of visitors to a site; made by `SignIn.cognito`."""

    @checks_keywords
    def __init__(
        self,
        *,
        user_pool: cognito.IUserPool | None,
        user_pool_domain: cognito.IUserPoolDomain | None,
        domain_prefix: str | None,
        public_paths: Sequence[str],
        sign_out_urls: Sequence[str],
        session_timeout: Duration,
        session_cookie_name: str,
        scopes: Sequence[cognito.OAuthScope],
        managed_login: bool,
        self_sign_up: bool,
        removal_policy: RemovalPolicy,
    ) -> None:
        self.public_paths = tuple(public_paths)
        self._user_pool = user_pool
        self._domain = user_pool_domain
        self._prefix = domain_prefix
        self._sign_out_urls = tuple(sign_out_urls)
        self._session_timeout = session_timeout
        self._cookie_name = session_cookie_name
        self._scopes = tuple(scopes)
        self._managed_login = managed_login
        self._self_sign_up = self_sign_up
        self._removal_policy = removal_policy

    @staticmethod
    @checks_keywords
    def cognito(
        *,
        user_pool: cognito.IUserPool | None = None,
        user_pool_domain: cognito.IUserPoolDomain | None = None,
        domain_prefix: str | None = None,
        public_paths: Sequence[str] = (),
        sign_out_urls: Sequence[str] = (),
        session_timeout: Duration | None = None,
        session_cookie_name: str = "AWSELBAuthSessionCookie",
        scopes: Sequence[cognito.OAuthScope] | None = None,
        managed_login: bool = False,
        self_sign_up: bool = False,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> "SignIn":
        """Users of a Cognito user pool, who sign in on pages of Cognito's.

        The containers are told who it is in ``x-amzn-oidc-data``, a token whose signature they have
        to check, and its ``signer`` too. Signing out is theirs as well: expire the session cookies
        and redirect to ``sign_out_url`` ("Authenticate users using an Application Load Balancer",
        Elastic Load Balancing documentation).

        Args:
            user_pool: The pool. Default: one is made, in which people sign in with an email
                address. One that is given and made in this app has to have its identity providers
                before the site is made.
            user_pool_domain: The domain of a given pool, such as a custom one. A name that is known
                only at deployment counts as a prefix. Default: the pool gets one of Cognito's
                names, of which it can have one.
            domain_prefix: The first label of that name: at most 63 small letters, digits and
                hyphens, without "aws", "amazon" and "cognito" in it; unique in the region over all
                accounts ("CreateUserPoolDomain", Amazon Cognito User Pools API Reference). Default:
                ``site-``, eight characters that stand for the construct's path, and twelve of the
                stack's id: the same at every deployment, and another one when the stack is made
                again.
            public_paths: Paths that need no sign-in, such as ``/assets/*``, where ``*`` at the end
                stands for any characters. Default: none.
            sign_out_urls: The URLs to which Cognito may send visitors who signed out; make the
                first one a public path, or they are asked to sign in again. Default: the roots of
                the site's names.
            session_timeout: The time before a visitor signs in again; 1 second to 7 days. Default:
                7 days.
            session_cookie_name: The cookie that keeps the session. Default:
                ``AWSELBAuthSessionCookie``.
            scopes: The OAuth scopes of the tokens; ``openid`` must be among them. Default:
                ``openid``, ``email`` and ``profile``.
            managed_login: Whether the pages are the newer ones, in Cognito's own style. Default:
                the classic ones. With a domain that is given, it has to be of the newer version.
            self_sign_up: Whether anybody can sign up to a pool that is made here. Default: users
                are added by an administrator.
            removal_policy: The removal policy of a pool that is made here, and of the users in it,
                when the stack is deleted. Default: it is kept.

        Raises:
            ValueError: If something is out of its range, or arguments contradict each other.
        """
        if user_pool_domain is not None and (user_pool is None or domain_prefix is not None):
            raise ValueError(
                "user_pool_domain is the domain of a user_pool that is given with it, and leaves "
                "no domain_prefix to choose"
            )
        if user_pool is not None and self_sign_up:
            raise ValueError("self_sign_up is decided by the user_pool that was given")
        if domain_prefix is not None:
            _check_domain_prefix(domain_prefix)
        for path in public_paths:
            _check_public_path(path, _CALLBACK_PATH)
        timeout = session_timeout or Duration.days(7)
        whole_seconds("session_timeout", timeout, 1, 604_800, source=_SESSION_SOURCE)
        _check_cookie_name(session_cookie_name)
        given = [cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE]
        if scopes is not None:
            given = list(scopes)
        names = [scope.scope_name for scope in given]
        if "openid" not in names:
            raise ValueError(
                f"scopes: expected openid among them, got {', '.join(names) or 'none'}"
            )
        return SignIn(
            user_pool=user_pool,
            user_pool_domain=user_pool_domain,
            domain_prefix=domain_prefix,
            public_paths=public_paths,
            sign_out_urls=sign_out_urls,
            session_timeout=timeout,
            session_cookie_name=session_cookie_name,
            scopes=given,
            managed_login=managed_login,
            self_sign_up=self_sign_up,
            removal_policy=removal_policy,
        )

    def bind(self, scope: Construct, site_names: Sequence[str]) -> BoundSignIn:
        """Make what is needed below ``scope``.

        Args:
            scope: The construct above it.
            site_names: The names under which visitors call the site, none of them a wildcard.

        Raises:
            ValueError: If there is no name, or a wildcard.
        """
        _check_site_names(site_names)
        # Cognito compares callback URLs as they stand, and host names have no case.
        names = [name if Token.is_unresolved(name) else name.lower() for name in site_names]
        sign_out_urls = self._sign_out_urls or tuple(f"https://{name}/" for name in names)
        pool = self._user_pool or make_user_pool(
            scope, self_sign_up=self._self_sign_up, removal_policy=self._removal_policy
        )
        client = _make_client(
            scope,
            pool,
            scopes=self._scopes,
            callback_urls=[f"https://{name}{_CALLBACK_PATH}" for name in names],
            sign_out_urls=sign_out_urls,
        )
        domain = self._domain or _make_domain(
            scope, pool, prefix=self._prefix, managed_login=self._managed_login
        )
        if self._managed_login:
            # Without a style of its own a client has no such pages ("CreateManagedLoginBranding",
            # Amazon Cognito User Pools API Reference).
            cognito.CfnManagedLoginBranding(
                scope,
                "LoginStyle",
                user_pool_id=pool.user_pool_id,
                client_id=client.user_pool_client_id,
                use_cognito_provided_values=True,
            )
        return BoundSignIn(
            user_pool=pool,
            user_pool_client=client,
            user_pool_domain=domain,
            sign_out_url=_sign_out_url(domain, client, sign_out_urls[0]),
            session_cookie_name=self._cookie_name,
            scopes=" ".join(each.scope_name for each in self._scopes),
            session_timeout=self._session_timeout,
        )


def warn_of_keys(scope: Construct) -> None:
    """Warn of tasks that cannot get the keys by which the tokens of visitors are checked."""
    Annotations.of(scope).add_warning_v2(
        "serverless-containers:sign-in-keys",
        "the containers cannot check the token in x-amzn-oidc-data: its key is at "
        "public-keys.auth.elb.<region>.amazonaws.com, which tasks without a way to the internet "
        "do not reach; use another network_profile, or trust the load balancer alone",
    )


def _make_client(
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


def _make_domain(
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


def _sign_out_url(
    domain: cognito.IUserPoolDomain, client: cognito.IUserPoolClient, then: str
) -> str:
    """Return the URL at which a visitor's session with Cognito ends.

    Args:
        domain: The domain of the pages.
        client: The load balancer's client.
        then: The URL that the visitor is sent to next; one of the client's sign-out URLs.
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


def _check_domain_prefix(prefix: str) -> None:
    """Refuse what cannot be the first label of a name of Cognito's; a token passes."""
    if Token.is_unresolved(prefix):
        return
    if not _DOMAIN_PREFIX.fullmatch(prefix):
        raise ValueError(
            "domain_prefix: expected 1 to 63 small letters, digits and hyphens, no hyphen first or "
            f"last, got {prefix!r} (CreateUserPoolDomain, Amazon Cognito User Pools API Reference)"
        )
    for word in _RESERVED:
        if word in prefix:
            raise ValueError(
                f"domain_prefix: {prefix!r} contains {word!r}, which Cognito keeps for itself"
            )


def is_public_pattern(path: str) -> bool:
    """Return whether a pattern of a path has no wildcard but a star at its end."""
    return not {"*", "?"} & set(path.removesuffix("*"))


def _check_public_path(path: str, callback: str) -> None:
    """Refuse what is no pattern of a path, or would open what has to stay shut; a token passes.

    A star may stand at the end alone. What the load balancer matches is the path as it was sent,
    with no way to leave out a character ("Path conditions", User Guide for Application Load
    Balancers), and containers read less of it: ``/*.css`` would match ``/me;.css``,
    ``/me%3fx.css`` and ``/me.php/x.css``, all of which some take for ``/me``. Question marks do the
    same, one for each character. What starts as the pattern does stays below it.

    Args:
        path: The pattern.
        callback: The path at which the load balancer takes a visitor who signed in.

    Raises:
        ValueError: If it is refused.
    """
    if Token.is_unresolved(path):
        return
    if not _PUBLIC_PATH.fullmatch(path) or not path.startswith("/"):
        raise ValueError(
            "public_paths: expected at most 128 letters, digits and _-.$/~\"'@:+&*? that start "
            f"with /, got {path!r} (RuleCondition, Elastic Load Balancing API Reference)"
        )
    pattern = re.escape(path).replace(r"\*", ".*").replace(r"\?", ".")
    if re.fullmatch(pattern, callback):
        raise ValueError(
            f"public_paths: {path!r} matches {callback}, where visitors come back from signing in; "
            "a pattern that leaves something to sign in for does not"
        )
    if not is_public_pattern(path):
        raise ValueError(
            f"public_paths: expected no wildcard but a * at the end, got {path!r}, which lets in "
            "paths such as /private;.css, that many servers take for /private; serve what is "
            'public from a folder of its own, and write "/assets/*"'
        )


def _check_cookie_name(name: str) -> None:
    """Refuse what no cookie can be called; a token passes."""
    if not Token.is_unresolved(name) and not _COOKIE.fullmatch(name):
        raise ValueError(f"session_cookie_name: expected the name of a cookie, got {name!r}")


def _check_site_names(names: Sequence[str]) -> None:
    """Refuse names that Cognito cannot send a visitor back to."""
    if not names:
        raise ValueError(
            "sign-in needs a domain name: visitors are sent back to https://<name>, which takes a "
            "certificate, and there is none for the names of CloudFront and load balancers"
        )
    for name in names:
        if not Token.is_unresolved(name) and "*" in name:
            raise ValueError(
                f"sign-in cannot send visitors back to {name!r}; name each host of the site"
            )
