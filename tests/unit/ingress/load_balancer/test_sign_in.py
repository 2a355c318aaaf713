"""The pool, the pages and the name that sign-in uses."""

import json
import re

import pytest
from aws_cdk import App, Aws, Duration, RemovalPolicy, Stack, Token
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cognito as cognito

from serverless_containers.ingress.load_balancer.load_balancer import _portions
from serverless_containers.ingress.load_balancer.sign_in import SignIn
from tests.unit.ingress.load_balancer.load_balanced import NAT, PUBLIC, Site, private

CLIENT = "AWS::Cognito::UserPoolClient"
DOMAIN = "AWS::Cognito::UserPoolDomain"
POOL = "AWS::Cognito::UserPool"
BRANDING = "AWS::Cognito::ManagedLoginBranding"


def signed_in(project, *, names=("app.example.com",), site=None, **options):
    return Site(project, sign_in=SignIn.cognito(**options), site_names=names, **(site or {}))


def auth(rule):
    """The configuration of the action that signs in, if the rule has one."""
    first, *_ = rule["Actions"]
    return first.get("AuthenticateCognitoConfig")


def paths(rule):
    return [
        value
        for condition in rule["Conditions"]
        if condition["Field"] == "path-pattern"
        for value in condition["PathPatternConfig"]["Values"]
    ]


def test_visitors_sign_in_before_they_are_let_in(project):
    site = signed_in(project)
    (rule,) = site.rules()
    assert [action["Type"] for action in rule["Actions"]] == ["authenticate-cognito", "forward"]
    assert [action["Order"] for action in rule["Actions"]] == [1, 2]
    assert [condition["Field"] for condition in rule["Conditions"]] == ["http-header"]
    ((pool, _),) = site.resources(POOL).items()
    ((client, _),) = site.resources(CLIENT).items()
    ((domain, _),) = site.resources(DOMAIN).items()
    assert auth(rule) == {
        "UserPoolArn": {"Fn::GetAtt": [pool, "Arn"]},
        "UserPoolClientId": {"Ref": client},
        "UserPoolDomain": {"Ref": domain},
        "Scope": "openid email profile",
        "SessionCookieName": "AWSELBAuthSessionCookie",
        "SessionTimeout": 604800,
    }


def test_the_client_has_a_secret_that_no_template_holds(project):
    site = signed_in(project)
    client = site.only(CLIENT)
    assert client["GenerateSecret"] is True
    assert "ClientSecret" not in json.dumps(site.template)
    kinds = {each["Type"] for each in site.template["Resources"].values()}
    assert not [kind for kind in kinds if "Custom" in kind or "Lambda" in kind]


def test_the_client_takes_codes_for_the_sites_names_alone(project):
    client = signed_in(project, names=["App.Example.com", "www.example.com"]).only(CLIENT)
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["AllowedOAuthFlowsUserPoolClient"] is True
    assert client["AllowedOAuthScopes"] == ["openid", "email", "profile"]
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert client["CallbackURLs"] == [
        "https://app.example.com/oauth2/idpresponse",
        "https://www.example.com/oauth2/idpresponse",
    ]
    assert client["LogoutURLs"] == ["https://app.example.com/", "https://www.example.com/"]
    assert client["PreventUserExistenceErrors"] == "ENABLED"


def test_names_may_be_known_only_at_deployment(project):
    client = signed_in(project, names=[Token.as_string({"Ref": "Name"})]).only(CLIENT)
    assert client["CallbackURLs"] == [
        {"Fn::Join": ["", ["https://", {"Ref": "Name"}, "/oauth2/idpresponse"]]}
    ]


