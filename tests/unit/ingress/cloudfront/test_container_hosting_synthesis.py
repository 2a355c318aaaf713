"""Sites as `cdk synth` makes them, with every gate on, and the same at each run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parent.parent.parent.parent.parent
PROGRAM = """
    from serverless_containers.toolchain import use_node
    use_node()
    from aws_cdk import App, Duration, Environment, Stack, Validations
    from aws_cdk import aws_certificatemanager as acm
    from aws_cdk import aws_route53 as route53
    from cdk_nag import AwsSolutionsChecks
    from serverless_containers import (
        BuildPipeline, ContainerHosting, Firewall, NetworkProfile, Rollout, SignIn, Stickiness,
        TargetHealthCheck, TargetOptions, TaskScaling)

    app = App()
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))

    def site(name, region, domains=None, **props):
        env = Environment(account="123456789012", region=region) if region else None
        stack = Stack(app, name, env=env)
        if domains:
            props["domain_names"] = domains
            props["hosted_zone"] = route53.HostedZone.from_hosted_zone_attributes(
                stack, "Zone", hosted_zone_id="Z0123456789ABC", zone_name="example.com")
        ContainerHosting(stack, "Site", source="web", **props)

    site("Plain", None)
    site("Full", "eu-west-1", ["example.com", "www.example.com"],
         network_profile=NetworkProfile.PRIVATE, high_availability=True, firewall=Firewall(),
         sign_in=SignIn.cognito(public_paths=["/assets/*", "/errors/*"], managed_login=True),
         static_paths=["/assets/*"], error_pages={503: "/errors/503.html"},
         allowed_countries=["DE", "AT"], origin_secret_generation=2,
         images=BuildPipeline.managed(), scaling=TaskScaling(min_capacity=2, max_capacity=4),
         targets=TargetOptions(stickiness=Stickiness(), slow_start=Duration.seconds(30)),
         environment_name="prod")
    site("Virginia", "us-east-1", ["shop.example.com"], vpc_origin=True,
         network_profile=NetworkProfile.ENDPOINTS, firewall=Firewall(rate_limit=None),
         images=BuildPipeline.managed(), rollout=Rollout.canary())
    site("Shifting", "eu-central-1", rollout=Rollout.blue_green(),
         health_check=TargetHealthCheck.cold_starting())
    site("Signed", "eu-west-3", ["shop.example.com"], vpc_origin=True, sign_in=SignIn.cognito(),
         network_profile=NetworkProfile.PRIVATE)
    app.synth()
"""
FILES = {
    "docker-compose.yml": """
        name: shop
        services:
          web:
            build: .
            ports: ["80"]
            secrets: [DB_PASSWORD]
            volumes: ["data:/data"]
          cache: {image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/redis:8"}
        volumes: {data: {}}
        secrets:
          DB_PASSWORD: {file: ../secrets/.secret-pass}
        """,
    "Dockerfile": "FROM nginx:1.29\n",
    "custom-policies.json": """
        [{"Action": ["sqs:SendMessage"], "Resource": ["arn:aws:sqs:eu-west-1:123456789012:a"]}]
        """,
}


pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    (folder / "web").mkdir()
    for name, text in FILES.items():
        (folder / "web" / name).write_text(dedent(text), encoding="utf-8")
    return folder


def synthesize(folder, out, *, seed, gates):
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    result = subprocess.run(
        [sys.executable, "-c", dedent(PROGRAM)],
        cwd=folder,
        env={
            **os.environ,
            "CDK_CONTEXT_JSON": json.dumps(context),
            "CDK_VALIDATION": "true" if gates else "false",
            "CDK_OUTDIR": str(out),
            "PYTHONHASHSEED": seed,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stderr


@pytest.fixture(scope="module")
def first(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("first")
    return out, synthesize(folder, out, seed="1", gates=True)


def templates(out):
    return {
        file.name: json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(Path(out).glob("*.template.json"))
    }


def test_cdk_nag_and_cloudformations_validation_find_nothing(first):
    out, said = first
    assert "AwsSolutions" not in said
    assert "CloudFormation-Validate" not in said
    report = json.loads((out / "validation-report.json").read_text(encoding="utf-8"))
    # It has a report for each gate that found something, or was told what it would have found.
    found = [found for each in report["pluginReports"] for found in each["violations"]]
    # What the files have wrong is no fault of the templates.
    assert [each for each in found if not each["ruleName"].startswith("Annotation::")] == []


def test_there_is_a_support_stack_where_it_takes_one(first):
    names = [name.split(".")[0] for name in templates(first[0])]
    assert sorted(re.sub("[0-9a-f]{8}$", "*", name) for name in names) == [
        "Full", "Full-edge", "Full-edge-*", "Plain", "Shifting", "Signed", "Signed-edge-*",
        "Virginia",
    ]  # fmt: skip


def test_support_stacks_are_deployed_first(first):
    manifest = json.loads((first[0] / "manifest.json").read_text(encoding="utf-8"))
    for name in ("Full", "Signed"):
        needs = manifest["artifacts"][name]["dependencies"]
        assert any(need.startswith(f"{name}-edge-") for need in needs)


def test_no_template_has_a_lambda_function(first):
    for template in templates(first[0]).values():
        kinds = {each["Type"] for each in template["Resources"].values()}
        assert not {kind for kind in kinds if "Lambda" in kind or kind.startswith("Custom::")}


def test_the_hash_seed_leaves_no_trace(first, folder, tmp_path):
    synthesize(folder, tmp_path, seed="4711", gates=False)
    assert templates(tmp_path) == templates(first[0])
