import itertools
import json
import os
import re
import subprocess
import unicodedata
from urllib.parse import unquote

import pytest
from aws_cdk import App, Environment, Stack, Stage
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk.assertions import Template

from serverless_containers.ingress.cloudfront.viewer_request import guard_paths

FUNCTION = "AWS::CloudFront::Function"

REFUSED = {
    "encoded slash": ["/assets/..%2fme", "/assets/..%2Fme", "/a%2Fb", "/%2f", "/a%2f"],
    "slash encoded twice": ["/a%252fb", "/a%252Fb", "/a%25%32fb", "/a%25%32%46b", "/a%%32f"],
    "encoded backslash": ["/a%5cb", "/a%5Cb", "/assets/..%5cme"],
    "backslash encoded twice": ["/a%255cb", "/a%255Cb"],
    "backslash": ["/a\\b", "\\", "/assets/..\\me"],
    "dot segment": ["/./a", "/a/./b", "/a/.", "/.", "/../a", "/a/../b", "/a/..", "/.."],
    "encoded dot segment": ["/%2e/a", "/a/%2e", "/%2E%2e/a", "/a/.%2E", "/a/%2e./b", "/%2E."],
    "dot segment encoded twice": ["/%252e/a", "/a/%252E%2e", "/a/.%252e/b", "/%252e%252E"],
    "dot segment encoded three times and more": [
        "/%25252e%25252e/me",
        "/assets/..%25252fme",
        "/a%25%32%35%32%66b",
        "/100%25/..%25252fme",
        "/%2525252e%2e/a",
    ],
    "encoded more often than anybody has a use for": ["/a%" + "25" * 12 + "41"],
    "dot segment with blanks": [
        "/assets/..%20/me",
        "/assets/%20../me",
        "/assets/..%2520/me",
        "/assets/..%c2%a0/me",
        "/..%20",
        "/a/.%20./b",
        "/assets/..%20;x/me",
        "/a/%20/b",
    ],
    "compatible characters": [
        "/a%ef%bc%8fb",
        "/assets/..%EF%BC%8Fme",
        "/assets/..\uff0fme",
        "/a%25ef%25bc%258fb",
        "/%ef%bc%8e%ef%bc%8e/me",
        "/assets/..%ef%bc%bcme",
        "/assets/\u2025/me",
        "/\u2024./me",
        "/\ufe52./me",
        "/a\ufe68b",
        "/a\uff052fb",
        "/a\ufe6a2fb",
        "/a%25\uff12\uff46b",
        "/..\uff1bx/me",
    ],
    "dot segment with a parameter": ["/assets/..;/me", "/.;a=b/c", "/a/..%3b/b", "/a/%2e.%253B"],
    "dot segment with an encoded query": ["/assets/..%3fx", "/a/..%3F/b", "/.?x", "/a/%2e.%253fx"],
    "dot segment with an encoded fragment": ["/assets/..%23x", "/a/.%23", "/..#x", "/a/..%2523x"],
    "empty segment": ["//", "//a", "/a//b", "/a//"],
    "control character": ["/%00", "/a%0d%0aB: c", "/%1f", "/%1F", "/%7f", "/%7F", "/a\nb", "/\x7f"],
    "control character encoded twice": ["/%2500", "/a%250d", "/%251F", "/%257f"],
    "invalid percent sequence": ["/%", "/100%", "/%2", "/%zz", "/%u002f", "/a%-1b", "/%g0/a"],
    "bytes that are not UTF-8": ["/%ff", "/%c0%af", "/%C0%AE%c0%ae/a", "/%e0%80%af", "/%FC"],
}
PASSED = [
    "/",
    "/a",
    "/assets/app.js",
    "/oauth2/idpresponse",
    "/a/b/",
    "/%C3%BC",
    "/%c3%bc/%E2%82%AC",
    "/%F0%9F%98%80",
    "/ü",
    "/a%20b",
    "/a+b",
    "/100%25",
    "/100%25/b",
    "/a%253d",
    "/a.b..c",
    "/.well-known/security.txt",
    "/..a",
    "/a..",
    "/a../b",
    "/...",
    "/.../a",
    "/a%2ejs",
    "/%2ewell-known",
    "/a%252ejs",
    "/a%25252ejs",
    "/100%2525",
    "/a%20b.%20c/d%20",
    "/\uff11\uff10\uff10\uff05\u30aa\u30d5",
    "/a\u2026",
    "/1\u20442",
    "/a;v=1/b",
    "/a.;b",
    "/a%3Fb%23c",
    "/a..%3Fb/c.%23d",
    "/2f5c2e00",
    "/%20%7e%21",
    "/~user/@x:y,(z)!$&'*=",
]
# Every way to put a few of these together.
PIECES = ["/", ".", "%2e", "%2F", "%25", "2e", "2f", "\\", "5C", "0a", ";", "%3B", "%3f", "%", "x"]
DEEPER = ["/", ".", "%25", "25", "2e", "2F", "%20", "\uff0e", "\uff12"]
ASSEMBLED = [
    "/" + "".join(parts)
    for pieces in (PIECES, DEEPER)
    for n in range(5)
    for parts in itertools.product(pieces, repeat=n)
]