@pytest.mark.parametrize("secret", [1, 2])
def test_public_paths_need_no_sign_in_but_the_secret(project, secret):
    given = ["/assets/*", "/favicon.ico", "/health", "/signed-out"]
    site = signed_in(project, public_paths=given, site={"secret": secret})
    first, second, last = site.rules()
    assert [rule["Priority"] for rule in (first, second, last)] == [1, 2, 50_000]
    assert (paths(first), paths(second), paths(last)) == (given[:3], given[3:], [])
    header = {"Field": "http-header"}.items()
    for rule in (first, second):
        assert [action["Type"] for action in rule["Actions"]] == ["forward"]
        assert header <= rule["Conditions"][0].items()
        values = rule["Conditions"][0]["HttpHeaderConfig"]["Values"]
        assert len(values) == secret
        assert len(values) + len(paths(rule)) <= 5
    assert auth(last)


def test_without_a_secret_a_rule_has_room_for_five_paths(project):
    given = [f"/{number}" for number in range(6)]
    site = private(
        project,
        certificate=True,
        kinds=(PUBLIC, NAT),
        sign_in=SignIn.cognito(public_paths=given),
        site_names=["app.example.com"],
    )
    first, second, last = site.rules()
    assert (paths(first), paths(second), paths(last)) == (given[:5], given[5:], ["/*"])
    assert auth(last)
    assert not auth(first)


@pytest.mark.parametrize(
    ("given", "room", "portions"),
    [
        ([], 3, []),
        (["/a"], 3, [["/a"]]),
        (["/a", "/b", "/c"], 3, [["/a", "/b", "/c"]]),
        (["/*/*/*", "/?/?", "/c"], 3, [["/*/*/*", "/?/?", "/c"]]),
        (["/*/*/*", "/?/?", "/c/*"], 3, [["/*/*/*", "/?/?"], ["/c/*"]]),
        (["/*/*/*", "/*/*/*"], 5, [["/*/*/*"], ["/*/*/*"]]),
    ],
)
def test_paths_share_rules_as_far_as_values_and_wildcards_go(given, room, portions):
    assert _portions(given, room) == portions


@pytest.mark.parametrize(
    "path", ["/", "/a", "/a/*", "/a*", "/-_.$/~\"'@:+&", Aws.REGION, "/" * 128]
)
def test_paths_that_a_rule_takes(path):
    SignIn.cognito(public_paths=[path])


@pytest.mark.parametrize(
    "path", ["", "a", "*", "https://x/", "/ä", "/a b", "/" * 129, "/a#b", "/*/*/*/*/*/*"]
)
def test_paths_that_a_rule_refuses(path):
    with pytest.raises(ValueError, match="public_paths: expected"):
        SignIn.cognito(public_paths=[path])


@pytest.mark.parametrize("path", ["/*.css", "/a?b", "/a?", "/a/*/b", "/a/**", "/a/?*", "/???.css"])
def test_a_path_whose_end_containers_may_leave_out_is_not_public(path):
    message = (
        f"public_paths: expected no wildcard but a * at the end, got {path!r}, which lets in paths "
        "such as /private;.css, that many servers take for /private; serve what is public from a "
        'folder of its own, and write "/assets/*"'
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        SignIn.cognito(public_paths=[path])


@pytest.mark.parametrize(
    "path", ["/*", "/oauth2/*", "/oauth2/idpresponse", "/oauth?/idp*", "/o*/idpresponse"]
)
def test_the_way_back_from_signing_in_is_not_public(path):
    with pytest.raises(ValueError, match="matches /oauth2/idpresponse, where visitors come back"):
        SignIn.cognito(public_paths=["/a", path])


@pytest.mark.parametrize(
    ("names", "message"),
    [([], "sign-in needs a domain name"), (["*.example.com"], "name each host of the site")],
)
def test_visitors_need_a_name_to_come_back_to(project, names, message):
    with pytest.raises(ValueError, match=message):
        signed_in(project, names=names)


def pool_and_domain():
    stack = Stack(App(), "Other")
    return (
        cognito.UserPool.from_user_pool_id(stack, "Pool", "eu-west-1_abc"),
        cognito.UserPoolDomain.from_domain_name(stack, "Domain", "shop"),
    )


def test_arguments_that_contradict_each_other():
    pool, domain = pool_and_domain()
    for given in (
        {"user_pool_domain": domain},
        {"user_pool": pool, "user_pool_domain": domain, "domain_prefix": "shop"},
    ):
        with pytest.raises(ValueError, match="user_pool_domain is the domain of a user_pool"):
            SignIn.cognito(**given)
    with pytest.raises(ValueError, match="self_sign_up is decided by the user_pool"):
        SignIn.cognito(user_pool=pool, self_sign_up=True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"session_timeout": Duration.seconds(0)}, "1 to 604800 seconds, got 0"),
        ({"session_timeout": Duration.days(8)}, "1 to 604800 seconds, got 691200"),
        ({"session_cookie_name": "a b"}, "session_cookie_name: expected the name of a cookie"),
        ({"session_cookie_name": ""}, "session_cookie_name: expected the name of a cookie"),
        ({"scopes": [cognito.OAuthScope.EMAIL]}, "expected openid among them, got email"),
        ({"scopes": []}, "expected openid among them, got none"),
    ],
)
def test_what_cannot_be_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        SignIn.cognito(**given)


