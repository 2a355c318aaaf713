import json
import re

import pytest
from aws_cdk import App, Aws, Duration, Stack, Token
from aws_cdk import aws_cognito as cognito

from serverless_containers.ingress.load_balancer.listener_rules import _portions
from serverless_containers.ingress.load_balancer.sign_in import SignIn
from tests.unit.hosting.lb_support import NAT, PUBLIC, Site, private

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
