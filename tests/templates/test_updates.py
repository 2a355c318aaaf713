"""What an update changes, and what it replaces: never what serves, holds data or is named.

Which properties replace a resource is what CloudFormation's own schemas say.
"""

import json
from dataclasses import dataclass, replace

import pytest
from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs

from serverless_containers import (
    Architecture,
    BuildPipeline,
    Logging,
    NetworkProfile,
    Rollout,
    Spot,
    TaskScaling,
    Tracing,
)
from tests.support.resource_schemas import schema_of
from tests.templates.variants import (
    COMPOSE,
    TAGS,
    WITH_VOLUME,
    WITHOUT_BUILD,
    Variant,
    make,
    with_props,
)

API = Variant()
SITE = Variant(site=True, compose=WITHOUT_BUILD)
NEVER = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::VpcLink",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::VpcOrigin",
    "AWS::Cognito::UserPool",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::ECR::Repository",
    "AWS::ECS::Cluster",
    "AWS::ECS::Service",
    "AWS::EFS::FileSystem",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::ServiceDiscovery::PrivateDnsNamespace",
    "AWS::ServiceDiscovery::Service",
}
"""What serves requests, holds data, or is known by others."""
TASK = "AWS::ECS::TaskDefinition"
WAIT = "AWS::CloudFormation::WaitCondition"
"""What CloudFormation refuses to update, in place or by a replacement."""


@dataclass(frozen=True)
class Update:
    """An update of a stack.

    Attributes:
        before: What was deployed.
        after: What is.
        replaced: The types of what it replaces.
        removed: The types of what it takes away.
        moved: The types of what it replaces that serves, by something that is there before.
    """

    before: Variant
    after: Variant
    replaced: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()


def changed(variant, compose=None, **props):
    return replace(
        variant,
        compose=compose or variant.compose,
        props=(*variant.props, *with_props(**props)),
    )


def one(*kinds):
    return frozenset(kinds)


def under_a_key_with_sessions(stack):
    """Logging under a key of the stack that is about the key and sessions alone."""
    return Logging(encryption_key=kms.Key(stack, "Key"), sessions=True)


def building(**props):
    return changed(replace(API, images="docker"), images=BuildPipeline.managed(**props))


PRIVATE = changed(API, network_profile=NetworkProfile.PRIVATE)
SHARED = replace(API, images="repositories", shared=())
LINK = "AWS::ApiGatewayV2::VpcLink"
MORE = COMPOSE.replace(
    "secrets:\n  KEY", "  more: {image: redis, command: [sleep]}\nsecrets:\n  KEY"
)
SHELL = changed(API, enable_execute_command=True)
ALARMED = changed(SITE, rollout=Rollout.blue_green())
UPDATES = {
    "nothing": Update(API, API),
    "a variable": Update(API, changed(API, COMPOSE.replace("one", "two")), one(TASK)),
    "other tags": Update(API, replace(API, tags=(*TAGS, ("owner", "web")))),
    "other tags of a site": Update(SITE, replace(SITE, tags=(*TAGS, ("owner", "web")))),
    "a size": Update(API, changed(API, cpu=1024, memory_limit_mib=2048), one(TASK)),
    "scratch space": Update(API, changed(API, ephemeral_storage_gib=30), one(TASK)),
    "an architecture": Update(API, changed(API, architecture=Architecture.ARM64), one(TASK)),
    "a service more": Update(API, changed(API, MORE), one(TASK)),
    "a service less": Update(changed(API, MORE), API, one(TASK), one("AWS::Logs::LogGroup")),
    "a secret less": Update(
        API, changed(API, COMPOSE.replace("    secrets: [KEY]\n", "")), one(TASK)
    ),
    "a volume": Update(API, changed(API, WITH_VOLUME), one(TASK)),
    "the number of tasks": Update(API, changed(API, desired_count=3)),
    "scaling": Update(API, changed(API, scaling=TaskScaling(min_capacity=1, max_capacity=3))),
    "a number that others set": Update(API, changed(API, keep_task_count=True)),
    "spot": Update(API, changed(API, spot=True)),
    "spot above a base": Update(changed(API, spot=True), changed(API, spot=Spot(base=1))),
    "a shell": Update(API, changed(API, enable_execute_command=True)),
    "traces": Update(API, changed(API, tracing=Tracing()), one(TASK)),
    "traces no more": Update(
        changed(API, tracing=Tracing()),
        API,
        one(TASK),
        one("AWS::Logs::LogGroup"),
    ),
    "a key for the logs, and a log of sessions": Update(
        SHELL, changed(SHELL, logging=under_a_key_with_sessions)
    ),
    "a log of the sessions in a shared cluster": Update(
        SHARED, replace(SHARED, shared=with_props(session_log=True))
    ),
    "no stop delay": Update(API, changed(API, stop_delay=Duration.seconds(0)), one(TASK)),
    "the retention of logs": Update(API, changed(API, log_retention=logs.RetentionDays.ONE_WEEK)),
    "a project's new name": Update(API, replace(API, name="store")),
    "a site's project's new name": Update(SITE, replace(SITE, name="store")),
    "a domain for an api": Update(API, replace(API, domain=True)),
    "an entrypoint's port": Update(
        API, changed(API, COMPOSE.replace("8080", "9090")), one(TASK)
    ),
    "a health check": Update(
        SITE,
        changed(SITE, WITHOUT_BUILD.replace("MODE: one", "MODE: two")),
        one(TASK),
    ),
    "timeouts of a site": Update(SITE, changed(SITE, read_timeout=Duration.seconds(50))),
    "static paths": Update(SITE, changed(SITE, static_paths=["/assets/*"])),
    "error pages": Update(SITE, changed(SITE, error_pages={502: "/assets/502.html"},
                                        static_paths=["/assets/*"])),
    "countries": Update(SITE, changed(SITE, allowed_countries=["CH"])),
    "a longer bake time": Update(
        ALARMED, changed(SITE, rollout=Rollout.blue_green(bake_time=Duration.minutes(20)))
    ),
    "rolling to blue/green": Update(SITE, ALARMED),
    "images from docker": Update(
        replace(API, images="repositories"),
        replace(API, images="docker"),
        one(TASK),
    ),
    "a longer build": Update(building(), building(build_timeout=Duration.minutes(60))),
    "another build": Update(building(), building(before_build=["env"]), one(TASK)),
    "more tasks in private": Update(PRIVATE, changed(PRIVATE, desired_count=2)),
    "a way out of one's own": Update(
        changed(API, WITH_VOLUME),
        changed(API, WITH_VOLUME, network_profile=NetworkProfile.PRIVATE),
    ),
    "a way out where there was none": Update(
        changed(API, network_profile=NetworkProfile.ENDPOINTS, stop_delay=Duration.seconds(0)),
        changed(API, network_profile=NetworkProfile.PUBLIC, stop_delay=Duration.seconds(0)),
        one(TASK),  # it can pull the image of the container that names its services
        removed=one("AWS::EC2::SecurityGroup"),  # that of the endpoints
    ),
    "three zones": Update(PRIVATE, changed(PRIVATE, high_availability=True), moved=one(LINK)),
    "a site beside the api": Update(SHARED, replace(SHARED, also=True)),
    "another way out for both": Update(
        replace(SHARED, also=True, compose=WITH_VOLUME),
        replace(
            SHARED,
            also=True,
            compose=WITH_VOLUME,
            shared=with_props(network_profile=NetworkProfile.PRIVATE),
        ),
    ),
    "three zones for both": Update(
        replace(SHARED, also=True),
        replace(SHARED, also=True, shared=with_props(high_availability=True)),
        moved=one(LINK),
    ),
}  # fmt: skip


