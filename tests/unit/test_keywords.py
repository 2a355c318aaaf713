"""Keywords of each construct that a type checker would have refused."""

import re
from typing import get_args, get_origin

import pytest
from aws_cdk import App, Stack

from serverless_containers import (
    Authorization,
    BuildPipeline,
    ContainerApi,
    ContainerCluster,
    ContainerHosting,
    ContainerService,
    PipelineSource,
    ResourceAccess,
    SecretsFromFiles,
    SignIn,
)
from serverless_containers.arguments.keywords import _keywords, describe

_CALLS = (
    ContainerApi.__init__,
    ContainerHosting.__init__,
    ContainerService.__init__,
    ContainerCluster.__init__,
    BuildPipeline.__init__,
    BuildPipeline.managed,
    SecretsFromFiles.__init__,
    SignIn.cognito,
    Authorization.cognito,
    Authorization.jwt,
    PipelineSource.asset,
    PipelineSource.github,
    ResourceAccess.table,
)


@pytest.fixture
def stack():
    return Stack(App(), "Test")


@pytest.mark.parametrize(
    ("construct", "keyword", "given", "told"),
    [
        (ContainerApi, "authorization", "cognito", "got 'cognito' (str); give Authorization.no"),
        (ContainerApi, "timeout", 10, "got 10 (int); give Duration.seconds(10)"),
        (ContainerApi, "throttle", 50, "got 50 (int); give apigatewayv2.ThrottleSettings("),
        (ContainerApi, "hosted_zone", "example.com", "got 'example.com' (str); give route53.Host"),
        (ContainerHosting, "rollout", "blue_green", "(str); give Rollout.rolling(), Rollout.blue_"),
        (ContainerHosting, "sign_in", True, "got True (bool); give SignIn.cognito()"),
        (ContainerHosting, "firewall", True, "got True (bool); give Firewall(), or a string"),
        (ContainerHosting, "firewall", True, "or a string, the ARN of a web ACL"),
        (ContainerHosting, "static_paths", "/a/*", "got '/a/*' (str); give a list of a string"),
        (ContainerHosting, "static_paths", "/a/*", "give a list of a string: ['/a/*']"),
        (ContainerHosting, "health_check", "/health", "(str); give TargetHealthCheck(path="),
        (ContainerHosting, "error_pages", {"404": "/404"}, "['404']: got '404' (str); give a"),
        (ContainerCluster, "network_profile", "nat", "got 'nat' (str); give NetworkProfile.PUB"),
        (ContainerCluster, "high_availability", "yes", "got 'yes' (str); give True or False"),
    ],
)
def test_each_construct_tells(stack, construct, keyword, given, told):
    source = {} if construct is ContainerCluster else {"source": "nowhere"}
    with pytest.raises(TypeError) as caught:
        construct(stack, "It", **source, **{keyword: given})
    assert str(caught.value).startswith(f"{keyword}")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("keyword", "given", "told"),
    [
        ("before_build", "npm test", "got 'npm test' (str); give a list of a string"),
        ("build_timeout", 30, "got 30 (int); give Duration.seconds(10)"),
        ("registry_logins", {"docker.io": "pw"}, "['docker.io']: got a str; give secretsmanager.S"),
        ("pipeline_source", "github", "(str); give PipelineSource.asset() or PipelineSource.git"),
        ("retention_days", "7", "got '7' (str); give a whole number"),
    ],
)
def test_a_pipeline_tells_before_there_is_a_service(keyword, given, told):
    with pytest.raises(TypeError, match=f"{keyword}.*{re.escape(told)}"):
        BuildPipeline.managed(**{keyword: given})


def test_a_name_of_a_machine_is_taken():
    assert BuildPipeline.managed(compute_type="large", architecture="ARM64")


@pytest.mark.parametrize(
    ("call", "keyword", "others"),
    [
        (SignIn.cognito, "public_paths", {}),
        (SignIn.cognito, "sign_out_urls", {}),
        (Authorization.cognito, "scopes", {}),
        (Authorization.jwt, "audience", {"issuer": "https://example.com"}),
        (Authorization.jwt, "scopes", {"issuer": "https://example.com", "audience": ["a"]}),
        (PipelineSource.asset, "exclude", {}),
        (ResourceAccess.table, "indexes", {"name": "posts"}),
    ],
)
def test_one_string_is_no_list_of_strings(call, keyword, others):
    told = f"{keyword}: got '/a' (str); give a list of a string: ['/a']"
    with pytest.raises(TypeError, match=re.escape(told)):
        call(**others, **{keyword: "/a"})


@pytest.mark.parametrize(("given", "near"), [("authorisation", "authorization"), ("cpus", "cpu")])
def test_a_misspelt_keyword_is_told_the_nearest_of_all(stack, tmp_path, given, near):
    with pytest.raises(TypeError, match=f"'{given}'; did you mean '{near}'"):
        ContainerApi(stack, "Api", source=tmp_path, **{given: 1})


@pytest.mark.parametrize("call", _CALLS, ids=lambda call: call.__qualname__)
def test_every_type_has_an_example(call):
    plain = {name: each.hint for name, each in _keywords(call.__wrapped__).items()}
    assert not {
        name: describe(hint)
        for name, hint in plain.items()
        if name not in {"scope", "return"} and "an object of" in describe(hint)
    }


@pytest.mark.parametrize("call", _CALLS, ids=lambda call: call.__qualname__)
def test_types_are_of_the_kinds_that_are_known(call):
    def kinds(hint):
        origin = get_origin(hint)
        return {origin} | {kind for part in get_args(hint) for kind in kinds(part)}

    names = {
        getattr(kind, "__name__", kind)
        for each in _keywords(call.__wrapped__).values()
        for kind in kinds(each.hint)
        if kind is not None
    }
    assert names <= {"Union", "UnionType", "Sequence", "Mapping"}
