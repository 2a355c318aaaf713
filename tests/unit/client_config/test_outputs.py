"""An outputs file becomes what an application has to know, or a message with all that is wrong."""

import json

import pytest

from serverless_containers.client_config import (
    Api,
    AuthorizationType,
    ClientConfigError,
    choose_stacks,
    read_outputs,
    to_client_config,
)

URL = "https://abc123.execute-api.us-east-1.amazonaws.com"
API = {"ApiName": "web", "Url": URL, "Region": "us-east-1", "AuthorizationType": "NONE"}
COGNITO = "AMAZON_COGNITO_USER_POOLS"
POOL = {"UserPoolId": "eu-west-1_AbC1", "UserPoolClientId": "4a1b"}


def read(document):
    text = document if isinstance(document, str) else json.dumps(document, indent=2)
    return read_outputs(text.encode(), "out.json")


def client(document, *stacks, names=()):
    return to_client_config(choose_stacks(read(document), stacks, "out.json"), names)


def message(document, *stacks, names=()):
    with pytest.raises(ClientConfigError) as raised:
        client(document, *stacks, names=names)
    return str(raised.value)


def test_an_open_api():
    made = client({"dev": API})
    assert made.apis == (
        Api(name="web", url=URL, region="us-east-1", authorization=AuthorizationType.NONE),
    )
    assert (made.region, made.user_pool, made.identity_pool) == ("us-east-1", None, None)


@pytest.mark.parametrize("authorization", list(AuthorizationType))
def test_each_authorization(authorization):
    made = client({"dev": {**API, **POOL, "AuthorizationType": authorization.value}})
    assert made.apis[0].authorization is authorization


def test_pools_are_in_the_region_that_their_ids_begin_with():
    made = client({"dev": {**API, **POOL, "IdentityPoolId": "us-west-2:0a-1f"}})
    assert (made.user_pool.id, made.user_pool.client_id) == ("eu-west-1_AbC1", "4a1b")
    assert made.user_pool.region == "eu-west-1"
    assert (made.identity_pool.id, made.identity_pool.region) == ("us-west-2:0a-1f", "us-west-2")


@pytest.mark.parametrize("end", ["", "/", "//"])
def test_the_url_has_no_slash_at_its_end(end):
    assert client({"dev": {**API, "Url": f"{URL}/v1{end}"}}).apis[0].url == f"{URL}/v1"


@pytest.mark.parametrize(
    "region", ["eu-central-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"]
)
def test_regions_of_every_partition(region):
    assert client({"dev": {**API, "Region": region}}).region == region


def test_stacks_that_are_no_api_do_not_count():
    assert client({"net": {"VpcId": "v"}, "dev": API, "empty": {}}).apis[0].name == "web"


def test_a_byte_order_mark_does_not_count():
    assert read("\ufeff" + json.dumps({"dev": API}))[0].name == "dev"


def test_stacks_are_written_in_the_order_asked_for():
    two = {"a": {**API, "ApiName": "x"}, "b": {**API, "ApiName": "y"}, "c": API}
    assert [api.name for api in client(two, "b", "a", "b").apis] == ["y", "x"]


def test_names_are_given_in_the_order_of_the_stacks():
    two = {"a": API, "b": API}
    assert [api.name for api in client(two, "b", "a", names=("p", "q")).apis] == ["p", "q"]
    # and then the output is not needed
    unnamed = {key: value for key, value in API.items() if key != "ApiName"}
    assert client({"a": unnamed}, names=("p",)).apis[0].name == "p"


def test_one_pool_for_two_apis():
    two = {"a": {**API, **POOL}, "b": {**API, "ApiName": "y"}}
    assert client(two, "a", "b").user_pool.id == "eu-west-1_AbC1"
    assert client(two, "b", "a").user_pool.id == "eu-west-1_AbC1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"dev":\n  {"Url": }}', "out.json:2:11: expected JSON: expecting value; "),
        ('{"dev": {}', "out.json:1:11: expected JSON: expecting ',' delimiter; "),
        ("", "out.json:1:1: expected JSON: expecting value; "),
        ("[]", "out.json:1:1: expected an object with stacks and their outputs, got a list; "),
        ('{"a": {},\n "b": 1}', "out.json:2:7: expected an object with the outputs of b, got a n"),
    ],
)
def test_what_is_no_outputs_file(text, expected):
    assert message(text).startswith(expected)
    assert message(text).endswith("write it anew: cdk deploy --outputs-file FILE")


def test_what_is_no_text():
    with pytest.raises(ClientConfigError, match=r"^out\.json: expected UTF-8 text; "):
        read_outputs(b"\xff\xfe{", "out.json")


@pytest.mark.parametrize("document", [{}, {"net": {"VpcId": "v"}}])
def test_no_api(document):
    assert message(document) == (
        "out.json: no stack has the outputs Url and AuthorizationType, by which an API is known "
        f"(its stacks: {', '.join(document) or 'none'}); deploy the API's stack, and write the "
        "file anew with --outputs-file"
    )