SPOOFED = [
    "x-amzn-oidc-data",
    "x-amzn-oidc-identity",
    "x-amzn-oidc-accesstoken",
    "x-original-url",
    "x-rewrite-url",
]
OTHER_HEADERS = {
    "host": {"value": "example.com"},
    "accept": {"value": "a", "multiValue": [{"value": "a"}, {"value": "b"}]},
    "x-amzn-trace-id": {"value": "Root=1"},
    "x-oidc-data": {"value": "mine"},
}
QUERY = {"next": {"value": "/../%2fme"}, "%2f..": {"value": "//%00%zz\\"}}

RUN = """
const [code, requests] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const context = require('vm').createContext({}, {codeGeneration: {strings: false, wasm: false}});
require('vm').runInContext(code, context);
const answers = requests.map(request => context.handler({version: '1.0', request}));
process.stdout.write(JSON.stringify(answers));
"""


def request_for(uri, headers=(), query=None):
    return {
        "method": "GET",
        "uri": uri,
        "querystring": query or {},
        "headers": {**OTHER_HEADERS, **{name: {"value": "forged"} for name in headers}},
        "cookies": {"a": {"value": "b"}},
    }


def guarded(name="Site", *, region="eu-west-1", scope=None, ids=("Guard",), **props):
    env = Environment(region=region) if region else None
    stack = Stack(scope or App(), name, env=env, **props)
    return stack, [guard_paths(stack, each) for each in ids]


def template_of(*args, **props):
    return Template.from_stack(guarded(*args, **props)[0])


def properties_of(template):
    return [found["Properties"] for found in template.find_resources(FUNCTION).values()]


REQUESTS = {
    **{uri: request_for(uri) for uri in [*itertools.chain(*REFUSED.values()), *PASSED, *ASSEMBLED]},
    "with a query": request_for("/a", query=QUERY),
    **{name: request_for("/a", [name]) for name in SPOOFED},
    "all": request_for("/a", SPOOFED),
    "all, refused": request_for("/a//b", SPOOFED),
}


