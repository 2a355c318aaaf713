"""An HTTP API that asks for tokens of a user pool refuses and accepts rightly."""

import base64
import json
import time

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.support.local_api import container, resource, template

pytestmark = [pytest.mark.local, pytest.mark.thorough]

ROUTE = {"AuthorizationType": "JWT", "AuthorizerId": {"Ref": "Authorizer"}}
MORE = {
    "Pool": resource("Cognito::UserPool", UserPoolName="pool"),
    "Client": resource(
        "Cognito::UserPoolClient",
        UserPoolId={"Ref": "Pool"},
        ClientName="web",
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"],
    ),
    "Other": resource(
        "Cognito::UserPoolClient", UserPoolId={"Ref": "Pool"}, ClientName="other",
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"],
    ),
    "Authorizer": resource(
        "ApiGatewayV2::Authorizer",
        ApiId={"Ref": "Api"},
        AuthorizerType="JWT",
        Name="pool",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={
            "Issuer": {
                "Fn::Join": [
                    "",
                    ["https://cognito-idp.us-east-1.amazonaws.com/", {"Ref": "Pool"}],
                ]
            },
            "Audience": [{"Ref": "Client"}],
        },
    ),
}  # fmt: skip
OUTPUTS = {
    "UserPoolId": {"Value": {"Ref": "Pool"}},
    "UserPoolClientId": {"Value": {"Ref": "Client"}},
}


@pytest.fixture(scope="module")
def running(make_app):
    from tests.support.local_api import Deployed  # noqa: PLC0415

    app = make_app()
    resources = template(container(), route=ROUTE, **MORE)
    resources["Api"]["Properties"]["CorsConfiguration"] = {
        "AllowOrigins": ["https://shop.example"],
        "AllowMethods": ["*"],
        "AllowHeaders": ["authorization"],
    }
    app.has(resources, outputs=OUTPUTS)
    code, output = app.run("up", "--json", str(app.json))
    assert code == 0, output
    return app, Deployed(app)


@pytest.fixture(scope="module")
def token(running):
    code, output = running[0].run("token")
    assert code == 0, output
    return output.strip()


def status(deployed, token):
    return deployed.request("GET", "/", authorization=f"Bearer {token}")[0]


def forged(token, **claims):
    """The same token with other claims, signed by another key."""
    head, body, _ = token.split(".")
    content = json.loads(base64.urlsafe_b64decode(body + "=="))
    words = base64.urlsafe_b64encode(json.dumps({**content, **claims}).encode()).rstrip(b"=")
    signed = head.encode() + b"." + words
    key = rsa.generate_private_key(65537, 2048)
    signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def test_without_a_token_it_is_401(running):
    assert running[1].request("GET", "/")[0] == 401


def test_a_token_of_a_test_user_is_accepted(running, token):
    assert status(running[1], token) == 200


def test_an_access_token_is_accepted(running):
    code, output = running[0].run("token", "--access")
    assert code == 0
    assert status(running[1], output.strip()) == 200


def test_garbage_is_refused(running):
    assert status(running[1], "garbage") == 401


def test_a_forged_token_is_refused(running, token):
    assert status(running[1], forged(token, exp=int(time.time()) + 600)) == 401


def test_a_token_for_another_client_is_refused(running, token):
    from serverless_containers.local.running.token import Pool, make_token  # noqa: PLC0415

    clients = running[1].clients
    pool = clients["cognito-idp"].list_user_pools(MaxResults=10)["UserPools"][0]["Id"]
    found = clients["cognito-idp"].list_user_pool_clients(UserPoolId=pool)["UserPoolClients"]
    other = next(each["ClientId"] for each in found if each["ClientName"] == "other")
    assert status(running[1], make_token(clients, Pool(pool=pool, client=other))) == 401
    assert status(running[1], token) == 200


def test_a_preflight_is_answered_without_a_token(running):
    code, headers, _ = running[1].request(
        "OPTIONS", "/", origin="https://shop.example", access_control_request_method="GET"
    )
    assert code == 204
    assert headers["access-control-allow-origin"] == "https://shop.example"
    assert running[1].request("OPTIONS", "/", origin="https://other.example")[0] in (204, 403)
