"""Web sites in the forms that tests ask for: on the internet, or with a VPC origin."""

from textwrap import dedent

from aws_cdk import Environment
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53

from serverless_containers import ContainerHosting
from tests.unit.workload.deployed import NGINX, Deployed

ACCOUNT = "123456789012"
IRELAND = Environment(account=ACCOUNT, region="eu-west-1")
VIRGINIA = Environment(account=ACCOUNT, region="us-east-1")
VIEWER = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/11111111-1111-4111-8111-111111111111"
REGIONAL = f"arn:aws:acm:eu-west-1:{ACCOUNT}:certificate/22222222-2222-4222-8222-222222222222"


def certificate(arn, name="Given"):
    """Given to a site: a certificate that exists."""
    return lambda stack: acm.Certificate.from_certificate_arn(
        stack, f"{name}{arn.split(':')[3]}", arn
    )


def zone(name="example.com"):
    """Given to a site: a zone that exists."""
    return lambda stack: route53.HostedZone.from_hosted_zone_attributes(
        stack, "Zone", hosted_zone_id="Z0123456789ABC", zone_name=name
    )


NAMED = {
    "domain_names": "www.example.com",
    "certificate": certificate(VIEWER),
    "load_balancer_certificate": certificate(REGIONAL),
}
"""What puts a site on the internet, with nothing to be made in another region."""


def host(project, text=NGINX, **props):
    """A site of a Compose file; keywords are the construct's."""
    return host_in(project.path, text, **props)


def host_in(folder, text=NGINX, *, env=IRELAND, **props):
    """The same in a folder that there is."""
    (folder / "docker-compose.yml").write_text(dedent(text), encoding="utf-8")
    return Deployed(ContainerHosting, folder, env=env, **props)
