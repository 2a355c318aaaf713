"""The pool, the pages and the name that sign-in uses."""

import json
import re

import pytest
from aws_cdk import RemovalPolicy, Token
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cognito as cognito

from serverless_containers.ingress.load_balancer.sign_in import SignIn
from tests.unit.ingress.load_balancer.load_balanced import Site

CLIENT = "AWS::Cognito::UserPoolClient"
DOMAIN = "AWS::Cognito::UserPoolDomain"
POOL = "AWS::Cognito::UserPool"
BRANDING = "AWS::Cognito::ManagedLoginBranding"


def signed_in(project, *, names=("app.example.com",), site=None, **options):
    return Site(project, sign_in=SignIn.cognito(**options), site_names=names, **(site or {}))


def test_a_pool_that_is_made_takes_users_from_an_administrator(project):
    site = signed_in(project)
    ((name, pool),) = site.resources(POOL).items()
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    assert site.template["Resources"][name]["DeletionPolicy"] == "Retain"


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
