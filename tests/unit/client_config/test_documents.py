"""What stands in each file, by what Amplify's libraries read of it."""

import json

import pytest

from serverless_containers.client_config import ClientConfigError, configure_call, format_of

URL = "https://abc123.execute-api.us-east-1.amazonaws.com"
COGNITO = {
    "AuthorizationType": "AMAZON_COGNITO_USER_POOLS",
    "UserPoolId": "eu-west-1_AbC",
    "UserPoolClientId": "4a1b",
}
IAM = {"AuthorizationType": "AWS_IAM", "IdentityPoolId": "us-west-2:0a-1f"}
OIDC = {"AuthorizationType": "OPENID_CONNECT"}
ENTRY = {"name": "web", "endpoint": URL, "region": "us-east-1"}
PLUGINS = {
    "CognitoUserPool": {
        "Default": {"PoolId": "eu-west-1_AbC", "AppClientId": "4a1b", "Region": "eu-west-1"}
    },
    "CredentialsProvider": {
        "CognitoIdentity": {"Default": {"PoolId": "us-west-2:0a-1f", "Region": "us-west-2"}}
    },
}


def document(name, client):
    return json.loads(
        format_of(name).fresh(client, None).removeprefix("const awsExports = ").partition(";\n")[0]
    )


def notes(name, client):
    return list(format_of(name).notes(client))


@pytest.mark.parametrize("outputs", [{}, OIDC])
def test_javascript_of_an_api_without_a_pool(client, outputs):
    assert document("amplify-js", client(outputs)) == {
        "aws_project_region": "us-east-1",
        "aws_cloud_logic_custom": [ENTRY],
    }


def test_javascript_with_pools(client):
    both = client({**COGNITO, "IdentityPoolId": IAM["IdentityPoolId"]})
    assert document("amplify-js", both) == {
        "aws_project_region": "us-east-1",
        "aws_cognito_region": "eu-west-1",
        "aws_user_pools_id": "eu-west-1_AbC",
        "aws_user_pools_web_client_id": "4a1b",
        "aws_cognito_identity_pool_id": "us-west-2:0a-1f",
        "aws_cloud_logic_custom": [ENTRY],
    }
    assert document("amplify-js", client(IAM))["aws_cognito_region"] == "us-west-2"


def test_javascript_is_a_module_and_json_by_its_name(client, tmp_path):
    output_format = format_of("amplify-js")
    module = output_format.fresh(client(), None)
    assert module.startswith('const awsExports = {\n  "aws_project_region": "us-east-1",\n')
    assert module.endswith("};\n\nexport default awsExports;\n")
    assert output_format.fresh(client(), tmp_path / "a.js") == output_format.fresh(
        client(), tmp_path / "a.MJS"
    )
    assert output_format.fresh(client(), tmp_path / "a.js") == module
    text = output_format.fresh(client(), tmp_path / "a.json")
    assert json.loads(text) == document("amplify-js", client())
    assert text.endswith("\n}\n")


@pytest.mark.parametrize(
    "authorization", ["NONE", "AMAZON_COGNITO_USER_POOLS", "AWS_IAM", "OPENID_CONNECT"]
)
def test_native_api(client, authorization):
    made = client({**COGNITO, "AuthorizationType": authorization})
    assert document("amplify-native", made)["api"] == {
        "plugins": {
            "awsAPIPlugin": {
                "web": {
                    "endpointType": "REST",
                    "endpoint": URL,
                    "region": "us-east-1",
                    "authorizationType": authorization,
                }
            }
        }
    }


@pytest.mark.parametrize(
    ("outputs", "plugins"),
    [
        (COGNITO, ["CognitoUserPool"]),
        (IAM, ["CredentialsProvider"]),
        ({**COGNITO, **IAM}, ["CognitoUserPool", "CredentialsProvider"]),
    ],
)
def test_native_auth(client, outputs, plugins):
    assert document("amplify-native", client(outputs))["auth"] == {
        "plugins": {"awsCognitoAuthPlugin": {name: PLUGINS[name] for name in plugins}}
    }
    assert "auth" not in document("amplify-native", client())


