"""The edge as `cdk synth` makes it, with every gate on."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

PROGRAM = """
    from serverless_containers.toolchain import use_node
    use_node()
    from aws_cdk import App, Environment, Stack, Validations
    from aws_cdk import aws_elasticloadbalancingv2 as elbv2
    from aws_cdk import aws_route53 as route53
    from cdk_nag import AwsSolutionsChecks
    from serverless_containers.ingress.cloudfront.distribution import SiteDistribution
    from serverless_containers.ingress.cloudfront.domain_name import parse_domain_names
    from serverless_containers.ingress.cloudfront.edge import Edge
    from serverless_containers.ingress.cloudfront.firewall import Firewall
    from serverless_containers.ingress.cloudfront.origins import load_balancer_origin
    from serverless_containers.ingress.cloudfront.records import SiteRecords

    app = App(context={"@aws-cdk/core:validateAgainstDefaultRules": True})
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    for region, names, vpc, firewall, countries in (
        ("eu-west-1", ["example.com", "www.example.com"], False, Firewall(), ["DE"]),
        ("us-east-1", ["shop.example.com"], True, Firewall(), None),
        ("eu-central-1", ["example.com"], True, None, None),
        ("eu-west-3", None, False, None, None),
    ):
        stack = Stack(app, "Site-" + region, env=Environment(region=region))
        zone = route53.HostedZone.from_hosted_zone_attributes(
            stack, "Zone", hosted_zone_id="Z0123456789ABC", zone_name="example.com")
        domain = parse_domain_names(names, zone_name="example.com") if names else None
        edge = Edge(stack, "Edge", domain=domain, hosted_zone=zone, firewall=firewall)
        balancer = elbv2.ApplicationLoadBalancer.from_application_load_balancer_attributes(
            stack, "Balancer", security_group_id="sg-12345678",
            load_balancer_arn="arn:aws:elasticloadbalancing:" + region
                + ":123456789012:loadbalancer/app/site/1234567890abcdef",
            load_balancer_dns_name="site-1." + region + ".elb.amazonaws.com")
        site = SiteDistribution(
            stack, "Ingress", domain=domain, certificate=edge.certificate,
            web_acl_arn=edge.web_acl_arn, static_paths=["/assets/*"],
            error_pages={503: "/errors/503.html"}, allowed_countries=countries,
            origin=load_balancer_origin(
                stack, balancer, vpc=vpc, server_name=domain.main if domain else None,
                header=("x-origin", "{{resolve:secretsmanager:shop:SecretString:::}}")))
        if domain:
            SiteRecords(stack, "Records", domain=domain, hosted_zone=zone,
                        distribution=site.distribution)
    app.synth()
"""


def synthesize(out, seed):
    result = subprocess.run(
        [sys.executable, "-c", dedent(PROGRAM)],
        env={
            **os.environ,
            "CDK_VALIDATION": "true",
            "CDK_OUTDIR": str(out),
            "PYTHONHASHSEED": seed,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    assert "AwsSolutions" not in result.stderr
    assert "CloudFormation-Validate" not in result.stderr
    return {
        file.name: json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(Path(out).glob("*.template.json"))
    }


@pytest.mark.thorough
def test_cdk_nag_and_cloudformations_validation_find_nothing_and_synthesis_repeats(tmp_path):
    first, second = (synthesize(tmp_path / seed, seed) for seed in ("1", "2"))
    assert len(first) == 7
    assert first == second
