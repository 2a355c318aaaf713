"""A stack with a service and its load balancer, and its template once it is asked for."""

from textwrap import dedent

from aws_cdk import App, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template

from serverless_containers.ingress.cloudfront.origin_load_balancer import OriginLoadBalancer
from serverless_containers.ingress.cloudfront.origin_secret import OriginSecret
from serverless_containers.workload.service.service import ContainerService
from tests.unit.workload.deployed import NGINX

CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/1234"
LISTENER_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"


def subnets(*kinds):
    return [
        ec2.SubnetConfiguration(name=f"{kind.name}{number}", subnet_type=kind)
        for number, kind in enumerate(kinds)
    ]


PUBLIC = ec2.SubnetType.PUBLIC
NAT = ec2.SubnetType.PRIVATE_WITH_EGRESS
ISOLATED = ec2.SubnetType.PRIVATE_ISOLATED


class Site:
    """Keywords are the ingress's, but for those that say what is around it."""

    def __init__(
        self,
        project,
        *,
        text=NGINX,
        env=None,
        zones=2,
        kinds=(PUBLIC, ISOLATED),
        secret=1,
        certificate=True,
        service=None,
        **ingress,
    ):
        project.compose(dedent(text))
        self.app = App()
        self.stack = Stack(self.app, "Test", env=env)
        self.vpc = ec2.Vpc(
            self.stack,
            "Vpc",
            max_azs=zones,
            nat_gateways=1 if NAT in kinds else 0,
            subnet_configuration=subnets(*kinds),
            restrict_default_security_group=False,
        )
        self.service = ContainerService(
            self.stack, "Service", source=project.path, vpc=self.vpc, **(service or {})
        )
        if certificate:
            ingress["certificate"] = acm.Certificate.from_certificate_arn(
                self.stack, "Certificate", CERTIFICATE
            )
        if secret:
            ingress["origin_secret"] = OriginSecret(self.stack, "Secret", generation=secret)
        # What a test makes of the stack before the ingress is made.
        ingress = {
            key: value(self.stack) if callable(value) else value for key, value in ingress.items()
        }
        self.ingress = OriginLoadBalancer(self.stack, "Ingress", service=self.service, **ingress)
        self._template = None

    @property
    def template(self):
        self._template = self._template or Template.from_stack(self.stack).to_json()
        return self._template

    def resources(self, kind):
        """The properties of all resources of a type, by their logical ids."""
        return {
            key: resource.get("Properties", {})
            for key, resource in self.template["Resources"].items()
            if resource["Type"] == kind
        }

    def only(self, kind):
        (properties,) = self.resources(kind).values()
        return properties

    def attributes(self, kind):
        """The attributes of the one load balancer or target group."""
        properties = self.only(kind)
        pairs = properties.get("LoadBalancerAttributes") or properties["TargetGroupAttributes"]
        return {pair["Key"]: pair["Value"] for pair in pairs}

    def rules(self):
        """The listener's rules, first priority first."""
        return sorted(self.resources(LISTENER_RULE).values(), key=lambda rule: rule["Priority"])


def private(project, **props):
    """A site with a VPC origin: an internal load balancer, and no secret."""
    return Site(project, secret=None, internal=True, **{"certificate": False, **props})
