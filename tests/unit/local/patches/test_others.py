"""The smaller topics: policies of secrets, web ACLs, HTTP API settings, attributes, /health."""

import json

import pytest


def test_a_resource_policy_reaches_the_secret_and_leaves_it(act, api):
    arn, _ = act("create", "AWS::SecretsManager::Secret", "Secret", {"Name": "s"}, "stack")
    policy = {"Version": "2012-10-17", "Statement": []}
    props = {"SecretId": arn, "ResourcePolicy": policy}
    kind = "AWS::SecretsManager::ResourcePolicy"
    assert act("create", kind, "Policy", props, "stack") == (arn, {"Id": arn})
    assert json.loads(api("secretsmanager", "_resource_policies")[arn]) == policy
    act("delete", kind, arn, props)
    assert arn not in api("secretsmanager", "_resource_policies")


def test_a_secret_is_known_by_its_arn_until_it_is_deleted(act, api):
    kind, props = "AWS::SecretsManager::Secret", {"Name": "known"}
    arn, attributes = act("create", kind, "Known", props, "stack")
    assert arn == attributes["Arn"]
    assert arn.startswith("arn:aws:secretsmanager:")
    changed = {**props, "Description": "changed"}
    assert act("update", kind, arn, props, changed, "stack", "Known")[0] == arn
    assert api("secretsmanager", "_secrets")["known"]["Description"] == "changed"
    act("delete", kind, arn, changed)
    assert "known" not in api("secretsmanager", "_secrets")


def test_a_resource_policy_for_no_secret_fails_and_names_the_reason(act):
    with pytest.raises(ValueError, match="can't find the specified secret"):
        act(
            "create",
            "AWS::SecretsManager::ResourcePolicy",
            "Policy",
            {"SecretId": "never-pushed", "ResourcePolicy": {}},
            "stack",
        )


def test_a_web_acl_stays_with_its_resource_when_the_association_is_replaced(act, api):
    kind = "AWS::WAFv2::WebACLAssociation"
    arns = []
    for name in ("a", "b"):
        acl = {"Name": name, "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "Rules": []}
        _, attributes = act("create", "AWS::WAFv2::WebACL", name, acl, "stack")
        arns.append(attributes["Arn"])
    first, second = ({"WebACLArn": arn, "ResourceArn": "arn:alb"} for arn in arns)
    old, _ = act("create", kind, "It", first, "stack")
    new, _ = act("create", kind, "It", second, "stack")
    # CloudFormation deletes the predecessor last.
    act("delete", kind, old, first)
    assert api("waf", "_associations")["arn:alb"] == arns[1]
    act("delete", kind, new, second)
    assert "arn:alb" not in api("waf", "_associations")


def test_cors_and_throttling_of_an_http_api(act, api):
    props = {
        "Name": "api",
        "ProtocolType": "HTTP",
        "CorsConfiguration": {"AllowOrigins": ["https://a"], "MaxAge": 60},
    }
    api_id, _ = act("create", "AWS::ApiGatewayV2::Api", "Api", props, "stack")
    record = api("apigateway", "_apis")[api_id]
    assert record["corsConfiguration"] == {"allowOrigins": ["https://a"], "maxAge": 60}

    changed = {**props, "CorsConfiguration": {"AllowOrigins": ["*"]}}
    act("update", "AWS::ApiGatewayV2::Api", api_id, props, changed, "stack", "Api")
    assert record["corsConfiguration"]["allowOrigins"] == ["*"]

    stage = {
        "ApiId": api_id,
        "StageName": "$default",
        "DefaultRouteSettings": {"ThrottlingBurstLimit": 5},
        "RouteSettings": {"GET /x": {"ThrottlingRateLimit": 1}},
    }
    act("create", "AWS::ApiGatewayV2::Stage", "Stage", stage, "stack")
    settings = api("apigateway", "_stages")[api_id]["$default"]
    assert settings["defaultRouteSettings"] == {"throttlingBurstLimit": 5}
    assert settings["routeSettings"] == {"GET /x": {"throttlingRateLimit": 1}}
    act("delete", "AWS::ApiGatewayV2::Api", api_id, changed)


def test_a_user_pool_has_its_provider_url(act):
    pool, attributes = act("create", "AWS::Cognito::UserPool", "Pool", {}, "stack")
    assert attributes["ProviderURL"] == f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"