def test_the_session_is_a_choice(project):
    (rule,) = signed_in(
        project,
        session_timeout=Duration.hours(8),
        session_cookie_name="shop",
        scopes=[cognito.OAuthScope.OPENID],
    ).rules()
    config = auth(rule)
    assert config["SessionTimeout"] == 28800
    assert config["SessionCookieName"] == "shop"
    assert config["Scope"] == "openid"


def test_the_session_may_be_known_only_at_deployment(project):
    seconds = Duration.seconds(Token.as_number({"Ref": "Seconds"}))
    cookie = Token.as_string({"Ref": "Cookie"})
    (rule,) = signed_in(project, session_timeout=seconds, session_cookie_name=cookie).rules()
    assert auth(rule)["SessionTimeout"] == {"Ref": "Seconds"}
    assert auth(rule)["SessionCookieName"] == {"Ref": "Cookie"}


def test_without_sign_in_there_is_nothing_of_cognito(project):
    site = Site(project)
    assert site.ingress.sign_in is None
    assert "Cognito" not in json.dumps(site.template)


def test_a_pool_that_is_made_takes_users_from_an_administrator(project):
    site = signed_in(project)
    ((name, pool),) = site.resources(POOL).items()
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    assert site.template["Resources"][name]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert site.template["Resources"][name]["UpdateReplacePolicy"] == "Retain"


def test_a_pool_that_is_made_may_be_open_and_go_with_the_stack(project):
    site = signed_in(project, self_sign_up=True, removal_policy=RemovalPolicy.DESTROY)
    ((name, pool),) = site.resources(POOL).items()
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": False}
    assert site.template["Resources"][name]["DeletionPolicy"] == "Delete"


def test_a_pool_may_be_given(project):
    def given(stack):
        return SignIn.cognito(
            user_pool=cognito.UserPool.from_user_pool_id(stack, "Pool", "eu-west-1_abc")
        )

    site = Site(project, sign_in=given, site_names=["app.example.com"])
    assert not site.resources(POOL)
    assert site.only(CLIENT)["UserPoolId"] == "eu-west-1_abc"
    assert site.only(DOMAIN)["UserPoolId"] == "eu-west-1_abc"


def test_the_default_prefix_is_of_the_path_and_the_stacks_id(project):
    one, two = signed_in(project).only(DOMAIN), signed_in(project).only(DOMAIN)
    assert one == two
    _, (start, end) = one["Domain"]["Fn::Join"]
    assert re.fullmatch("site-[0-9a-f]{8}-", start)
    (index, (dash, _)) = end["Fn::Select"][0], end["Fn::Select"][1]["Fn::Split"]
    assert (index, dash) == (4, "-")
    assert '{"Ref": "AWS::StackId"}' in json.dumps(end)
    assert "AWS::AccountId" not in json.dumps(one)


def test_a_prefix_may_be_chosen(project):
    assert signed_in(project, domain_prefix="shop-dev").only(DOMAIN)["Domain"] == "shop-dev"


