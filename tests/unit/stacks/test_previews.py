"""Previews of pull requests share a network, a cluster and secrets, and nothing else."""

from dataclasses import replace

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from serverless_containers import NetworkProfile
from stacks.environment_stage import EnvironmentStage
from stacks.environments import (
    ENVIRONMENTS,
    PREVIEW,
    Domain,
    Images,
    Site,
    preview_called,
    shared_twice,
)
from stacks.naming import SAMPLE
from stacks.shared_stacks import SharedStage

COMPOSE = """
services:
  web:
    image: nginx:1.29
    ports: ["80"]
    secrets: [key]
    volumes: [data:/data]
volumes: {data: {}}
secrets: {key: {file: .secret-key}}
"""
SHARED_TYPES = {"AWS::EC2::VPC", "AWS::ECS::Cluster", "AWS::ServiceDiscovery::PrivateDnsNamespace"}


def templates(stage):
    """The templates of a stage, by the paths of their stacks."""
    stacks = [each for each in stage.node.find_all() if hasattr(each, "template_options")]
    return {each.node.path: Template.from_stack(each).to_json() for each in stacks}


@pytest.fixture(scope="module", params=["a project", "the sample"])
def stages(request, tmp_path_factory):
    """The templates of two previews, and of what they share."""
    sample = request.param == "the sample"
    source = SAMPLE if sample else tmp_path_factory.mktemp("shop")
    if not sample:
        (source / "compose.yaml").write_text(COMPOSE)
    previews = [
        EnvironmentStage(
            App(),
            config=replace(preview_called(name), site=Site(open=True)),
            source=source,
            entrypoint=None,
            images=Images.PIPELINE,
            name="shop",
            sample=sample,
        )
        for name in ("pr-1", "pr-2")
    ]
    shared = SharedStage(App(), config=PREVIEW, source=source, name="shop")
    return [templates(each) for each in (*previews, shared)]


def own(stage):
    return {path: each for path, each in stage.items() if path.count("/") == 2}


def test_what_is_shared_is_the_same_whoever_synthesizes_it(stages):
    first, second, shared = stages
    assert set(shared) == {"preview/Storage", "preview/Network"}
    for path, template in shared.items():
        assert first[path] == second[path] == template


def test_a_pattern_names_a_preview_and_nothing_that_is_shared(stages):
    for name, stage in zip(("pr-1", "pr-2"), stages, strict=False):
        assert {path.rpartition("/")[0] for path in own(stage)} == {f"preview/{name}"}


def types(templates_):
    return [r["Type"] for each in templates_.values() for r in each["Resources"].values()]


def test_network_and_cluster_and_secrets_are_shared(stages):
    first, _, shared = stages
    assert set(types(shared)) >= SHARED_TYPES
    assert not SHARED_TYPES & set(types(own(first)))
    assert "AWS::SecretsManager::ResourcePolicy" not in types(own(first))


def names(value, key=""):
    """The physical names and the export names in a template, with the keys that hold them."""
    if isinstance(value, dict):
        if set(value) == {"Fn::ImportValue"}:
            return
        for name, each in value.items():
            yield from names(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from names(each, key)
    elif isinstance(value, str) and "shop" in value.lower():
        yield key, value


def physical(templates_):
    """The physical names in templates, each with the resource's type and its key."""
    return {
        (resource["Type"], key, text)
        for template in templates_.values()
        for resource in template["Resources"].values()
        for key, text in names(resource.get("Properties", {}))
        if key.endswith("Name")
    }


def test_nothing_else_has_a_name_in_common(stages):
    first, second, shared = stages
    known = {text for _, _, text in physical(shared)}
    assert known
    taken = physical(own(first)) & physical(own(second))
    assert {each for each in taken if each[2] not in known} == set()


def imports(value):
    if isinstance(value, dict):
        if isinstance(name := value.get("Fn::ImportValue"), str):
            yield name
        for each in value.values():
            yield from imports(each)
    elif isinstance(value, list):
        for each in value:
            yield from imports(each)


def test_what_a_preview_imports_of_the_shared_stacks_is_exported_by_hand(stages):
    """The shared stacks alone, which hear of no preview, export it."""
    first, _, shared = stages
    exported = {
        output["Export"]["Name"]
        for template in shared.values()
        for output in template.get("Outputs", {}).values()
        if "Export" in output
    }
    imported = {name for template in own(first).values() for name in imports(template)}
    of_shared = {name for name in imported if name.startswith("shop-preview-")}
    assert of_shared
    assert of_shared <= exported


def test_tags_tell_a_preview_from_what_is_shared(stages):
    first, _, shared = stages

    def environments(templates_):
        return {
            tag["Value"]
            for template in templates_.values()
            for resource in template["Resources"].values()
            for tag in resource.get("Properties", {}).get("Tags", ())
            if isinstance(tag, dict) and tag.get("Key") == "Environment"
        }

    assert environments(own(first)) == {"pr-1"}
    assert environments(shared) == {"preview"}


@pytest.mark.parametrize("name", ["pr-1", "pr-123", "pr-9999999999"])
def test_a_pull_request_has_the_configuration_of_previews(name):
    config = preview_called(name)
    assert config == replace(PREVIEW, name=name)
    assert config.files == "preview"


@pytest.mark.parametrize(
    "name", ["pr-", "pr-0", "pr-01", "pr-1x", "PR-1", "pr-1\n", "dev", "pr-\u0661"]
)
def test_nothing_else_is_a_preview(name):
    assert preview_called(name) is None


DOMAIN = Domain(name="www.example.com")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),
        ({"site": Site()}, None),
        ({"domain": DOMAIN}, "a domain"),
        ({"site": Site(domain=DOMAIN)}, "a domain"),
        ({"site": Site(firewall=True)}, "a firewall"),
        ({"network_profile": NetworkProfile.ENDPOINTS}, "NetworkProfile.ENDPOINTS"),
    ],
)
def test_what_previews_cannot_share(changes, said):
    problem = shared_twice(replace(PREVIEW, **changes))
    assert problem is None if said is None else said in problem
    assert all(shared_twice(replace(each, **changes)) is None for each in ENVIRONMENTS.values())
