"""A stack with a service and its load balancer, and its template once it is asked for."""

from textwrap import dedent

from aws_cdk import App, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2

from serverless_containers.ingress.cloudfront.origin_load_balancer import OriginLoadBalancer
from serverless_containers.ingress.cloudfront.origin_secret import OriginSecret
from serverless_containers.workload.service.service import ProjectService
from tests.support.shared_template import SharedTemplate
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


class Site(SharedTemplate):
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
        self._surroundings = project.path, env, zones, kinds, secret, certificate, service or {}
        self._props = ingress
        super().__init__(project.path, *self._surroundings[1:], ingress)

    def make(self):
        source, env, zones, kinds, secret, certificate, service = self._surroundings
        ingress = dict(self._props)
        self._app = App()
        stack = self._stack = Stack(self._app, "Test", env=env)
        self._vpc = ec2.Vpc(
            stack,
            "Vpc",
            max_azs=zones,
            nat_gateways=1 if NAT in kinds else 0,
            subnet_configuration=subnets(*kinds),
            restrict_default_security_group=False,
        )
        self._service = ProjectService(stack, "Service", source=source, vpc=self._vpc, **service)
        if certificate:
            ingress["certificate"] = acm.Certificate.from_certificate_arn(
                stack, "Certificate", CERTIFICATE
            )
        if secret:
            ingress["origin_secret"] = OriginSecret(stack, "Secret", generation=secret)
        # What a test makes of the stack before the ingress is made.
        ingress = {
            key: value(stack) if callable(value) else value for key, value in ingress.items()
        }
        self._ingress = OriginLoadBalancer(stack, "Ingress", service=self._service, **ingress)

    def synthesize(self):
        return super().synthesize().to_json()

    @property
    def app(self):
        self.own()
        return self._app

    @property
    def vpc(self):
        self.own()
        return self._vpc

    @property
    def service(self):
        self.own()
        return self._service

    @property
    def ingress(self):
        self.own()
        return self._ingress

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
