import pytest
from aws_cdk import App, Duration, Environment, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk.assertions import Template

from serverless_containers.ingress.cloudfront.origins import load_balancer_origin

BALANCER = "site-1.eu-west-1.elb.amazonaws.com"
ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/site/1234567890abcdef"


def stack_in(region="eu-west-1", name="Site"):
    return Stack(App(), name, env=Environment(region=region))


class Site:
    """A distribution in front of a load balancer."""

    def __init__(self, stack=None, *, server_name="example.com", **options):
        stack = stack or stack_in()
        balancer = elbv2.ApplicationLoadBalancer.from_application_load_balancer_attributes(
            stack,
            "Balancer",
            load_balancer_arn=ARN,
            security_group_id="sg-12345678",
            load_balancer_dns_name=BALANCER,
        )
        origin = load_balancer_origin(stack, balancer, server_name=server_name, **options)
        cloudfront.Distribution(
            stack, "Ingress", default_behavior=cloudfront.BehaviorOptions(origin=origin)
        )
        self.template = Template.from_stack(stack)

    def only(self, kind):
        (found,) = self.template.find_resources(kind).values()
        return found["Properties"]

    @property
    def origin(self):
        (found,) = self.only("AWS::CloudFront::Distribution")["DistributionConfig"]["Origins"]
        return found


class TestOrigin:
    def test_with_a_domain_it_is_reached_over_tls_1_2(self):
        origin = Site().origin
        assert origin["DomainName"] == BALANCER
        assert origin["CustomOriginConfig"] == {
            "OriginProtocolPolicy": "https-only",
            "OriginSSLProtocols": ["TLSv1.2"],
        }
        assert "OriginShield" not in origin
        assert "OriginCustomHeaders" not in origin

    def test_without_one_it_is_reached_over_http(self):
        origin = Site(server_name=None).origin
        assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "http-only"

    @pytest.mark.parametrize("vpc", [False, True])
    def test_it_is_told_the_header(self, vpc):
        origin = Site(header=("x-origin", "value"), vpc=vpc).origin
        assert origin["OriginCustomHeaders"] == [{"HeaderName": "x-origin", "HeaderValue": "value"}]

    @pytest.mark.parametrize(
        ("vpc", "where"), [(False, "CustomOriginConfig"), (True, "VpcOriginConfig")]
    )
    def test_timeouts_and_attempts_can_be_set(self, vpc, where):
        origin = Site(
            vpc=vpc,
            read_timeout=Duration.seconds(120),
            keepalive_timeout=Duration.seconds(60),
            connection_attempts=2,
        ).origin
        assert origin[where]["OriginReadTimeout"] == 120
        assert origin[where]["OriginKeepaliveTimeout"] == 60
        assert origin["ConnectionAttempts"] == 2

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"read_timeout": Duration.seconds(121)}, "read_timeout is 2 minutes 1 second; allow"),
            ({"read_timeout": Duration.millis(1500)}, "read_timeout is"),
            ({"keepalive_timeout": Duration.seconds(0)}, "keepalive_timeout is .*; allowed are 1"),
            ({"connection_attempts": 4}, "connection_attempts is 4; allowed are 1 to 3"),
        ],
    )
    def test_what_is_out_of_range_is_refused(self, options, message):
        with pytest.raises(ValueError, match=message):
            Site(**options)


class TestVpcOrigin:
    def config(self, stack=None, **options):
        site = Site(stack, vpc=True, **options)
        return site, site.only("AWS::CloudFront::VpcOrigin")["VpcOriginEndpointConfig"]

    def test_it_leads_to_the_load_balancer_over_tls(self):
        site, config = self.config()
        assert config["Arn"] == ARN
        assert config["OriginProtocolPolicy"] == "https-only"
        assert config["OriginSSLProtocols"] == ["TLSv1.2"]
        assert "CustomOriginConfig" not in site.origin

    def test_the_certificate_is_asked_for_the_sites_name(self):
        site, _ = self.config()
        assert site.origin["DomainName"] == "example.com"

    def test_without_a_domain_it_speaks_http_to_the_load_balancers_name(self):
        site, config = self.config(server_name=None)
        assert config["OriginProtocolPolicy"] == "http-only"
        assert site.origin["DomainName"] == BALANCER

    def test_another_protocol_or_region_or_stack_has_another_name(self):
        names = {
            self.config(stack_in(*place), server_name=server)[1]["Name"]
            for place, server in (
                (("eu-west-1", "Site"), "example.com"),
                (("eu-west-1", "Site"), None),
                (("eu-west-2", "Site"), "example.com"),
                (("eu-west-1", "Shop"), "example.com"),
            )
        }
        assert len(names) == 4
        assert all(len(name) <= 64 for name in names)

    def test_another_protocol_is_another_resource(self):
        ids = {
            next(iter(site.template.find_resources("AWS::CloudFront::VpcOrigin")))
            for site, _ in (self.config(), self.config(server_name=None))
        }
        assert len(ids) == 2
