"""The site example: an app of its own, synthesised as a user does it, and held to cdk-nag."""

import json
import os
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parent.parent.parent
CDK = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
EXAMPLE = ROOT / "examples" / "site"
WEB = EXAMPLE / "container_src" / "web"
GRAPHQL = ROOT / "examples" / "graphql" / "container_src"
DOMAIN = "www.example.com"

# The app as it is, with the rules beside it that it does not make its users install.
WITH_NAG = """\
import sys
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks
sys.path.insert(0, sys.argv[1])
from app import build
app = build(App())
Validations.of(app).add_plugins(AwsSolutionsChecks(app))
app.synth()
"""

CASES = {
    "plain": {"region": "us-east-1"},
    "elsewhere": {"region": "us-east-1", "domain": DOMAIN},
    "full": {
        "region": "eu-central-1",
        "domain": DOMAIN,
        "hosted_zone_id": "Z0123456789ABCDEFGHIJ",
        "hosted_zone_name": "example.com",
        "sign_in": "true",
        "firewall": "true",
        "origin_secret_generation": "2",
    },
}


def cdk(out, context, app="app.py"):
    # With CloudFormation's own validation, which the tests' environment turns off.
    environ = {name: value for name, value in os.environ.items() if name != "CDK_VALIDATION"}
    options = [part for name, value in context.items() for part in ("-c", f"{name}={value}")]
    return subprocess.run(
        [os.environ["JSII_NODE"], CDK, "synth", "--quiet", "--output", out,
         "--app", f"{sys.executable} {app}", *options],
        cwd=EXAMPLE, env={**environ, "PYTHONPATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def assemblies(tmp_path_factory):
    """The templates of a case by their stacks; each case is synthesised once."""
    made = {}

    def synthesise(case):
        if case not in made:
            folder = tmp_path_factory.mktemp(case)
            (folder / "gated.py").write_text(WITH_NAG)
            result = cdk(folder / "out", CASES[case], f"{folder / 'gated.py'} {EXAMPLE}")
            assert result.returncode == 0, result.stderr
            made[case] = {
                file.name.removesuffix(".template.json"): json.loads(file.read_text())
                for file in (folder / "out").glob("*.template.json")
            }
        return made[case]

    return synthesise


@pytest.fixture
def plain(assemblies):
    return assemblies("plain")["site"]


@pytest.fixture
def elsewhere(assemblies):
    return assemblies("elsewhere")["site"]


@pytest.fixture
def full(assemblies):
    return assemblies("full")["site"]


def of_type(template, kind):
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def the_only(template, kind):
    ((name, properties),) = of_type(template, kind).items()
    return name, properties


def container_of(template):
    _, task = the_only(template, "AWS::ECS::TaskDefinition")
    (container,) = task["ContainerDefinitions"]
    return container


def distribution_of(template):
    return the_only(template, "AWS::CloudFront::Distribution")[1]["DistributionConfig"]


def references(value):
    """The logical ids that a value names."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "Ref":
                yield inner
            elif key == "Fn::GetAtt":
                yield inner[0] if isinstance(inner, list) else inner.split(".")[0]
            elif key == "Fn::Sub":
                yield from re.findall(r"\$\{(\w+)", inner if isinstance(inner, str) else inner[0])
            yield from references(inner)


def dependencies(template):
    resources = template["Resources"]
    graph = {}
    for name, resource in resources.items():
        after = resource.get("DependsOn", [])
        named = {*([after] if isinstance(after, str) else after), *references(resource)}
        graph[name] = named & resources.keys()
    return graph


def above(graph, name, seen=None):
    """All that a resource waits for."""
    seen = set() if seen is None else seen
    for each in graph[name] - seen:
        seen.add(each)
        above(graph, each, seen)
    return seen


@pytest.mark.parametrize("case", CASES)
def test_no_resource_waits_for_itself(assemblies, case):
    for template in assemblies(case).values():
        order = list(TopologicalSorter(dependencies(template)).static_order())
        assert len(order) == len(template["Resources"])


def test_the_container_learns_of_the_load_balancer_which_does_not_wait_for_it(full):
    balancer, _ = the_only(full, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    task, _ = the_only(full, "AWS::ECS::TaskDefinition")
    service, _ = the_only(full, "AWS::ECS::Service")
    graph = dependencies(full)
    assert balancer in above(graph, task)
    assert task in above(graph, service)
    for kind in ("LoadBalancer", "Listener", "ListenerRule", "TargetGroup"):
        for name in of_type(full, f"AWS::ElasticLoadBalancingV2::{kind}"):
            assert not {task, service} & above(graph, name)


def test_with_sign_in_the_container_is_told_whose_word_counts_and_where_to_sign_out(full):
    balancer, _ = the_only(full, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    told = {each["Name"]: each["Value"] for each in container_of(full)["Environment"]}
    assert set(told) == {"LOAD_BALANCER_ARN", "SIGN_OUT_URL"}
    assert told["LOAD_BALANCER_ARN"] == {"Ref": balancer}
    assert told["SIGN_OUT_URL"] == full["Outputs"]["SignOutUrl"]["Value"]
    client, properties = the_only(full, "AWS::Cognito::UserPoolClient")
    assert client in set(references(told["SIGN_OUT_URL"]))
    # A public page, or whoever signed out is asked to sign in.
    assert properties["LogoutURLs"] == [f"https://{DOMAIN}/"]
    assert "/" in public_paths(full)


@pytest.mark.parametrize("case", ["plain", "elsewhere"])
def test_without_sign_in_the_container_is_told_nothing(assemblies, case):
    template = assemblies(case)["site"]
    assert "Environment" not in container_of(template)
    assert not of_type(template, "AWS::Cognito::UserPool")


def public_paths(template):
    return {
        path
        for rule in of_type(template, "AWS::ElasticLoadBalancingV2::ListenerRule").values()
        if [action["Type"] for action in rule["Actions"]] == ["forward"]
        for condition in rule["Conditions"]
        if condition["Field"] == "path-pattern"
        for path in condition["PathPatternConfig"]["Values"]
    }


def test_all_but_the_account_is_public(full):
    routes = set(re.findall(r'^ {4}\[?\n? *"(/[^"]*)"', (WEB / "src" / "app.js").read_text(), re.M))
    assert "/me" in routes
    assert public_paths(full) - {"/assets/*"} == routes - {"/me"}
    signs_in = [
        rule
        for rule in of_type(full, "AWS::ElasticLoadBalancingV2::ListenerRule").values()
        if rule["Actions"][0]["Type"] == "authenticate-cognito"
    ]
    (rule,) = signs_in
    assert [condition["Field"] for condition in rule["Conditions"]] == ["http-header"]
    cookie = rule["Actions"][0]["AuthenticateCognitoConfig"]["SessionCookieName"]
    assert f"`{cookie}-${{part}}`" in (WEB / "src" / "app.js").read_text()


def test_the_compose_file_and_the_dockerfile_say_how_the_container_runs(plain):
    container = container_of(plain)
    assert container["Name"] == "web"
    assert container["PortMappings"] == [{"ContainerPort": 8080, "Protocol": "tcp"}]
    assert container["HealthCheck"]["Command"] == ["CMD", "node", "/app/src/healthcheck.js"]
    assert container["ReadonlyRootFilesystem"] is True
    # config.js and server.js count on it: the longest drain, 30 s and a margin.
    assert container["StopTimeout"] == 40
    _, group = the_only(plain, "AWS::ElasticLoadBalancingV2::TargetGroup")
    assert group["HealthCheckPath"] == "/health"


@pytest.mark.parametrize("case", CASES)
def test_assets_are_cached_and_errors_have_their_page(assemblies, case):
    config = distribution_of(assemblies(case)["site"])
    assert {each["PathPattern"] for each in config["CacheBehaviors"]} == {
        "/assets/*",
        "/errors/503.html",
    }
    pages = {
        each["ErrorCode"]: each["ResponsePagePath"]
        for each in config["CustomErrorResponses"]
        if "ResponsePagePath" in each
    }
    assert pages == {503: "/errors/503.html"}


def test_without_a_domain_the_load_balancer_has_private_addresses(plain):
    _, balancer = the_only(plain, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Scheme"] == "internal"
    the_only(plain, "AWS::CloudFront::VpcOrigin")
    assert not of_type(plain, "AWS::CertificateManager::Certificate")
    assert "Aliases" not in distribution_of(plain)
    assert set(plain["Outputs"]) == {"Url", "PipelineConsole"}


def test_without_a_zone_the_record_is_an_output(elsewhere):
    distribution, _ = the_only(elsewhere, "AWS::CloudFront::Distribution")
    assert set(elsewhere["Outputs"]) == {"Url", "Record1", "PipelineConsole"}
    assert elsewhere["Outputs"]["Url"]["Value"] == f"https://{DOMAIN}"
    assert elsewhere["Outputs"]["Record1"]["Value"] == {
        "Fn::Join": ["", [f"{DOMAIN} CNAME ", {"Fn::GetAtt": [distribution, "DomainName"]}]]
    }
    assert not of_type(elsewhere, "AWS::Route53::RecordSet")
    _, certificate = the_only(elsewhere, "AWS::CertificateManager::Certificate")
    assert "DomainValidationOptions" not in certificate or not any(
        "HostedZoneId" in option for option in certificate["DomainValidationOptions"]
    )


def test_with_a_zone_the_records_are_made(full):
    records = of_type(full, "AWS::Route53::RecordSet").values()
    assert {(each["Name"], each["Type"]) for each in records} == {
        (f"{DOMAIN}.", "A"),
        (f"{DOMAIN}.", "AAAA"),
    }
    assert set(full["Outputs"]) == {"Url", "SignOutUrl", "UserPoolId", "PipelineConsole"}


def test_what_cloudfront_takes_from_another_region_is_in_a_stack_of_its_own(assemblies):
    stacks = assemblies("full")
    ours, acl, certificate = sorted(stacks)
    assert (ours, acl, certificate[:-8]) == ("site", "site-edge", "site-edge-")
    the_only(stacks["site"], "AWS::CertificateManager::Certificate")
    the_only(stacks[certificate], "AWS::CertificateManager::Certificate")
    the_only(stacks["site-edge"], "AWS::WAFv2::WebACL")
    assert set(assemblies("plain")) == set(assemblies("elsewhere")) == {"site"}


def test_a_raised_generation_keeps_the_secret_before_it(elsewhere, full):
    assert len(of_type(elsewhere, "AWS::SecretsManager::Secret")) == 1
    assert len(of_type(full, "AWS::SecretsManager::Secret")) == 2


def test_of_a_deleted_stack_logs_and_artifacts_alone_stay(full):
    kept = {
        resource["Type"]
        for resource in full["Resources"].values()
        if "Retain" in resource.get("DeletionPolicy", "")
    }
    assert kept == {"AWS::Logs::LogGroup", "AWS::S3::Bucket"}


@pytest.mark.parametrize(
    ("context", "messages"),
    [
        (
            {"sign_in": "yes", "hosted_zone_id": "Z1", "origin_secret_generation": "0"},
            ["sign_in: expected true or false, got 'yes'",
             "origin_secret_generation: expected a whole number from 1, got '0'",
             "hosted_zone_id, hosted_zone_name: give both, or neither",
             "hosted_zone_id: give the domain that is in the zone too"],
        ),
        ({"sign_in": "true"}, ["sign_in: visitors can sign in at a domain of its own only"]),
        (
            {"domain": DOMAIN, "hosted_zone_id": "Z1", "hosted_zone_name": "example.org",
             "region": "us-east-1"},
            ["domain name 'www.example.com' is not in the hosted zone 'example.org'"],
        ),
    ],
    ids=["several", "sign-in", "zone"],
)  # fmt: skip
def test_mistakes_in_the_context_are_told_without_a_traceback(tmp_path, context, messages):
    result = cdk(tmp_path / "out", context)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    for message in messages:
        assert message in result.stderr


def test_the_readme_names_the_outputs_and_the_context(elsewhere, full):
    text = (EXAMPLE / "README.md").read_text()
    outputs = {*elsewhere["Outputs"], *full["Outputs"]}
    named = set(re.findall(r"<([A-Z]\w+)>", text))
    assert named
    assert named <= outputs
    assert {name for name in CASES["full"] if name not in text} == set()


def test_the_container_needs_no_package():
    assert "dependencies" not in json.loads((WEB / "package.json").read_text())
    assert not re.search(r"RUN|npm (ci|install)", (WEB / "Dockerfile").read_text())


@pytest.mark.parametrize("file", ["src/log.js", "src/healthcheck.js"])
def test_what_the_servers_share_stays_the_same(file):
    assert (WEB / file).read_text() == (GRAPHQL / file).read_text()
