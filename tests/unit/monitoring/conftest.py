from textwrap import dedent

import pytest
from aws_cdk import Environment
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_sns as sns

from serverless_containers import (
    BuildPipeline,
    ContainerApi,
    ContainerHosting,
    ContainerService,
    Monitoring,
)
from tests.unit.workload.deployed import NGINX, Deployed

CONSTRUCTS = {"api": ContainerApi, "site": ContainerHosting, "worker": ContainerService}
MANAGED = BuildPipeline.managed()
IRELAND = Environment(account="123456789012", region="eu-west-1")


def zone(stack):
    return route53.HostedZone.from_hosted_zone_attributes(
        stack, "Zone", hosted_zone_id="Z1", zone_name="example.com"
    )


def watched(**options):
    """A function that makes the monitoring in a stack, with a topic."""
    return lambda stack: Monitoring(topic=sns.Topic(stack, "OnCall"), **options)


WATCHED = watched()


@pytest.fixture
def deploy(project):
    """Put a Compose file behind an ingress, or none; keywords are the construct's."""

    def _deploy(kind="api", text=NGINX, *, monitoring=None, **props):
        project.compose(dedent(text))
        return Deployed(CONSTRUCTS[kind], project.path, monitoring=monitoring or WATCHED, **props)

    return _deploy


@pytest.fixture
def with_everything(deploy, project):
    """A service with all that can be watched: a domain and a pipeline, too."""

    def _with_everything(kind, **props):
        project.write("web/Dockerfile", "FROM scratch\n")
        text = "services: {web: {build: ./web, ports: ['80']}}"
        domain = {
            "api": {"domain_name": "www.example.com", "hosted_zone": zone},
            "site": {"domain_names": "www.example.com", "hosted_zone": zone},
        }.get(kind, {})
        return deploy(kind, text, env=IRELAND, images=MANAGED, **domain, **props)

    return _with_everything