def create_only(kind):
    return [path.split("/")[2:] for path in schema_of(kind).get("createOnlyProperties", [])]


def at(properties, path):
    for part in path:
        if part == "*" or not isinstance(properties, dict):
            return json.dumps(properties)
        properties = properties.get(part)
    return properties


def replaced(before, after):
    """The types of the resources that an update replaces."""
    found = set()
    for name, resource in before["Resources"].items():
        new = after["Resources"].get(name)
        if new and any(
            at(resource.get("Properties", {}), path) != at(new.get("Properties", {}), path)
            for path in create_only(resource["Type"])
        ):
            found.add(resource["Type"])
    return found


def removed(before, after):
    return {
        resource["Type"]
        for name, resource in before["Resources"].items()
        if name not in after["Resources"]
    }


def updated(before, after, kind):
    """The logical ids of what an update changes of a type."""
    return [
        name
        for name, resource in before["Resources"].items()
        if resource["Type"] == kind and resource != after["Resources"].get(name, resource)
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make a variant's templates; of what most updates start from, once."""
    known = {}

    def _made(variant):
        if variant not in (API, SITE):
            return make(variant, tmp_path_factory.mktemp("made"))
        if variant.site not in known:
            known[variant.site] = make(variant, tmp_path_factory.mktemp("made"))
        return known[variant.site]

    return _made


def test_there_are_enough_of_them():
    assert len(UPDATES) >= 25


@pytest.mark.parametrize("name", UPDATES)
def test_what_serves_or_holds_data_stays(made, name):
    update = UPDATES[name]
    before, after = made(update.before), made(update.after)
    both = [(before[stack], after[stack]) for stack in before]
    exchanged = set().union(*(replaced(*pair) for pair in both))
    assert exchanged == update.replaced | update.moved
    assert set().union(*(removed(*pair) for pair in both)) & NEVER == update.removed
    assert not exchanged & NEVER - update.moved
    assert [name for pair in both for name in updated(*pair, WAIT)] == []


def test_a_site_beside_the_api_leaves_the_network_as_it_is(tmp_path):
    before = make(SHARED, tmp_path / "before")["Shared"]
    assert make(replace(SHARED, also=True), tmp_path / "after")["Shared"] == before


@pytest.mark.parametrize(
    "other", [{"network_profile": NetworkProfile.PRIVATE}, {"high_availability": True}]
)
def test_no_export_of_a_shared_network_goes_while_it_is_imported(tmp_path, other):
    before = make(SHARED, tmp_path / "before")
    after = make(replace(SHARED, shared=with_props(**other)), tmp_path / "after")
    exported = {name: each["Value"] for name, each in after["Shared"]["Outputs"].items()}
    imported = json.dumps(before["Service"])
    for name, each in before["Shared"]["Outputs"].items():
        if f'"Shared:{name}"' in imported:
            assert exported[name] == each["Value"]


@pytest.mark.parametrize(
    ("kind", "key"),
    [("AWS::EC2::SecurityGroup", "GroupDescription"), ("AWS::ApiGatewayV2::VpcLink", "SubnetIds")],
)
def test_a_replacement_would_be_noticed(tmp_path, kind, key):
    before = make(API, tmp_path)["Service"]
    after = json.loads(json.dumps(before))
    changing = next(each for each in after["Resources"].values() if each["Type"] == kind)
    changing["Properties"][key] = "other"
    assert replaced(before, after) == {kind}