def test_several_apis_and_no_choice():
    assert message({"dev": API, "net": {}, "prod": API}) == (
        "out.json: several stacks are APIs: dev, prod; choose with --stack NAME, which may be "
        "given several times"
    )


def test_a_choice_that_is_not_there():
    assert message({"dev": API, "net": {}}, "dev", "stage", "prod") == (
        "out.json: has no outputs of 'stage', 'prod'; name one of its stacks: dev, net"
    )


def test_a_stack_that_lacks_a_mark_is_named():
    lacking = {key: API[key] for key in ("ApiName", "Url", "Region")}
    assert message({"net": {}, "dev": lacking}) == (
        "out.json:3:10: dev.AuthorizationType: the output is missing, by which a stack is known to "
        "be an API; deploy the stack again, or give it this output"
    )


def test_all_that_is_wrong_is_told_at_once():
    document = {
        "a": {"url": URL, "Region": 1, "AuthorizationType": "API_KEY"},
        "b": {**API, "AuthorizationType": COGNITO, "UserPoolId": "pool"},
    }
    assert message(document, "a", "b").splitlines() == [
        "out.json:4:15: a.Region: expected a region such as us-east-1, got a number; deploy the "
        "stack again, and write the outputs anew",
        "out.json:5:26: a.AuthorizationType: expected NONE or AMAZON_COGNITO_USER_POOLS or AWS_IAM "
        "or OPENID_CONNECT, got 'API_KEY'; deploy the stack again, and write the outputs anew",
        "out.json:2:8: a.ApiName: the output is missing; deploy the stack again, or give it this "
        "output",
        "out.json:2:8: a.Url: the output is missing; rename the output 'url', if it is that",
        "out.json:12:19: b.UserPoolId: expected the id of a user pool, got 'pool'; deploy the "
        "stack again, and write the outputs anew",
        "out.json:7:8: b.UserPoolClientId: the output is missing, which AMAZON_COGNITO_USER_POOLS "
        "needs; deploy the stack again, or give it this output",
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("ApiName", value) for value in ("", "  ", "a\nb", "\ud800", None, ["x"])],
        *[
            ("Url", value)
            for value in ("", "abc", "ftp://x", "https://", "https://x/?a", "https://a b")
        ],
        *[("Url", value) for value in ("https://x/'", 'https://x/"', "https://x/\\", "https://x#")],
        *[("Region", value) for value in ("", "us-east", "US-EAST-1", "us-east-1 ", True)],
        *[("AuthorizationType", value) for value in ("", "none", 1, {})],
        *[("UserPoolId", value) for value in ("", "x", "a_b_", "a b_c", "é_a")],
        *[("UserPoolClientId", value) for value in ("", "a-b", "a b")],
        *[("IdentityPoolId", value) for value in ("", "x", "us-east-1:XYZ")],
    ],
)
def test_values_of_another_form(key, value):
    got = message({"dev": {**API, **POOL, key: value}})
    assert f" dev.{key}: expected " in got
    assert "\n" not in got


@pytest.mark.parametrize("key", ["UserPoolId", "UserPoolClientId"])
@pytest.mark.parametrize("authorization", [COGNITO, "AWS_IAM"])
def test_a_user_pool_goes_with_its_client(key, authorization):
    half = {name: value for name, value in POOL.items() if name != key}
    got = message({"dev": {**API, **half, "AuthorizationType": authorization}})
    assert f"dev.{key}: the output is missing" in got


def test_a_user_pool_that_guards_is_needed():
    got = message({"dev": {**API, "AuthorizationType": COGNITO}})
    assert [line.split(": ")[1] for line in got.splitlines()] == [
        "dev.UserPoolId",
        "dev.UserPoolClientId",
    ]


def test_two_apis_of_one_name():
    assert message({"a": API, "b": API}, "a", "b") == (
        "several APIs are called 'web'; tell them apart with a --name for each stack, in their "
        "order: a, b"
    )


def test_as_many_names_as_stacks():
    two = {"a": API, "b": {**API, "ApiName": "y"}}
    assert message(two, "a", "b", names=("p",)) == (
        "expected a --name for each stack, in their order, got 1 for a, b"
    )


@pytest.mark.parametrize("other", [{"UserPoolId": "eu-west-1_X"}, {"UserPoolClientId": "y"}])
def test_two_pools_do_not_go_into_one_file(other):
    two = {"a": {**API, **POOL}, "b": {**API, **POOL, "ApiName": "y", **other}}
    got = message(two, "a", "b")
    first = "eu-west-1_AbC1 with client 4a1b"
    second = {**POOL, **other}
    assert got == (
        f"the stacks have different user pools and clients: {first}, {second['UserPoolId']} with "
        f"client {second['UserPoolClientId']}; a file holds one: write a file for each"
    )
