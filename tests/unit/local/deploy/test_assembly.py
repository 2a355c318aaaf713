"""What the cloud assembly says about stacks, and which of them are meant."""

import json
from pathlib import Path

import pytest

from serverless_containers.local.deploy.assembly import (
    SOURCES,
    Stack,
    account_of,
    default_pattern,
    has_pipeline,
    regions_of,
    select,
    stacks_of,
    with_neighbours,
)
from serverless_containers.local.failure import LocalError
from serverless_containers.local.processes.commands import METADATA, ProcessCommand


def stack(path, account=None, region=None, template="template.json"):
    return Stack(
        path=path,
        name=path.replace("/", "-"),
        account=account,
        region=region,
        template=Path(template),
    )


APP = (stack("dev/Api"), stack("dev/Edge/Waf"), stack("prod/Api"), stack("Shared"))


def write(folder, artifacts):
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))


def test_stacks_of_the_app_and_of_its_stages(tmp_path):
    write(
        tmp_path,
        {
            "Tree": {"type": "cdk:tree"},
            "assembly-dev": {
                "type": "cdk:cloud-assembly",
                "properties": {"directoryName": "assembly-dev"},
            },
            "Shared": {
                "type": "aws:cloudformation:stack",
                "environment": "aws://111122223333/eu-central-1",
                "properties": {"templateFile": "Shared.json"},
            },
        },
    )
    write(
        tmp_path / "assembly-dev",
        {
            "devApi123": {
                "type": "aws:cloudformation:stack",
                "environment": "aws://unknown-account/unknown-region",
                "properties": {"stackName": "dev-Api", "templateFile": "Api.json"},
                "displayName": "dev/Api (dev-Api)",
            }
        },
    )
    assert list(stacks_of(tmp_path)) == [
        stack("dev/Api", template=tmp_path / "assembly-dev" / "Api.json"),
        stack(
            "Shared",
            account="111122223333",
            region="eu-central-1",
            template=tmp_path / "Shared.json",
        ),
    ]


@pytest.mark.parametrize("in_a_file", [False, True])
def test_the_processes_and_folders_that_an_app_was_asked_for(tmp_path, in_a_file):
    web = {"command": ["npm", "start"], "directory": "/shop", "ports": {"PORT": 80}}
    metadata = {
        "/Shop/Task": [
            {"type": "aws:cdk:logicalId", "data": "Task"},
            {"type": METADATA, "data": {"family": {"web": web, "db": {}}}},
            {"type": SOURCES, "data": ["/shop", "/web"]},
        ],
        "/Shop/Other": [{"type": SOURCES, "data": ["/shop"]}],
    }
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": "Shop.json"},
    }
    if in_a_file:
        (tmp_path / "Shop.metadata.json").write_text(json.dumps(metadata))
        write(tmp_path, {"Shop": artifact | {"additionalMetadataFile": "Shop.metadata.json"}})
    else:
        write(tmp_path, {"Shop": artifact | {"metadata": metadata}})
    (found,) = stacks_of(tmp_path)
    process = ProcessCommand(command=("npm", "start"), directory="/shop", ports={"PORT": 80})
    assert found.processes == {"family": {"web": process, "db": None}}
    assert found.sources == {"/shop", "/web"}


@pytest.mark.parametrize(("environment", "pattern"), [("dev", "dev/**"), ("staging", "**")])
def test_the_environment_is_meant_where_the_app_has_it(environment, pattern):
    assert default_pattern(APP, environment) == pattern


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("dev/**", ["dev/Api", "dev/Edge/Waf"]),
        ("dev/*", ["dev/Api"]),
        ("*/Api", ["dev/Api", "prod/Api"]),
        ("dev-Api", ["dev/Api"]),
        ("Shared", ["Shared"]),
        ("**", [each.path for each in APP]),
    ],
)
def test_a_pattern_selects_as_the_cdk_cli_does(pattern, paths):
    assert [each.path for each in select(APP, pattern)] == paths


@pytest.mark.parametrize("pattern", ["staging/**", "dev", "Share.", "api"])
def test_a_pattern_that_matches_nothing_lists_the_stacks(pattern):
    with pytest.raises(LocalError) as raised:
        select(APP, pattern)
    assert str(raised.value) == (
        f"no stack matches {pattern!r}; the app's stacks: Shared, dev/Api, dev/Edge/Waf, prod/Api"
    )


def test_an_app_without_stacks():
    with pytest.raises(LocalError, match="the app's stacks: none"):
        select((), "**")


def test_the_account_is_the_stacks_or_the_default():
    assert account_of(APP, "1") == "1"
    assert account_of((*APP, stack("a", account="2")), "1") == "2"
    with pytest.raises(LocalError) as raised:
        account_of((stack("a", account="3"), stack("b", account="2")), "1")
    assert str(raised.value) == (
        "these stacks belong to several accounts (2, 3): select those of one with --stacks"
    )


def test_each_region_once():
    stacks = (stack("a"), stack("b", region="us-east-1"), stack("c", region="eu-west-1"))
    assert regions_of(stacks, "eu-west-1") == ("eu-west-1", "us-east-1")


@pytest.mark.parametrize(
    ("selected", "along"),
    [
        ("dev/Api", ["dev/Api"]),
        ("prod/Api", ["prod/Api"]),
        ("Shared", ["Shared"]),
        ("dev/Edge/Waf", ["dev/Edge/Waf"]),
    ],
)
def test_the_stacks_of_a_stage_are_deployed_together(selected, along):
    found = with_neighbours(select(APP, selected), (*APP, stack("dev2/Api")))
    assert [each.path for each in found] == along


def test_a_stacks_neighbours_are_those_of_its_stage():
    others = (*APP, stack("dev/Storage"))
    found = with_neighbours(select(APP, "dev/Api"), others)
    assert [each.path for each in found] == ["dev/Api", "dev/Storage"]


@pytest.mark.parametrize("kind", ["AWS::CodePipeline::Pipeline", "AWS::CodePipeline::Webhook"])
def test_a_pipeline_in_a_template_is_found(tmp_path, kind):
    file = tmp_path / "template.json"
    file.write_text(json.dumps({"Resources": {"It": {"Type": kind}}}))
    assert has_pipeline(stack("dev/Api", template=file)) == kind.endswith("Pipeline")