@pytest.fixture(scope="module")
def answers():
    """What the code in the template makes of each request, by one process of Node."""
    (properties,) = properties_of(template_of())
    given = json.dumps([properties["FunctionCode"], list(REQUESTS.values())])
    done = subprocess.run(
        [os.environ["JSII_NODE"], "-e", RUN], input=given.encode(), capture_output=True, check=True
    )
    return dict(zip(REQUESTS, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize(
    "uri", [pytest.param(uri, id=f"{why}-{uri!a}") for why, uris in REFUSED.items() for uri in uris]
)
def test_a_path_that_can_be_read_in_two_ways_is_refused(answers, uri):
    assert answers[uri].get("statusCode") == 400


@pytest.mark.parametrize("uri", PASSED)
def test_any_other_path_passes_unchanged(answers, uri):
    assert answers[uri] == REQUESTS[uri]


def test_query_strings_may_hold_anything(answers):
    assert answers["with a query"] == REQUESTS["with a query"]


def is_ambiguous(uri):
    """The same question, answered by decoding and splitting."""
    once = unquote(uri, errors="replace")
    if re.search("%(?![0-9a-fA-F]{2})", uri) or "\ufffd" in once:
        return True
    texts = [uri, once]
    while len(texts) < 4 or texts[-1] != texts[-3]:
        texts.append(unicodedata.normalize("NFKC", texts[-1]))
        texts.append(unquote(texts[-1]))
    for before, after in itertools.pairwise(texts):
        segments = after.split("/")[1:]
        if (
            before.count("/") != after.count("/")
            or "\\" in after
            or not after.isprintable()
            or "" in segments[:-1]
            or any(is_dot_segment(segment) for segment in segments)
        ):
            return True
    return False


def is_dot_segment(segment):
    name = re.split("[;?#]", segment)[0]
    return name in {".", ".."} or (" " in name and not name.strip(" ."))


def test_no_combination_of_dots_slashes_and_percent_signs_gets_by(answers):
    wrong = [u for u in ASSEMBLED if ("statusCode" in answers[u]) is not is_ambiguous(u)]
    assert wrong == []
    refused = sum("statusCode" in answers[uri] for uri in ASSEMBLED)
    assert 1000 < refused < len(ASSEMBLED) - 1000


def test_the_refusal_is_plain_text_that_is_not_kept_and_repeats_nothing(answers):
    refusal = answers["/assets/..%2fme"]
    assert refusal == answers["all, refused"]
    assert set(refusal) == {"statusCode", "statusDescription", "headers", "body"}
    assert refusal["statusDescription"] == "Bad Request"
    assert refusal["headers"] == {
        "content-type": {"value": "text/plain; charset=utf-8"},
        "cache-control": {"value": "no-store"},
    }
    assert refusal["body"].endswith(".\n")


@pytest.mark.parametrize("case", [*SPOOFED, "all"])
def test_what_a_viewer_may_not_say_is_removed_and_no_other_header(answers, case):
    assert answers[case] == request_for("/a")


class TestTemplate:
    def test_it_is_one_published_function_of_the_second_runtime_and_nothing_else(self):
        template = template_of()
        (properties,) = properties_of(template)
        assert properties["AutoPublish"] is True
        assert properties["FunctionConfig"] == {
            "Comment": "Refuses paths that can be read in more than one way",
            "Runtime": "cloudfront-js-2.0",
        }
        assert len(template.to_json()["Resources"]) == 1

    def test_its_code_is_below_10_kb(self):
        (properties,) = properties_of(template_of())
        assert len(properties["FunctionCode"].encode()) < 10_000

    def test_it_is_the_same_each_time(self):
        assert template_of().to_json() == template_of().to_json()

    def test_it_can_be_attached_to_the_viewer_requests_of_several_behaviors(self):
        stack, (function,) = guarded()
        behavior = cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin("example.com"),
            function_associations=[
                cloudfront.FunctionAssociation(
                    function=function, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
                )
            ],
        )
        cloudfront.Distribution(
            stack,
            "Distribution",
            default_behavior=behavior,
            additional_behaviors={"/assets/*": behavior},
        )
        template = Template.from_stack(stack)
        (logical_id,) = template.find_resources(FUNCTION)
        (found,) = template.find_resources("AWS::CloudFront::Distribution").values()
        config = found["Properties"]["DistributionConfig"]
        for each in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]):
            assert each["FunctionAssociations"] == [
                {
                    "EventType": "viewer-request",
                    "FunctionARN": {"Fn::GetAtt": [logical_id, "FunctionARN"]},
                }
            ]


class TestNames:
    def test_sites_of_an_account_have_different_ones(self):
        app = App()
        stacks = [
            guarded("A", scope=app, ids=("Guard", "Other"))[0],
            guarded("B", scope=app, stack_name="Other-A")[0],
            guarded("C", scope=app, stack_name="OtherA")[0],
            guarded("A", region="us-east-1")[0],
            guarded("A", stack_name="Z")[0],
            guarded("A", scope=Stage(app, "dev"))[0],
            guarded("A", scope=Stage(app, "prod"))[0],
        ]
        templates = [Template.from_stack(stack) for stack in stacks]
        names = [found["Name"] for each in templates for found in properties_of(each)]
        assert len(set(names)) == len(names) == 8

    @pytest.mark.parametrize("region", ["eu-west-1", "us-isof-south-1"])
    def test_they_have_at_most_64_characters_and_end_in_the_region(self, region):
        template = template_of("Site" * 20, ids=("Guard" * 20, "Guard" * 21), region=region)
        names = [found["Name"] for found in properties_of(template)]
        assert len(set(names)) == 2
        for name in names:
            assert re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", name)
            assert name.endswith(f"-{region}")

    def test_a_region_that_is_known_at_deployment_is_part_of_them(self):
        (properties,) = properties_of(template_of(region=None))
        start, region = properties["Name"]["Fn::Join"][1]
        assert region == {"Ref": "AWS::Region"}
        assert re.fullmatch(r"[a-zA-Z0-9-]{1,48}", start)
        assert start.endswith("-")
