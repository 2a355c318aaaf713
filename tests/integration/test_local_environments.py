"""This project's own environments, as they are and with everything that they can have, deployed."""

import pytest

from tests.support.local_app import ROOT, App

pytestmark = [pytest.mark.local, pytest.mark.thorough]

ENVIRONMENT = """
import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path({root!r})
sys.path.insert(0, str(ROOT))

from aws_cdk import App

from stacks.environment_stage import EnvironmentStage
from stacks.environments import ENVIRONMENTS, Domain, Images, Site

app = App()
config = replace(ENVIRONMENTS[{name!r}], **{changes})
EnvironmentStage(
    app, config=config, source=ROOT / "container_src", entrypoint=None, images=config.images
)
app.synth()
"""
WITH_ALL = (
    "{'region': 'eu-west-1', 'site': Site(domain=Domain(name='www.example.com',"
    " hosted_zone_id=%r, hosted_zone_name='example.com'), sign_in=True, firewall=True)}"
)


def put(app, name, changes):
    """Let an app have this environment."""
    text = ENVIRONMENT.format(root=str(ROOT), name=name, changes=changes)
    (app.folder / "app.py").write_text(text)


@pytest.mark.parametrize(
    ("name", "changes"), [("dev", "{}"), ("dev", "{'site': Site()}"), ("prod", "{}")]
)
def test_it_is_deployed_and_changes_nothing_the_second_time(tmp_path, name, changes):
    app = App(tmp_path)
    put(app, name, changes)
    code, output = app.run("--stacks", f"{name}/**", "--json", str(app.json))
    assert code == 0, output
    assert app.result()["diff_empty"] is True
    found = {each["type"] for each in app.result()["resources"]}
    assert {"AWS::ECS::Service", "AWS::EC2::VPC"} <= found
    assert ("AWS::CloudFront::Distribution" in found) == ("Site" in changes)
    assert app.leftovers() == []


def test_staging_with_all_that_a_site_has(tmp_path):
    """The zone is there before, as a site's domain asks for."""
    app = App(tmp_path)
    app.has({"Topic": {"Type": "AWS::SNS::Topic"}})
    try:
        code, output = app.run("up", "--stacks", "**")
        assert code == 0, output
        zone = app.clients()["route53"].create_hosted_zone(
            Name="example.com", CallerReference="once"
        )["HostedZone"]["Id"]
        put(app, "staging", WITH_ALL % zone.rpartition("/")[2])
        code, output = app.run("deploy", "--json", str(app.json))
        assert code == 0, output
        found = {each["type"] for each in app.result()["resources"]}
        kinds = ("CloudFront::Distribution", "WAFv2::WebACL", "Cognito::UserPool",
                 "CertificateManager::Certificate", "Route53::RecordSet")  # fmt: skip
        assert {f"AWS::{kind}" for kind in kinds} <= found
    finally:
        app.end()