def test_second_generation(client):
    custom = {"API": {"web": {"endpoint": URL, "region": "us-east-1", "apiName": "web"}}}
    assert document("amplify-outputs", client()) == {"version": "1.4", "custom": custom}
    auth = {
        "aws_region": "eu-west-1",
        "user_pool_id": "eu-west-1_AbC",
        "user_pool_client_id": "4a1b",
    }
    assert document("amplify-outputs", client(COGNITO))["auth"] == auth
    both = client({**COGNITO, "IdentityPoolId": "us-west-2:0a-1f"})
    assert document("amplify-outputs", both)["auth"] == {
        **auth,
        "identity_pool_id": "us-west-2:0a-1f",
    }


def test_second_generation_has_no_place_for_a_lone_identity_pool(client):
    assert "auth" not in document("amplify-outputs", client(IAM))
    assert "us-west-2:0a-1f is left out" in notes("amplify-outputs", client(IAM))[0]


def test_several_apis(client):
    two = client({}, {**COGNITO, "ApiName": "b"})
    assert [each["name"] for each in document("amplify-js", two)["aws_cloud_logic_custom"]] == [
        "web",
        "b",
    ]
    native = document("amplify-native", two)["api"]["plugins"]["awsAPIPlugin"]
    assert {name: api["authorizationType"] for name, api in native.items()} == {
        "web": "NONE",
        "b": "AMAZON_COGNITO_USER_POOLS",
    }
    assert list(document("amplify-outputs", two)["custom"]["API"]) == ["web", "b"]
    with pytest.raises(ClientConfigError, match="the variables tell of one API, got 2"):
        format_of("env").fresh(two, None)


@pytest.mark.parametrize(
    ("name", "outputs", "said"),
    [
        ("amplify-js", {}, []),
        ("amplify-js", COGNITO, ["sends no token to a REST API by itself"]),
        ("amplify-js", OIDC, ["sends no token to a REST API by itself"]),
        ("amplify-js", IAM, []),
        ("amplify-js", {"AuthorizationType": "AWS_IAM"}, ["no output IdentityPoolId"]),
        ("amplify-native", COGNITO, []),
        ("amplify-native", OIDC, ["give the API plugin an OIDC provider"]),
        ("amplify-native", {"AuthorizationType": "AWS_IAM"}, ["no output IdentityPoolId"]),
        ("amplify-outputs", {}, ["pass its custom.API"]),
        ("amplify-outputs", COGNITO, ["pass its custom.API", "sends no token"]),
        ("env", {"AuthorizationType": "AWS_IAM"}, []),
    ],
)
def test_what_the_application_has_to_do_besides(client, name, outputs, said):
    told = notes(name, client(outputs))
    assert len(told) == len(said)
    for note, part in zip(told, said, strict=True):
        assert part in note


@pytest.mark.parametrize(
    ("outputs", "mode"),
    [({}, "none"), (COGNITO, "userPool"), (OIDC, "oidc")],
)
def test_the_call_for_graphql(client, outputs, mode):
    api = client(outputs).at("/graphql").apis[0]
    assert configure_call(api) == (
        f"// web: {URL}/graphql\n"
        "// To be called after Amplify.configure with all the rest.\n"
        "const config = Amplify.getConfig();\n"
        "Amplify.configure({\n"
        "  ...config,\n"
        "  API: {\n"
        "    ...config.API,\n"
        "    GraphQL: {\n"
        f'      endpoint: "{URL}/graphql",\n'
        '      region: "us-east-1",\n'
        f'      defaultAuthMode: "{mode}",\n'
        "    },\n"
        "  },\n"
        "});"
    )


def test_the_call_for_graphql_has_requests_signed_for_api_gateway(client):
    call = configure_call(client(IAM).at("/g").apis[0])
    assert 'defaultAuthMode: "identityPool",\n' in call
    assert f'customEndpoint: "{URL}/g",\n' in call
    assert 'customEndpointRegion: "us-east-1",\n' in call


@pytest.mark.parametrize("name", ["amplify-js", "amplify-native", "amplify-outputs"])
def test_amplify_files_hold_nothing_of_a_graphql_api(client, name):
    output_format = format_of(name)
    assert output_format.with_graphql(client()).is_empty
    with_pool = output_format.with_graphql(client(COGNITO))
    assert URL not in output_format.fresh(with_pool, None)
    assert "eu-west-1_AbC" in output_format.fresh(with_pool, None)
    assert list(output_format.notes(with_pool)) == []