@pytest.mark.parametrize("prefix", ["a", "a" * 63, "a-b", "0", Token.as_string({"Ref": "Prefix"})])
def test_prefixes_that_cognito_takes(prefix):
    SignIn.cognito(domain_prefix=prefix)


@pytest.mark.parametrize(
    "prefix",
    ["", "a" * 64, "-a", "a-", "A", "a.b", "a_b", "ä", "my-aws-site", "amazonas", "xcognito"],
)
def test_prefixes_that_cognito_refuses(prefix):
    with pytest.raises(ValueError, match="domain_prefix: "):
        SignIn.cognito(domain_prefix=prefix)


def test_the_classic_pages_need_no_style(project):
    site = signed_in(project)
    assert not site.resources(BRANDING)
    assert "ManagedLoginVersion" not in site.only(DOMAIN)


def test_managed_login_has_the_style_without_which_it_has_no_pages(project):
    site = signed_in(project, managed_login=True)
    ((client, _),) = site.resources(CLIENT).items()
    ((pool, _),) = site.resources(POOL).items()
    assert site.only(BRANDING) == {
        "UserPoolId": {"Ref": pool},
        "ClientId": {"Ref": client},
        "UseCognitoProvidedValues": True,
    }
    assert site.only(DOMAIN)["ManagedLoginVersion"] == 2


def test_signing_out_ends_at_the_first_sign_out_url(project):
    urls = ["https://app.example.com/signed-out?a=1", "https://example.com/"]
    site = signed_in(project, sign_out_urls=urls, domain_prefix="shop")
    ((client, properties),) = site.resources(CLIENT).items()
    ((domain, _),) = site.resources(DOMAIN).items()
    assert properties["LogoutURLs"] == urls
    assert site.stack.resolve(site.ingress.sign_in.sign_out_url) == {
        "Fn::Join": [
            "",
            [
                "https://",
                {"Ref": domain},
                ".auth.",
                {"Ref": "AWS::Region"},
                ".amazoncognito.com/logout?client_id=",
                {"Ref": client},
                "&logout_uri=https%3A%2F%2Fapp.example.com%2Fsigned-out%3Fa%3D1",
            ],
        ]
    }


def test_an_address_known_only_at_deployment_is_not_quoted(project):
    site = signed_in(project, names=[Token.as_string({"Ref": "Name"})])
    url = json.dumps(site.stack.resolve(site.ingress.sign_in.sign_out_url))
    assert '&logout_uri=https://", {"Ref": "Name"}, "/"' in url


def given_domain(name):
    """The domain of a given pool, made or imported."""

    def make(stack):
        pool = cognito.UserPool.from_user_pool_id(stack, "Pool", "eu-west-1_abc")
        if name == "made":
            certificate = acm.Certificate.from_certificate_arn(
                stack, "Login", "arn:aws:acm:us-east-1:123456789012:certificate/5678"
            )
            domain = cognito.UserPoolDomain(
                stack,
                "Domain",
                user_pool=pool,
                custom_domain=cognito.CustomDomainOptions(
                    domain_name="login.example.com", certificate=certificate
                ),
            )
        else:
            domain = cognito.UserPoolDomain.from_domain_name(stack, "Domain", name)
        return SignIn.cognito(user_pool=pool, user_pool_domain=domain)

    return make


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("made", ["https://", {"Ref": "Domain66AC69E0"}, "/logout?client_id="]),
        ("login.example.com", ["https://login.example.com/logout?client_id="]),
        (
            "shop",
            [
                "https://shop.auth.",
                {"Ref": "AWS::Region"},
                ".amazoncognito.com/logout?client_id=",
            ],
        ),
    ],
)
def test_a_domain_may_be_given(project, name, start):
    site = Site(project, sign_in=given_domain(name), site_names=["app.example.com"])
    assert len(site.resources(DOMAIN)) == (name == "made")
    _, parts = site.stack.resolve(site.ingress.sign_in.sign_out_url)["Fn::Join"]
    assert parts[: len(start)] == start
